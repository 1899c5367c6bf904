// What a configuration means here: the network, the objective, how it learns, and what the run does beside.

import Formats
import OrderedCollections

extension RunConfiguration {
  /// The network: the authors' sizes by their name, or sizes of one's own.
  public func network() throws -> Configuration {
    var c = try Configuration(named: Self.modelName(text("model", "model_str")))
    c.inputSize = try whole("dataset", "image_size") ?? c.inputSize
    c.inChannels = try whole("dataset", "image_channels") ?? c.inChannels
    c.numClasses = try whole("model", "num_classes") ?? whole("dataset", "num_classes") ?? c.numClasses
    if case .record(let sizes)? = sections["model"]?["sizes"] {
      for (name, value) in sizes { try c.set(name, Self.setting(value, "model.sizes.\(name)")) }
    }
    return try c.validated()
  }

  /// `imfDiT_B_2`, as the code has it, `MiT_B_2`, as the README has it, or `B/2`.
  static func modelName(_ text: String) -> String {
    for prefix in ["imfDiT_", "MiT_", "iMF-", "iMF_"] where text.hasPrefix(prefix) {
      return String(text.dropFirst(prefix.count).replacing("_", with: "/").replacing("-", with: "/"))
    }
    return text
  }

  public func objective() throws -> ObjectiveSettings {
    var settings = ObjectiveSettings()
    for name in ObjectiveSettings.settingNames { try set(&settings, name, "model", name) }
    return settings
  }

  /// How it learns. Epochs become steps, which takes the number of images.
  public func training(images: Int) throws -> TrainingSettings {
    guard text("training", "ema_type") == "const" else {
      throw ConfigurationError(field: "training.ema_type", reason: "cannot be \"\(text("training", "ema_type"))\"; expected \"const\"")
    }
    var settings = TrainingSettings()
    let names = [
      "lr": "learning_rate", "b1": "adam_b1", "b2": "adam_b2", "ema": "ema_val", "schedule": "lr_schedule", "min_factor": "lr_min_factor",
      "weight_decay": "weight_decay", "clip_norm": "clip_norm", "accumulate": "accumulate", "loss": "loss",
    ]
    for (ours, theirs) in names { try set(&settings, ours, "training", theirs) }
    let perEpoch = try stepsPerEpoch(images: images)
    settings.warmupSteps = try steps("warmup_epochs", perEpoch)
    settings.totalSteps = try lastStep(images: images)
    return try settings.validated()
  }

  /// Logs, checkpoints and previews. The judge's turn is the authors' FID's.
  public func run() throws -> RunSettings {
    var settings = RunSettings()
    for name in ["log_per_step", "sample_per_epoch", "checkpoint_per_epoch", "checkpoint_per_step", "checkpoint_minutes", "keep", "on_nan"] {
      try set(&settings, name, "training", name)
    }
    try set(&settings, "judge_per_epoch", "training", "fid_per_epoch")
    for name in ["num_steps", "omega", "t_min", "t_max"] { try set(&settings, name, "sampling", name) }
    return try settings.validated()
  }

  public var batchSize: Int {
    get throws {
      guard let size = try whole("training", "batch_size"), size >= 1 else {
        throw ConfigurationError(field: "training.batch_size", reason: "must be at least 1")
      }
      return size
    }
  }

  public var seed: Int { get throws { try whole("training", "seed") ?? 42 } }
  public var isHalfPrecision: Bool { flag("training", "half_precision") }

  private func stepsPerEpoch(images: Int) throws -> Int {
    let size = try batchSize
    guard images >= size else {
      throw ConfigurationError(field: "training.batch_size", reason: "is \(size), there are \(images) images")
    }
    return images / size
  }

  /// The step that the run ends at.
  public func lastStep(images: Int) throws -> Int {
    guard let steps = try whole("training", "steps") else { return try self.steps("num_epochs", stepsPerEpoch(images: images)) }
    guard (0...1 << 50).contains(steps) else {
      throw ConfigurationError(field: "training.steps", reason: "cannot be \(steps)")
    }
    return steps
  }

  private func steps(_ key: String, _ perEpoch: Int) throws -> Int {
    let steps = (number("training", key) ?? 0) * Double(perEpoch)
    guard steps >= 0, steps < 0x1p50 else { throw ConfigurationError(field: "training.\(key)", reason: "cannot be \(number("training", key) ?? 0)") }
    return Int(steps)
  }

  private func set<Settings: NamedSettings>(_ settings: inout Settings, _ ours: String, _ section: String, _ key: String) throws {
    guard let value = sections[section]?[key] else { return }
    do {
      try settings.set(ours, Self.setting(value, "\(section).\(key)"))
    } catch let error as ConfigurationError {
      throw ConfigurationError(field: "\(section).\(key)", reason: error.reason, hint: error.hint)
    }
  }

  private static func setting(_ value: FileValue, _ name: String) throws -> SettingValue {
    switch value {
    case .number(let number): return .number(number)
    case .string(let text): return .text(text)
    case .bool(let flag): return .flag(flag)
    case .none: return .none
    case .list(let items):
      if let numbers = SettingValue(items.compactMap { if case .number(let number) = $0 { number } else { nil } }, all: items.count) {
        return numbers
      }
    case .record, .tensor, .image: break
    }
    throw ConfigurationError(field: name, reason: "is no setting's value")
  }
}
