// Making networks and looking into them.

import Lang
import MeanFlow
import OrderedCollections
import Tensor

extension Library {
  static let models = Library("Models", [
    Builtin(
      "imf(config, params = none, seed = 0, inference = false)",
      "an improved MeanFlow network: \"B/2\" \"M/2\" \"L/2\" \"XL/2\" or a record of sizes; params from a checkpoint",
      example: "imf({input_size: 8, in_channels: 1, hidden_size: 32, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 10})"
    ) { call in
      var configuration: Configuration
      switch call["config"] {
      case .string(let name): configuration = try Configuration(named: name)
      case .record(let sizes):
        configuration = Configuration()
        try call.apply(sizes, to: &configuration)
      default: throw call.error(.type, "`config` is a model's name or a record of sizes", argument: "config")
      }
      let parameters = try call.parameters("params")
      return .object(Model(network: try Network(
        configuration, parameters: parameters, key: RandomKey(seed: call.integer("seed")), inference: call.bool("inference"))))
    },
    Builtin("with_params(m, params)", "the same network with other parameters", example: "with_params(imf({input_size: 4, in_channels: 1, hidden_size: 8, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 2}), imf({input_size: 4, in_channels: 1, hidden_size: 8, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 2}, seed = 1).params)") { call in
      let network = try call.network("m")
      guard let parameters = try call.parameters("params") else { throw call.error(.type, "`params` is none", argument: "params") }
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
    Builtin("work(m)", "{sample, forward, train}: GFLOP of matrix products an image; train counts what is needed, no more", example: "work(imf(\"B/2\")).sample") { call in
      let c = try call.network("m").configuration
      return .record([
        "sample": .number(c.samplingOperations / 1e9), "forward": .number(c.forwardOperations / 1e9),
        "train": .number(c.neededTrainingOperations() / 1e9),
      ])
    },
    Builtin("summary(m)", "sizes, parameters and work of a network, as text", example: "len(summary(imf(\"B/2\"))) > 0") { call in
      let network = try call.network("m")
      return .string(network.described)
    },
  ])
}

extension Call {
  /// A record of tensors by the reference's names, nested or flat, or a checkpoint that holds one under `params`.
  fileprivate func parameters(_ name: String) throws -> Parameters? {
    guard !self[name].isNone else { return nil }
    var record: Record
    switch self[name] {
    case .object(let object):
      guard let model = object as? Model else { fallthrough }
      return model.network.p
    default: record = try self.record(name)
    }
    if case .record(let inner)? = record["params"] { record = inner }
    var tensors: OrderedDictionary<String, Tensor> = [:]
    func collect(_ record: Record, _ prefix: String) throws {
      for (key, value) in record {
        switch value {
        case .tensor(let tensor): tensors[prefix + key] = tensor
        case .record(let inner): try collect(inner, prefix + key + "/")
        default: throw error(.type, "`\(name)` holds \(value.typeName) under \(prefix + key); expected tensors", argument: name)
        }
      }
    }
    try collect(record, "")
    if tensors.keys.allSatisfy({ $0.hasPrefix("params/") || $0.hasPrefix("ema_params/") || $0.hasPrefix("mu/") || $0.hasPrefix("nu/") }) {
      let own = tensors.filter { $0.key.hasPrefix("params/") }.map { (String($0.key.dropFirst(7)), $0.value) }
      tensors = OrderedDictionary(uniqueKeysWithValues: own)
    }
    return Parameters(tensors)
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
