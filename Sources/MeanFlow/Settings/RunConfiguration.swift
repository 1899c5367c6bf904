// Configurations with the authors' keys: sections of settings, defaults under what a file says under what the command
// line says. Their training and evaluation files are read as they are; what this program adds to them is marked.

public import Formats
public import OrderedCollections

/// A whole configuration, every key with a value.
public struct RunConfiguration: Sendable {
  public typealias Section = OrderedDictionary<String, FileValue>

  public private(set) var sections: OrderedDictionary<String, Section> = Self.defaults
  /// Keys that stand in no section.
  public private(set) var top: Section = ["load_from": .none, "eval_only": .bool(false)]

  public init() {}

  /// A key or section that no configuration has.
  public struct UnknownKey: Error {
    /// With its section, as written.
    public let name: String
    public let section: String?
    /// The keys that there are.
    public let known: [String]
  }

  /// What the authors' README calls a section by another name, and the command line for short.
  private static let otherNames = ["method": "model", "data": "dataset"]

  private static let defaults: OrderedDictionary<String, Section> = [
    "dataset": [
      "name": .string("imgnet_latent"), "root": .string(""), "num_workers": .number(4), "prefetch_factor": .number(2),
      "pin_memory": .bool(false), "cache": .bool(false), "image_size": .number(32), "image_channels": .number(4),
      "num_classes": .number(1000), "vae": .string("mse"),
      // Ours: noise in the place of data, to see speed and memory; mirrored images; what to do with unreadable files.
      "synthetic": .bool(false), "flip": .bool(false), "unreadable": .string("stop"),
    ],
    "training": [
      "learning_rate": .number(1e-4), "batch_size": .number(256), "num_epochs": .number(1000), "log_per_step": .number(100),
      "sample_per_epoch": .number(10), "checkpoint_per_epoch": .number(10), "fid_per_epoch": .number(10), "half_precision": .bool(false),
      "seed": .number(42), "adam_b2": .number(0.95), "ema_val": .number(0.9999), "ema_type": .string("const"),
      "lr_schedule": .string("warmup_const"), "warmup_epochs": .number(0), "lr_min_factor": .number(0),
      // Ours.
      "steps": .none, "loss": .string("imf"), "adam_b1": .number(0.9), "weight_decay": .number(0), "clip_norm": .none,
      "accumulate": .number(1), "checkpoint_per_step": .number(0), "checkpoint_minutes": .number(10), "keep": .number(3),
      "on_nan": .string("stop"),
    ],
    "model": [
      "model_str": .string("imfDiT_B_2"), "num_classes": .none, "P_mean": .number(-0.4), "P_std": .number(1),
      "data_proportion": .number(0.5), "cfg_beta": .number(1), "class_dropout_prob": .number(0.1), "norm_p": .number(1),
      "norm_eps": .number(0.01),
      // Ours: sizes other than the authors', and labels dropped at random places.
      "sizes": .record([:]), "random_dropout": .bool(false),
    ],
    "sampling": [
      "num_steps": .number(1), "num_classes": .none, "omega": .number(1), "t_min": .number(0), "t_max": .number(1), "omegas": .list([]),
      "interval": .list([]),
    ],
    "fid": ["num_samples": .number(50000), "device_batch_size": .number(128), "cache_ref": .string("")],
    "logging": [
      "wandb_project": .string(""), "wandb_entity": .string(""), "wandb_notes": .string(""), "wandb_tags": .list([]),
      // Ours: the run's folder.
      "run": .string(""),
    ],
  ]

  public static var sectionNames: [String] { Array(defaults.keys) }

  /// Lays other values over those here. Keys are `section: {key: value}` or `"section.key": value`.
  ///
  /// - Throws: `UnknownKey`, or `ConfigurationError` where a value is of the wrong kind.
  public mutating func merge(_ fields: Section) throws {
    for (written, value) in fields {
      let parts = written.split(separator: ".", maxSplits: 1).map(String.init)
      let name = Self.otherNames[parts[0]] ?? parts.first ?? written
      if parts.count == 2 {
        try set(parts[1], value, in: name, as: written)
      } else if sections[name] != nil {
        switch value {
        case .record(let inside): for (key, value) in inside { try set(key, value, in: name, as: "\(written).\(key)") }
        // A section that a file names and leaves empty.
        case .none: break
        default: throw ConfigurationError(field: written, reason: "is a section: settings by name stand in it")
        }
      } else if let present = top[name] {
        top[name] = try Self.checked(value, like: present, written)
      } else {
        throw UnknownKey(name: written, section: nil, known: Self.sectionNames + Array(Self.otherNames.keys) + Array(top.keys))
      }
    }
  }

  private mutating func set(_ key: String, _ value: FileValue, in section: String, as written: String) throws {
    guard let known = sections[section] else { throw UnknownKey(name: written, section: nil, known: Self.sectionNames) }
    guard let present = known[key] else { throw UnknownKey(name: written, section: section, known: Array(known.keys)) }
    // One average, or several.
    if key == "ema_val", case .list = value {
      sections[section]?[key] = value
      return
    }
    sections[section]?[key] = try Self.checked(value, like: Self.defaults[section]?[key] ?? present, written)
  }

  /// A value of the kind that the default is of; what has none may be a number or a text.
  private static func checked(_ value: FileValue, like present: FileValue, _ name: String) throws -> FileValue {
    switch (present, value) {
    case (.number, .number), (.bool, .bool), (.string, .string), (.list, .list), (.record, .record), (.none, .number), (.none, .string),
      (.none, .none):
      return value
    // `root:` with nothing after it, and a list of one.
    case (.string, .none): return .string("")
    case (.list, .number), (.list, .string): return .list([value])
    default:
      let kind =
        switch present {
        case .number: "a number"
        case .bool: "true or false"
        case .string: "a text"
        case .list: "a list"
        case .record: "a record"
        case .none, .tensor, .image: "a number"
        }
      throw ConfigurationError(field: name, reason: "cannot be \(yamlText(of: value)); expected \(kind)")
    }
  }

  // MARK: reading

  func number(_ section: String, _ key: String) -> Double? {
    if case .number(let number)? = sections[section]?[key] { number } else { nil }
  }

  func whole(_ section: String, _ key: String) throws -> Int? {
    guard let number = number(section, key) else { return nil }
    guard let whole = Int(exactly: number) else {
      throw ConfigurationError(field: "\(section).\(key)", reason: "is \(number); expected a whole number")
    }
    return whole
  }

  func text(_ section: String, _ key: String) -> String {
    if case .string(let text)? = sections[section]?[key] { text } else { "" }
  }

  func flag(_ section: String, _ key: String) -> Bool {
    if case .bool(let flag)? = sections[section]?[key] { flag } else { false }
  }
}
