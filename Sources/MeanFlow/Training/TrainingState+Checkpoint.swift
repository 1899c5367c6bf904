// The authors' training checkpoints, both ways: step, params, ema_params and optax' AdamW state under the names that
// their code has (docs/formats.md).

public import Formats
public import OrderedCollections
public import Tensor

extension TrainingState {
  /// A run that goes on from a checkpoint of the authors' code, or of ours in their form.
  ///
  /// - Parameters:
  ///   - network: says the sizes; its own parameters are not used.
  ///   - tensors: the checkpoint's, paths joined by `/` or `.`: step, params, ema_params, opt_state/0/{count, mu, nu}.
  /// - Throws: `ParameterError` where a tree does not fit the network, `ConfigurationError` where the checkpoint is not
  ///   one of a training.
  public init(
    _ network: Network, checkpoint tensors: OrderedDictionary<String, Tensor>, _ settings: TrainingSettings = .init(),
    objective: ObjectiveSettings = .init(), key: RandomKey = RandomKey(seed: 42)
  ) throws {
    var own = OrderedDictionary<String, Tensor>()
    for (name, tensor) in tensors { own[name.replacing(".", with: "/")] = tensor }
    func count(_ name: String) throws -> Int? {
      try own[name].flatMap { $0.count == 1 ? try Int(exactly: $0.item()) : nil }
    }
    func tree(_ name: String) throws -> [Tensor] {
      let inside = CheckpointParameters.tensors(of: name, in: own)
      guard !inside.isEmpty else {
        throw ConfigurationError(
          field: nil, reason: "the checkpoint has no \(name): it cannot be trained on as it was",
          hint: "imf(config, params = checkpoint) takes its weights; train_state then begins anew")
      }
      return try network.configuration.checked(Parameters(CheckpointParameters.renamed(inside)), inference: false).values
    }
    let moments = try (mu: tree("opt_state/0/mu"), nu: tree("opt_state/0/nu"))
    guard let step = try count("opt_state/0/count") ?? count("step"), step >= 0 else {
      throw ConfigurationError(field: nil, reason: "the checkpoint does not say its step", hint: nil)
    }
    if let other = try count("step"), other != step {
      throw ConfigurationError(
        field: nil, reason: "the checkpoint is at step \(other), its optimiser at \(step)", hint: "the two were not saved together")
    }
    let parameters = try tree("params")
    try self.init(
      network: Network(network.configuration, parameters: network.p.with(parameters)), settings: settings, objective: objective,
      ema: own.keys.contains { $0.hasPrefix("ema_params/") } ? tree("ema_params") : parameters, mu: moments.mu, nu: moments.nu,
      step: step, key: key)
  }

  /// The state as the authors' code restores it: flax' tree of their TrainState.
  public func checkpoint() throws -> FileValue {
    let names = network.p.names
    func tree(_ values: [Tensor]) -> FileValue { Parameters.tree(zip(names, values)) }
    let count = FileValue.tensor(try Tensor([Int32(clamping: step)], shape: []))
    return .record([
      "step": count, "params": tree(network.p.values), "ema_params": tree(ema),
      "opt_state": .record([
        "0": .record(["count": count, "mu": tree(mu), "nu": tree(nu)]), "1": .record([:]), "2": .record(["count": count]),
      ]),
    ])
  }
}

extension Parameters {
  /// Nested records of flat names joined by `/`, as flax nests modules.
  static func tree(_ tensors: some Sequence<(String, Tensor)>) -> FileValue {
    var groups: OrderedDictionary<Substring, [(String, Tensor)]> = [:]
    var leaves: OrderedDictionary<String, FileValue> = [:]
    for (name, tensor) in tensors {
      if let slash = name.firstIndex(of: "/") {
        groups[name[..<slash], default: []].append((String(name[name.index(after: slash)...]), tensor))
      } else {
        leaves[name] = .tensor(tensor)
      }
    }
    for (name, inside) in groups { leaves[String(name)] = tree(inside) }
    return .record(leaves)
  }

  /// The parameters as flax nests them, under `net`.
  public var nested: FileValue { Self.tree(tensors.map { ($0.key, $0.value) }) }
}
