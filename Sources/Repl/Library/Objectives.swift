// The objectives: improved MeanFlow, and the two it came from.

import Lang
import MeanFlow
import Tensor

extension Library {
  static let objectives = Library("Objectives", [
    Builtin(
      "imf_loss(m, x, y, draws = none, key = none, **settings)",
      "the improved MeanFlow objective on images x in [-1, 1] with labels y, and all it is made of",
      example: "imf_loss(imf({input_size: 4, in_channels: 1, hidden_size: 8, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 2}), zeros([2, 4, 4, 1]), [0, 1], key = key(0)).loss"
    ) { call in
      let input = try ObjectiveInput(call)
      let r = try improvedMeanFlow(input.network, input.x, input.y, input.draws, input.settings)
      let fields: [(key: String, value: Tensor)] = [
        ("loss", r.loss), ("loss_u", r.lossU), ("loss_v", r.lossV), ("v_g", r.vG), ("v_g_target", r.vGTarget), ("v_c", r.vC),
        ("v_u", r.vU), ("V", r.V), ("u", r.u), ("v", r.v), ("du_dt", r.dudt), ("z", r.z), ("v_t", r.vT), ("t", r.t),
        ("r", r.r), ("omega", r.omega), ("t_min", r.tMin), ("t_max", r.tMax), ("labels", r.labels), ("sq_u", r.squaresU),
        ("sq_v", r.squaresV),
      ]
      var record = Record(fields.map { ($0.key, Value.tensor($0.value)) })
      record["draws"] = .record(Record(Draws.names.compactMap { name in input.draws[name].map { (name, .tensor($0)) } }))
      return .record(record)
    },
    Builtin(
      "meanflow_loss(m, x, y, draws = none, key = none, **settings)",
      "the objective of the first MeanFlow, for comparison: {loss, loss_u}",
      example: "meanflow_loss(imf({input_size: 4, in_channels: 1, hidden_size: 8, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 2}), zeros([2, 4, 4, 1]), [0, 1], key = key(0)).loss_u"
    ) { call in
      let input = try ObjectiveInput(call)
      let result = try meanFlow(input.network, input.x, input.y, input.draws, input.settings)
      return .record(["loss": .tensor(result.loss), "loss_u": .tensor(result.lossU)])
    },
    Builtin(
      "flow_matching_loss(m, x, y, draws = none, key = none, **settings)",
      "flow matching, for comparison: u at r = t against e - x",
      example: "flow_matching_loss(imf({input_size: 4, in_channels: 1, hidden_size: 8, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 2}), zeros([2, 4, 4, 1]), [0, 1], key = key(0))"
    ) { call in
      let input = try ObjectiveInput(call)
      return .tensor(try flowMatching(input.network, input.x, input.y, input.draws, input.settings))
    },
  ])
}

/// The arguments that all objectives share.
private struct ObjectiveInput {
  let network: Network
  let x: Tensor
  let y: Tensor
  let draws: Draws
  let settings: ObjectiveSettings

  init(_ call: Call) throws {
    network = try call.network("m")
    x = try imageValues(call.tensor("x"))
    y = try network.configuration.checkedLabels(call.tensor("y"))
    var settings = ObjectiveSettings()
    try call.apply(call.settings, to: &settings)
    self.settings = settings
    guard x.rank > 0 else { throw call.error(.shape, "`x` is \(x); expected images [B, H, W, C]", argument: "x") }
    let key = try call.optionalKey("key") ?? call.session.nextKey()
    draws = try call.draws("draws", key: key, images: x.shape)
  }
}

extension Call {
  /// Draws from a key, those given in a record taken instead.
  func draws(_ name: String, key: RandomKey, images shape: [Int]) throws -> Draws {
    var draws = try Draws(key, images: shape)
    guard let given = try optionalRecord(name) else { return draws }
    for (field, value) in given {
      guard let own = draws[field] else {
        let near = nearestName(to: field, among: Draws.names)
        throw error(
          .argument, "there is no draw `\(field)`", argument: name,
          hint: near.map { "did you mean `\($0)`?" } ?? "draws are \(Draws.names.joined(separator: ", "))")
      }
      guard let tensor = try value.asTensor(), tensor.count == own.count else {
        throw error(
          .shape, "the draw `\(field)` is \(value.typeName == "tensor" ? value.quoted.prefix { $0 != "\n" } : Substring(value.typeName)); expected shape \(own.shape)",
          argument: name)
      }
      draws[field] = try tensor.reshaped(own.shape)
    }
    return draws
  }
}
