// The network against the reference's numbers: outputs, activations, the derivative along (v, 1, 0), parameters.

import Foundation
import OrderedCollections
import Tensor
import Testing

@testable import MeanFlow

@Suite struct NetworkTests {
  private func condition(_ g: Golden, _ h: Tensor) throws -> Network.Condition {
    try .init(t: g["t"], h: h, omega: g["omega"], tMin: g["t_min"], tMax: g["t_max"], y: g["y"])
  }

  @Test(arguments: ReferenceNetwork.both) func forward(_ reference: ReferenceNetwork) throws {
    for file in reference.name == "A" ? ["s0", "s1"] : ["s0"] {
      let g = try Golden("\(reference.name)_forward_\(file)")
      let (u, v) = try reference.network()(g["x"], condition(g, g["h"]))
      try expectClose(u, g["u"], 5e-6, "u")
      try expectClose(v, g["v"], 5e-6, "v")
      let eval = try reference.network(inference: true)(g["x"], condition(g, g["h"])).v
      try expectClose(eval, g["v_eval"], 5e-6, "v_eval")
    }
  }

  @Test(arguments: ReferenceNetwork.both) func activations(_ reference: ReferenceNetwork) throws {
    let g = try Golden("\(reference.name)_forward_s0")
    let net = try reference.network()
    let c = try condition(g, g["h"])
    var x = try net.sequence(g["x"], c)
    try expectClose(x, g["act/seq"], 1e-5, "sequence")
    for (stack, depth) in [("shared_blocks", reference.configuration.sharedDepth), ("u_heads", reference.configuration.auxHeadDepth)] {
      for block in 0..<depth {
        x = try net.block(x, "net/\(stack)_\(block)/")
        try expectClose(x, g["act/\(stack)_\(block)"], 1e-5, "\(stack)_\(block)")
      }
    }
  }

