// A network as a value of the language: called on noisy images, its parameters a tree.

import Lang
import MeanFlow
import OrderedCollections
import Tensor

/// `imf(...)`.
struct Model: LanguageObject {
  let network: Network
  /// The tree of the checkpoint that the parameters came from, where it holds several.
  var source: String?

  var typeName: String { "model" }

  var summary: String {
    let c = network.configuration
    return
      "model imf \(c.inputSize)x\(c.inputSize)x\(c.inChannels), patch \(c.patchSize), width \(c.hiddenSize), depth \(c.depth), "
      + "\(c.numClasses) classes, \(Model.count(network.p.count)) parameters" + (network.isInference ? ", inference" : "") + (source.map { ", from \($0)" } ?? "")
  }

  var fieldNames: [String] { ["params", "config", "inference", "source"] }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "params": .record(Record(network.p.tensors.map { ($0.key, .tensor($0.value)) }))
    case "config": .record(Record(network.configuration.settings.map { ($0.name, Value($0.value)) }))
    case "inference": .bool(network.isInference)
    case "source": source.map { .string($0) } ?? Value.none
    default: nil
    }
  }

  private static let calledAs = Signature("model(x, t, h = 0, omega = 1, t_min = 0, t_max = 1, y = none)")
  var signature: Signature? { Self.calledAs }

  /// {u, v} of noisy images [B, H, W, C]; without labels of the null class.
  func call(_ call: Call) throws -> Value {
    let c = network.configuration
    let labels = try call.optionalTensor("y") ?? Tensor(Double(c.numClasses), dtype: .int32)
    let result = try network(
      call.tensor("x"),
      .init(
        t: call.tensor("t"), h: call.tensor("h"), omega: call.tensor("omega"), tMin: call.tensor("t_min"),
        tMax: call.tensor("t_max"), y: c.checkedLabels(labels, allowsNull: true)))
    return .record(["u": .tensor(result.u), "v": .tensor(result.v)])
  }

  func tree() throws -> Tree? { .record(network.p.tensors.map { ($0.key, .tensor($0.value)) }) }
  func rebuilt(from tree: Tree) throws -> any LanguageObject { Model(network: network.with(tree.leaves)) }

  /// `89.1 M`.
  static func count(_ number: Int) -> String {
    switch number {
    case ..<10_000: "\(number)"
    case ..<1_000_000: NumberText.fixed(Double(number) / 1e3, decimals: 1) + " k"
    default: NumberText.fixed(Double(number) / 1e6, decimals: 1) + " M"
    }
  }
}

extension Value {
  init(_ setting: SettingValue) {
    switch setting {
    case .number(let number): self = .number(number)
    case .text(let text): self = .string(text)
    case .flag(let flag): self = .bool(flag)
    case .numbers(let numbers): self = .list(numbers.map { .number($0) })
    case .none: self = .none
    }
  }

  /// A setting's value, a tensor of one element as its number, a list of numbers; nil for values that no setting has.
  var setting: SettingValue? {
    switch self {
    case .tensor(let tensor): tensor.count == 1 ? (try? tensor.item()).map { .number($0) } : nil
    case .number(let number): .number(number)
    case .string(let text): .text(text)
    case .bool(let flag): .flag(flag)
    case .none: SettingValue.none
    case .list(let items): SettingValue(items.compactMap { if case .number(let number) = $0 { number } else { nil } }, all: items.count)
    default: nil
    }
  }
}

extension Call {
  /// Applies named arguments or a record's fields to settings; unknown names are errors with the nearest one.
  func apply<Settings: NamedSettings>(_ fields: some Sequence<(key: String, value: Value)>, to settings: inout Settings) throws {
    for (name, value) in fields {
      guard Settings.settingNames.contains(name) else {
        let near = nearestName(to: name, among: Settings.settingNames)
        throw error(
          .argument, "there is no setting `\(name)`",
          hint: near.map { "did you mean `\($0)`?" } ?? "settings are \(Settings.settingNames.joined(separator: ", "))")
      }
      guard let setting = value.setting else {
        throw error(.type, "the setting `\(name)` cannot be \(value.quoted)")
      }
      do {
        try settings.set(name, setting)
      } catch let problem as ConfigurationError {
        throw error(.argument, problem.message, hint: problem.hint)
      }
    }
  }

  /// A model, or the averaged one of a training state.
  func network(_ name: String) throws -> Network {
    if case .object(let object) = self[name] {
      if let model = object as? Model { return model.network }
      if let run = object as? TrainingRun { return run.state.emaNetwork }
    }
    return try object(name, Model.self, as: "a model").network
  }
}
