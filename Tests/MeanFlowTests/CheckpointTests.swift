// Parameters under the names of all who write them, and training that goes on from the authors' checkpoints.

import Foundation
import OrderedCollections
import Formats
import Tensor
import Testing

@testable import MeanFlow

private var small: Configuration {
  var c = Configuration()
  (c.inputSize, c.hiddenSize, c.depth, c.numHeads, c.auxHeadDepth, c.numClasses) = (8, 16, 3, 2, 1, 5)
  return c
}

/// A network whose parameters differ from one another everywhere.
private func network(inference: Bool = false) throws -> Network {
  let fresh = try Network(small, inference: inference)
  let values = try fresh.p.values.enumerated().map { place, value in try normal(RandomKey(seed: 7).folded(in: place), value.shape) }
  return fresh.with(values)
}

private func same(_ a: Parameters, _ b: Parameters) throws -> Bool {
  guard a.names == b.names else { return false }
  return try zip(a.values, b.values).allSatisfy { try $0.shape == $1.shape && $0.scalars(Float.self) == $1.scalars(Float.self) }
}

/// Names and layout as torch's modules give them.
private func torch(_ name: String, _ tensor: Tensor, keeps wrappers: Bool) throws -> (String, Tensor) {
  var parts = name.split(separator: "/").map(String.init)
  let isFlax = parts.contains { $0 == "_flax_linear" } || name.hasSuffix("proj/kernel")
  if parts.count > 1, ["kernel", "embedding"].contains(parts[parts.count - 1]) { parts[parts.count - 1] = "weight" }
  if !wrappers { parts.removeAll { $0.hasPrefix("_flax") } }
  let dotted = parts.joined(separator: ".").replacing("layers_", with: "")
    .replacing(/(blocks|heads)_(\d+)/) { "\($0.output.1).\($0.output.2)" }
  switch tensor.rank {
  case 2 where isFlax: return (dotted, try tensor.transposed())
  case 4: return (dotted, try tensor.permuted([3, 2, 0, 1]))
  default: return (dotted, tensor)
  }
}

@Suite struct CheckpointTests {
  private func found(_ tensors: [(String, Tensor)]) throws -> Parameters {
    let read = try CheckpointParameters(OrderedDictionary(uniqueKeysWithValues: tensors))
    return try small.checked(read.parameters, inference: !read.hasVelocityBlocks)
  }

  @Test(arguments: [true, false]) func flaxNamesInEveryWriting(_ inference: Bool) throws {
    let net = try network(inference: inference)
    let tensors = net.p.tensors.map { ($0.key, $0.value) }
    for rename: (String) -> String in [
      { $0 }, { $0.replacing("/", with: ".") }, { String($0.dropFirst(4)) }, { "ema_params/" + $0 }, { "params." + $0.replacing("/", with: ".") },
    ] {
      #expect(try same(found(tensors.map { (rename($0.0), $0.1) }), net.p))
    }
  }

  @Test func olderNamesOfTheAuthors() throws {
    let net = try network()
    let old = [
      ("net/omega_embedder", "net/k_embedder"), ("net/t_min_tokens", "net/cfg_start_cond_tokens"), ("net/t_max_tokens", "net/cfg_end_cond_tokens"),
      ("net/time_tokens", "net/time_cond_tokens"), ("net/class_tokens", "net/class_cond_tokens"), ("net/omega_tokens", "net/kappa_cond_tokens"),
    ]
    let tensors = net.p.tensors.map { name, tensor in
      (old.reduce(name) { text, pair in text.hasPrefix(pair.0) ? text.replacing(pair.0, with: pair.1) : text }, tensor)
    }
    #expect(try same(found(tensors), net.p))
  }

  @Test(arguments: [true, false]) func torchNames(_ keepsWrappers: Bool) throws {
    let net = try network(inference: true)
    let tensors = try net.p.tensors.map { try torch($0.key, $0.value, keeps: keepsWrappers) }
    #expect(try same(found(tensors), net.p))
    #expect(try same(found(tensors.map { ("module." + $0.0, $0.1) }), net.p))
    #expect(try same(found(tensors.map { ("model_state_dict/" + $0.0, $0.1) } + [("model_state_dict/net.freqs_cos", Tensor(1))]), net.p))
  }