  @Test(arguments: ["A_jvp_s0", "A_jvp_s1", "B_jvp_s0"]) func derivatives(_ file: String) throws {
    let reference = try ReferenceNetwork(String(file.prefix(1)))
    let net = try reference.network()
    let g = try Golden(file)
    func along(_ dt: Tensor?, _ dr: Tensor?) throws -> (Tensor, Tensor?) {
      let result = try jvp(
        { x in
          let flat = try x[1].reshaped([x[1].count])
          return [
            try net(
              x[0],
              .init(
                t: flat, h: flat - x[2].reshaped([x[2].count]), omega: g["omega"].reshaped([4]), tMin: g["t_min"].reshaped([4]),
                tMax: g["t_max"].reshaped([4]), y: g["y"])
            ).u
          ]
        }, at: [g["z_t"], g["t"], g["r"]], along: [g["v_c"], dt, dr])
      return (result.outputs[0], result.tangents[0])
    }
    let (u, change) = try along(Tensor.ones([4, 1, 1, 1]), nil)
    try expectClose(u, g["u"], 5e-6, "u")
    try expectClose(#require(change), g["du_dt"], 1e-5, "du_dt")
    try expectClose(#require(along(g["gen_dt"], g["gen_dr"]).1), g["gen_du"], 1e-5, "gen_du")
  }

  // MARK: parameters

  private struct Row {
    let name: String, shape: [Int], inInference: Bool, mean: Double, deviation: Double
  }

  private func referenceParameters() throws -> [Row] {
    try String(contentsOfFile: goldenPath("params_b2.tsv"), encoding: .utf8).split(separator: "\n").dropFirst().map { line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return Row(
        name: cells[0], shape: cells[1].split(separator: "x").compactMap { Int($0) }, inInference: cells[3] == "yes",
        mean: Double(cells[5]) ?? 0, deviation: Double(cells[6]) ?? 0)
    }
  }

  @Test func theB2NetworkHasTheReferencesParameters() throws {
    let rows = try referenceParameters()
    let b2 = try Configuration(named: "B/2")
    let ours = Dictionary(uniqueKeysWithValues: b2.parameterSlots(inference: false).map { ($0.name, $0.shape) })
    #expect(rows.count == ours.count)
    for row in rows { #expect(ours[row.name] == row.shape, "\(row.name)") }
    #expect(Set(b2.parameterSlots(inference: true).map(\.name)) == Set(rows.filter(\.inInference).map(\.name)))
    let counts: [(String, Int, Int)] = [
      ("B/2", 145_596_960, 88_948_256), ("M/2", 230_570_016, 173_921_312), ("L/2", 509_752_352, 409_071_648),
      ("XL/2", 711_113_760, 610_433_056),
    ]
    for (name, training, inference) in counts {
      let c = try Configuration(named: name)
      func total(_ isInference: Bool) -> Int {
        c.parameterSlots(inference: isInference).reduce(0) { $0 + $1.shape.reduce(1, *) }
      }
      #expect(total(false) == training && total(true) == inference, "\(name)")
    }
  }

  @Test func freshParametersFollowTheReferencesLaws() throws {
    let rows = Dictionary(uniqueKeysWithValues: try referenceParameters().map { ($0.name, $0) })
    let fresh = try Configuration(named: "B/2").initialParameters(RandomKey(seed: 3), inference: true)
    for (name, tensor) in fresh.tensors where tensor.count >= 1000 {
      let row = try #require(rows[name])
      let centre = try mean(tensor).item()
      let deviation = try variance(tensor).item().squareRoot()
      // Sampling errors of both sides: five of ours.
      let slack = 5 * row.deviation / Double(tensor.count).squareRoot() + 1e-9
      #expect(abs(centre - row.mean) < 2 * slack, "\(name): mean \(centre), reference \(row.mean)")
      #expect(abs(deviation - row.deviation) < 2 * slack, "\(name): deviation \(deviation), reference \(row.deviation)")
    }
  }

  // MARK: what goes wrong

  @Test func parametersThatDoNotFitAreListedTogether() throws {
    let reference = try ReferenceNetwork("B")
    var arrays = try Golden("B_params").arrays
    let names = Array(arrays.keys)
    arrays[names[0]] = nil
    arrays["net/unknown"] = Tensor(0)
    arrays[names[1]] = try Tensor.zeros([3])
    do {
      _ = try Network(reference.configuration, parameters: Parameters(arrays))
      Issue.record("wrong parameters were accepted")
    } catch let error as ParameterError {
      #expect(error.missing == [names[0]] && error.extra == ["net/unknown"] && error.misshaped.map(\.name) == [names[1]])
    }
  }

  @Test func configurationsThatCannotBeSayWhichSetting() throws {
    let cases: [(String, Double, String)] = [
      ("patch_size", 5, "does not divide"), ("num_heads", 7, "even width"), ("depth", 0, "from 1 to"), ("aux_head_depth", 13, "more than depth"),
      ("mlp_ratio", 0, "above 0"), ("num_class_tokens", -1, "cannot be"),
    ]
    for (name, value, text) in cases {
      var c = Configuration()
      try c.set(name, .number(value))
      do {
        _ = try c.validated()
        Issue.record("\(name) = \(value) was accepted")
      } catch let error as ConfigurationError {
        #expect(error.description.contains(text), "\(error)")
      }
    }
    #expect(throws: ConfigurationError.self) { try Configuration(named: "S/2") }
    var c = Configuration()
    #expect(throws: ConfigurationError.self) { try c.set("depht", .number(2)) }
    #expect(throws: ConfigurationError.self) { try c.set("depth", .text("deep")) }
    #expect(throws: ConfigurationError.self) { try c.set("depth", .number(2.5)) }
  }

  @Test func wrongInputsNameTheirShapes() throws {
    let net = try ReferenceNetwork("B").network()
    let one = Tensor(1), y = try Tensor([Int32(0)])
    #expect(throws: TensorError.self) {
      try net(Tensor.zeros([1, 8, 8, 1]), .init(t: one, h: one, omega: one, tMin: one, tMax: one, y: y))
    }
    #expect(throws: TensorError.self) {
      try net(Tensor.zeros([3, 12, 12, 1]), .init(t: Tensor([1.0, 2]), h: one, omega: one, tMin: one, tMax: one, y: y))
    }
  }
}
