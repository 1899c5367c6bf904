// Making networks and looking into them.

import Lang
import MeanFlow
import OrderedCollections
import Tensor

extension Library {
  static let models = Library("Models", [
    Builtin(
      "imf(config, params = none, seed = 0, inference = false)",
      """
      an improved MeanFlow network: "B/2" "M/2" "L/2" "XL/2" or a record of sizes; params: a loaded checkpoint

      A record names sizes; missing ones are those of B/2:

      - `input_size = 32`, `in_channels = 4`: images are [n, input_size, input_size, in_channels]
      - `patch_size = 2`: a token is a square of so many pixels; it must divide input_size
      - `hidden_size = 768`, `depth = 12`, `num_heads = 12`: width, blocks, attention heads
      - `aux_head_depth = 8`: how many of the blocks the heads for u and v have each; the others are shared
      - `mlp_ratio = 2.6667`: width of the inner layer over hidden_size
      - `num_classes = 1000`: labels are 0 to num_classes - 1, num_classes itself is "no class"
      - `num_class_tokens = 8`, `num_time_tokens = 4`, `num_cfg_tokens = 4`, `num_interval_tokens = 2`: tokens before the patches
      - `prediction = "u"`: the network gives the velocity; "x": an image, better for pixels at small size

      `inference = true` leaves out the blocks that only training needs. The model is called as
      `m(x, t, h, omega, t_min, t_max, y)` and gives {u, v}; its fields are params, config, inference, source.

      `params` is what `load` gave for the authors' checkpoint, or a record under their or torch's names; without it the
      network starts fresh, from `seed`.
      """,
      example: "imf({input_size: 8, in_channels: 1, hidden_size: 32, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 10})",
      fails: [
        .value("imf(\"S/2\")", "no model is called \"S/2\""),
        .argument("imf({num_heads: 5, hidden_size: 64})", "`num_heads` is 5: hidden_size 64 does not give each head an even width"),
        .argument("imf({depht: 4})", "imf: there is no setting `depht`"),
        .type("imf(\"B/2\", params = ones([2]))", "imf: `params` is float32[2]; expected a record `{name: value}`"),
      ],
      options: Configuration.settingOptions.merging(["config": Configuration.names]) { $1 },
      see: ["sample", "train_state", "summary", "load", "with_params"]
    ) { call in
      var configuration: Configuration
      switch call["config"] {
      case .string(let name): configuration = try Configuration(named: name)
      case .record(let sizes):
        configuration = Configuration()
        try call.apply(sizes, to: &configuration)
      default: throw call.error(.type, "`config` is a model's name or a record of sizes", argument: "config")
      }
      let given = try call.parameters("params")
      // What has no v blocks can sample all the same.
      let inference = try call.bool("inference") || given.map { $0.isRecognised && !$0.hasVelocityBlocks } ?? false
      let network = try Network(
        configuration, parameters: given?.parameters, key: RandomKey(seed: call.integer("seed")), inference: inference)
      return .object(Model(network: network, source: given?.tree))
    },
    Builtin(
      "with_params(m, params)", "the same network with other parameters",
      given: tinyModel, example: "with_params(m, imf(m.config, seed = 1).params)",
      fails: [.value("with_params(m, {})", "the parameters do not fit the network: missing: 1 (net/time_tokens)")],
      see: ["imf", "grad"]
    ) { call in
      let network = try call.network("m")
      guard let parameters = try call.parameters("params")?.parameters else { throw call.error(.type, "`params` is none", argument: "params") }
      // Parameters under differentiation keep their graph: they are put in order, not copied.
      let values = try network.p.names.map { name -> Tensor in
        guard let tensor = parameters.tensors[name] else { throw ParameterError(missing: [name]) }
        return tensor
      }
      for (name, (old, new)) in zip(network.p.names, zip(network.p.values, values)) where old.shape != new.shape {
        throw ParameterError(misshaped: [(name, new.shape, old.shape)])
      }
      return .object(Model(network: network.with(values)))
    },
    Builtin(
      "work(m)", "{sample, forward, train}: GFLOP of matrix products an image; train counts what is needed, no more",
      example: "work(imf(\"B/2\")).sample",
      fails: [.type("work(\"B/2\")", "work: `m` is a string; expected a model")],
      see: ["summary"]
    ) { call in
      let c = try call.network("m").configuration
      return .record([
        "sample": .number(c.samplingOperations / 1e9), "forward": .number(c.forwardOperations / 1e9),
        "train": .number(c.neededTrainingOperations() / 1e9),
      ])
    },
    Builtin(
      "summary(m)", "sizes, parameters and work of a network, as text",
      example: "len(summary(imf(\"B/2\"))) > 0",
      fails: [.type("summary(\"B/2\")", "summary: `m` is a string; expected a model")],
      see: ["work"]
    ) { call in
      let network = try call.network("m")
      return .string(network.described)
    },
  ])
}

extension Call {
  /// Parameters from a record, nested or flat, under any of the names that docs/formats.md lists, or from a checkpoint:
  /// its averages before its parameters.
  fileprivate func parameters(_ name: String) throws -> CheckpointParameters? {
    guard !self[name].isNone else { return nil }
    if case .object(let object) = self[name] {
      if let model = object as? Model { return try CheckpointParameters(model.network.p.tensors) }
      if let run = object as? TrainingRun { return try CheckpointParameters(run.state.emaNetwork.p.tensors) }
    }
    let (tensors, other) = try checkpoint(name)
    let found = try CheckpointParameters(tensors)
    // Steps and settings beside the trees are no mistake; among the parameters they are.
    if found.tree == nil, let other {
      throw error(.type, "`\(name)` holds \(other.typeName) under \(other.path); expected tensors", argument: name)
    }
    return found
  }

  /// The tensors of a loaded checkpoint, paths joined by `/`, and the first thing in it that is none.
  func checkpoint(_ name: String) throws -> (
    tensors: OrderedDictionary<String, Tensor>, other: (path: String, typeName: String)?
  ) {
    var tensors: OrderedDictionary<String, Tensor> = [:]
    var other: (path: String, typeName: String)?
    func collect(_ value: Value, _ path: String) throws {
      switch value {
      case .tensor(let tensor): tensors[path] = tensor
      case .record(let fields): for (key, field) in fields { try collect(field, path.isEmpty ? key : path + "/" + key) }
      case .list(let items): for (place, item) in items.enumerated() { try collect(item, path + "/" + String(place)) }
      case .number(let number):
        // `step` is a number in some files.
        tensors[path] = Tensor(number, dtype: .float64)
        other = other ?? (path, value.typeName)
      default: other = other ?? (path, value.typeName)
      }
    }
    try collect(.record(record(name)), "")
    return (tensors, other)
  }
}

extension Network {
  /// Some lines about the network.
  var described: String {
    let c = configuration
    let sizes = c.settings.map { "\($0.name) \($0.value)" }
    let giga = { (operations: Double) in NumberText.fixed(operations / 1e9, decimals: operations < 1e10 ? 2 : 1) }
    return """
      improved MeanFlow network\(isInference ? ", for inference" : "")
        \(sizes.prefix(8).joined(separator: ", "))
        \(sizes.dropFirst(8).joined(separator: ", "))
        tokens      \(c.tokens): \(c.prefixTokens) of conditions, \(c.patches) patches
        parameters  \(p.count) in \(p.names.count) tensors
        work        \(giga(c.samplingOperations)) GFLOP a sample in one step, \(giga(c.neededTrainingOperations())) a training image
      """
  }
}
