// A training run in one safetensors file: parameters, average and moments as tensors, everything else as metadata.
// Written whole or not at all; a run that goes on from it computes the same bits as one that never stopped.

public import Formats
public import OrderedCollections
public import Tensor

extension TrainingState {
  private static let kind = "imf-repl training state 2"
  private static let formerKind = "imf-repl training state 1"
  /// Settings that states of the former kind do not have.
  private static let laterSettings: Set = ["loss", "clip_norm", "accumulate"]

  /// Names of the trees: parameters, moments, averages.
  private static func groups(_ averages: Int) -> [String] {
    ["params", "mu", "nu", "ema_params"] + (1..<max(averages, 1)).map { "ema_params_\($0)" }
  }

  /// Writes the run. Throws `FormatError` where the file cannot be written; an older file then stays as it was.
  /// - Parameter beside: tensors that the file holds besides, under names that are no group's.
  public func save(to path: String, beside: OrderedDictionary<String, Tensor> = [:]) throws {
    var file = contents
    file.tensors.merge(beside) { $1 }
    try file.write(to: path)
  }

  /// What its file holds.
  public var contents: SafeTensors {
    var tensors: OrderedDictionary<String, Tensor> = [:]
    for (group, values) in zip(Self.groups(averages.count), [network.p.values, mu, nu] + averages) {
      for (name, tensor) in zip(network.p.names, values) { tensors["\(group)/\(name)"] = tensor }
    }
    var metadata: OrderedDictionary<String, String> = [
      "kind": Self.kind, "step": String(step), "key": "\(key.high),\(key.low)",
    ]
    if updates != step { metadata["updates"] = String(updates) }
    for (name, value) in network.configuration.settings { metadata["net.\(name)"] = value.description }
    for (name, value) in settings.settings { metadata["train.\(name)"] = value.description }
    for (name, value) in objective.settings { metadata["imf.\(name)"] = value.description }
    if let metrics {
      let numbers = [metrics.loss, metrics.lossU, metrics.lossV, metrics.gradientNorm, metrics.learningRate]
      metadata["metrics"] = numbers.map { "\($0)" }.joined(separator: ",")
    }
    return SafeTensors(tensors: tensors, metadata: metadata)
  }

  /// Reads a run. Throws `FormatError` where the file is no training state, and names what is missing in it.
  public init(contentsOf path: String) throws {
    let file: SafeTensors
    do {
      file = try SafeTensors(contentsOf: path)
    } catch let error as FormatError where error.reason == .format {
      throw FormatError(
        .format, "", error.message, hint: "a checkpoint of flax goes on by train_state(m, checkpoint = load(\"\(path)\"))")
    }
    try self.init(file, from: path)
  }

  /// A run from what its file held.
  /// - Parameter path: how errors call the file.
  public init(_ file: SafeTensors, from path: String) throws {
    func refuse(_ what: String, hint: String? = nil) -> FormatError { FormatError(.format, path, what, hint: hint) }
    func field(_ name: String) throws -> String {
      guard let text = file.metadata[name] else { throw refuse("the training state lacks `\(name)`") }
      return text
    }
    let isFormer = file.metadata["kind"] == Self.formerKind
    guard isFormer || file.metadata["kind"] == Self.kind else {
      throw refuse("this is no training state", hint: "`load` reads any safetensors as a record of tensors")
    }
    var configuration = Configuration()
    var training = TrainingSettings()
    var objective = ObjectiveSettings()
    guard let step = Int(try field("step")), step >= 0 else { throw refuse("the step is no whole number") }
    let words = try field("key").split(separator: ",").compactMap { UInt32($0) }
    guard words.count == 2 else { throw refuse("the random key is damaged") }
    var groups: [[Tensor]] = []
    let network: Network
    do {
      for name in Configuration.settingNames { try configuration.set(name, text: field("net.\(name)")) }
      for name in TrainingSettings.settingNames where !(isFormer && Self.laterSettings.contains(name)) {
        try training.set(name, text: field("train.\(name)"))
      }
      for name in ObjectiveSettings.settingNames { try objective.set(name, text: field("imf.\(name)")) }
      var loaded: Network?
      for group in Self.groups(training.ema.count) {
        let prefix = group + "/"
        let own = file.tensors.filter { $0.key.hasPrefix(prefix) }
        let named = own.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
        let net = try Network(configuration, parameters: Parameters(OrderedDictionary(uniqueKeysWithValues: named)))
        loaded = loaded ?? net
        groups.append(net.p.values)
      }
      guard let loaded else { throw refuse("the training state is empty") }
      network = loaded
    } catch let error as ConfigurationError {
      throw refuse("the training state's settings are damaged: \(error)")
    } catch let error as ParameterError {
      throw refuse("the training state is incomplete: \(error)")
    }
    try self.init(
      network: network, settings: training, objective: objective, averages: Array(groups[3...]), mu: groups[1], nu: groups[2],
      step: step, updates: file.metadata["updates"].flatMap { Int($0) }.map { max($0, 0) }, key: RandomKey(high: words[0], low: words[1]))
    let numbers = file.metadata["metrics"]?.split(separator: ",").compactMap { Double($0) } ?? []
    if numbers.count == 5 {
      metrics = Metrics(
        loss: numbers[0], lossU: numbers[1], lossV: numbers[2], gradientNorm: numbers[3], learningRate: numbers[4])
    }
  }
}