  @Test(arguments: ["w12", "w13"]) func fusedMatricesOfPorts(_ gate: String) throws {
    let net = try network()
    var split = OrderedDictionary(uniqueKeysWithValues: try net.p.tensors.map { try torch($0.key, $0.value, keeps: false) })
    for name in Array(split.keys) where name.hasSuffix("attn.q_proj.weight") {
      let attention = String(name.dropLast("q_proj.weight".count)), mlp = attention.replacing("attn.", with: "mlp.")
      let qkv = ["q_proj", "k_proj", "v_proj"].compactMap { split.removeValue(forKey: "\(attention)\($0).weight") }
      split[attention + "qkv.weight"] = try concat(qkv)
      split[attention + "proj.weight"] = split.removeValue(forKey: attention + "out_proj.weight")
      let gates = ["w1", "w3"].compactMap { split.removeValue(forKey: "\(mlp)\($0).weight") }
      split["\(mlp)\(gate).weight"] = try concat(gates)
      if gate == "w12" { split[mlp + "w3.weight"] = split.removeValue(forKey: mlp + "w2.weight") }
    }
    for name in Array(split.keys) where name.hasPrefix("net.x_embedder.proj") {
      split[name.replacing(".proj", with: "")] = split.removeValue(forKey: name)
    }
    #expect(try same(found(split.map { ($0.key, $0.value) }), net.p))
  }

  @Test func averagesComeBeforeParameters() throws {
    let net = try network()
    let zeros = try net.p.tensors.map { ("params/" + $0.key, try Tensor.zeros($0.value.shape)) }
    let both = zeros + net.p.tensors.map { ("ema_params/" + $0.key, $0.value) } + [("step", Tensor(3)), ("opt_state/0/count", Tensor(3))]
    let read = try CheckpointParameters(OrderedDictionary(uniqueKeysWithValues: both))
    #expect(read.tree == "ema_params")
    #expect(try same(small.checked(read.parameters, inference: false), net.p))
  }

  @Test func allThatDoesNotFitIsListedAtOnce() throws {
    var tensors = try network().p.tensors
    tensors["net/time_tokens"] = nil
    tensors["net/class_tokens"] = try Tensor.zeros([1, 2])
    tensors["net/colour_tokens"] = Tensor(1)
    tensors["net/u_heads_0/attn/q_proj/_flax_linear/kernel"] = nil
    do {
      _ = try found(tensors.map { ($0.key, $0.value) })
      Issue.record("the parameters were taken")
    } catch let error as ParameterError {
      #expect(error.missing == ["net/time_tokens", "net/u_heads_0/attn/q_proj/_flax_linear/kernel"])
      #expect(error.extra == ["net/colour_tokens"])
      #expect(error.misshaped.map(\.name) == ["net/class_tokens"])
    }
  }

  @Test func trainingGoesOnFromACheckpointOfFlax() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("imf-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var state = try TrainingState(network(), key: RandomKey(seed: 5))
    let x = try normal(RandomKey(seed: 1), [4, 8, 8, 4]), y = try Tensor.arange(4)
    try state.advance(x, y)
    try Formats.save(state.checkpoint(), to: folder + "/checkpoint_1")
    var tensors = OrderedDictionary<String, Tensor>()
    func collect(_ value: FileValue, _ path: String) {
      switch value {
      case .tensor(let tensor): tensors[path] = tensor
      case .record(let fields): for (key, field) in fields { collect(field, path.isEmpty ? key : path + "/" + key) }
      default: break
      }
    }
    collect(try Formats.load(folder + "/checkpoint_1"), "")
    var other = try TrainingState(Network(small), checkpoint: tensors, key: RandomKey(seed: 5))
    #expect(other.step == 1 && other.updates == 1)
    try state.advance(x, y)
    try other.advance(x, y)
    #expect(try same(state.network.p, other.network.p) && same(state.emaNetwork.p, other.emaNetwork.p))
  }

  @Test func inferenceNetworksRefuseTraining() throws {
    #expect(throws: ConfigurationError.self) { try TrainingState(network(inference: true)) }
    let moments = try network().p.tensors.map { ("params/" + $0.key, $0.value) }
    #expect(throws: ConfigurationError.self) { try TrainingState(network(), checkpoint: OrderedDictionary(uniqueKeysWithValues: moments)) }
  }
}
