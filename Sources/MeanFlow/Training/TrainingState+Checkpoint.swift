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
    func tree(_ name: String) throws -> Parameters {
      let inside = CheckpointParameters.tensors(of: name, in: own)
      guard !inside.isEmpty else {
        throw ConfigurationError(
          field: nil, reason: "the checkpoint has no \(name): it cannot be trained on as it was",
          hint: "imf(config, params = checkpoint) takes its weights; train_state then begins anew")
      }
      return try network.configuration.checked(Parameters(CheckpointParameters.renamed(inside)), inference: false)
    }
    let moments = try (mu: tree("opt_state/0/mu"), nu: tree("opt_state/0/nu"))
    let updates = try count("opt_state/0/count")
    guard let step = try count("step") ?? updates, step >= 0, updates.map({ $0 >= 0 }) ?? true else {
      throw ConfigurationError(field: nil, reason: "the checkpoint does not say its step", hint: nil)
    }
    let parameters = try tree("params")
    let average = own.keys.contains { $0.hasPrefix("ema_params/") } ? try tree("ema_params") : parameters
    try self.init(
      network: Network(network.configuration, parameters: parameters), settings: settings, objective: objective,
      averages: settings.ema.map { _ in average.values }, mu: moments.mu.values, nu: moments.nu.values,
      step: step, updates: updates, key: key)
  }

  /// The state as the authors' code restores it: flax' tree of their TrainState.
  public func checkpoint() throws -> FileValue {
    let names = network.p.names
    func tree(_ values: [Tensor]) -> FileValue { Parameters.tree(zip(names, values)) }
    return try .state(
      step: step, updates: updates, params: tree(network.p.values), ema: tree(ema), mu: tree(mu), nu: tree(nu))
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

  /// The parameters as a file of this path holds them: for flax as its modules nest, under the names of both trees, so
  /// that the authors' code finds them whichever it asks for; for torch a state dict under the names and in the layout of
  /// the authors' torch code; flat in all others.
  ///
  /// A `checkpoint_<step>` is a whole state of training, its moments zero: flax restores nothing less.
  public func file(for path: String) throws -> FileValue {
    let flat = tensors.map { ($0.key, $0.value) }
    let step = isCheckpointName(path) ? path.split(separator: "_").last.flatMap { Int($0) } : nil
    if [".pt", ".pth"].contains(where: { path.lowercased().hasSuffix($0) }) {
      return .record(try OrderedDictionary(uniqueKeysWithValues: flat.map { ours, tensor in
        let (name, axes) = ParameterName.torch(ours, rank: tensor.rank)
        return (name, .tensor(try axes.map { try tensor.permuted($0) } ?? tensor))
      }))
    }
    guard step != nil || path.lowercased().hasSuffix(".msgpack") else {
      return .record(OrderedDictionary(uniqueKeysWithValues: flat.map { ($0.0, .tensor($0.1)) }))
    }
    let tree = Self.tree(flat)
    guard let step else { return .record(["params": tree, "ema_params": tree]) }
    let zeros = Self.tree(try flat.map { ($0.0, try Tensor.zeros($0.1.shape)) })
    return try .state(step: step, updates: 0, params: tree, ema: tree, mu: zeros, nu: zeros)
  }
}

extension FileValue {
  /// flax' tree of the authors' TrainState: optax' AdamW is a chain of its moments, weight decay and schedule.
  fileprivate static func state(
    step: Int, updates: Int, params: FileValue, ema: FileValue, mu: FileValue, nu: FileValue
  ) throws -> FileValue {
    func whole(_ number: Int) throws -> FileValue { .tensor(try Tensor([Int32(clamping: number)], shape: [])) }
    let count = try whole(updates)
    return .record([
      "step": try whole(step), "params": params, "ema_params": ema,
      "opt_state": .record(["0": .record(["count": count, "mu": mu, "nu": nu]), "1": .record([:]), "2": .record(["count": count])]),
    ])
  }
}
