// Settings by the names that scripts and files use: one table for each kind of settings, from which records of the
// language, files and error messages are made.

/// A setting's value, whatever its type.
public enum SettingValue: Sendable, Hashable, CustomStringConvertible {
  case number(Double)
  case text(String)
  case flag(Bool)
  case numbers([Double])
  case none

  public var description: String {
    switch self {
    case .number(let number): Self.text(number)
    case .numbers(let numbers): numbers.map(Self.text).joined(separator: ",")
    case .text(let text): text
    case .flag(let flag): flag ? "true" : "false"
    case .none: "none"
    }
  }

  /// Numbers, where they are all of so many items.
  public init?(_ numbers: [Double], all count: Int) {
    guard numbers.count == count else { return nil }
    self = .numbers(numbers)
  }

  private static func text(_ number: Double) -> String {
    number == number.rounded() && number.magnitude < 0x1p53 ? String(Int64(number)) : "\(number)"
  }

  /// As scripts write it.
  var quoted: String {
    switch self {
    case .text(let text): "\"\(text)\""
    case .numbers(let numbers): "[" + numbers.map(Self.text).joined(separator: ", ") + "]"
    case .number, .flag, .none: description
    }
  }

  /// What a file's text stands for, read as the type that the setting has now.
  init(_ text: String, like present: SettingValue) {
    switch present {
    case .number where text.contains(","): self.init(text, like: .numbers([]))
    case .number, .none: self = text == "none" ? .none : Double(text).map { .number($0) } ?? .text(text)
    case .flag: self = text == "true" ? .flag(true) : text == "false" ? .flag(false) : .text(text)
    case .text: self = .text(text)
    case .numbers:
      let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
      self = numbers.contains(nil) ? .text(text) : .numbers(numbers.compactMap { $0 })
    }
  }
}

/// One setting: its name, how it is read and how it is set.
public struct Setting<Settings>: Sendable {
  public let name: String
  /// The legal words of a choice; empty for everything else.
  var choices: [String] = []
  let read: @Sendable (Settings) -> SettingValue
  /// False where the value is of the wrong type.
  let write: @Sendable (inout Settings, SettingValue) -> Bool

  static func whole(_ name: String, _ path: any WritableKeyPath<Settings, Int> & Sendable) -> Setting {
    Setting(name: name, read: { .number(Double($0[keyPath: path])) }) { settings, value in
      guard case .number(let number) = value, let whole = Int(exactly: number) else { return false }
      settings[keyPath: path] = whole
      return true
    }
  }

  static func number(_ name: String, _ path: any WritableKeyPath<Settings, Double> & Sendable) -> Setting {
    Setting(name: name, read: { .number($0[keyPath: path]) }) { settings, value in
      guard case .number(let number) = value else { return false }
      settings[keyPath: path] = number
      return true
    }
  }

  static func flag(_ name: String, _ path: any WritableKeyPath<Settings, Bool> & Sendable) -> Setting {
    Setting(name: name, read: { .flag($0[keyPath: path]) }) { settings, value in
      guard case .flag(let flag) = value else { return false }
      settings[keyPath: path] = flag
      return true
    }
  }

  static func optionalWhole(_ name: String, _ path: any WritableKeyPath<Settings, Int?> & Sendable) -> Setting {
    Setting(name: name, read: { $0[keyPath: path].map { .number(Double($0)) } ?? .none }) { settings, value in
      switch value {
      case .none: settings[keyPath: path] = nil
      case .number(let number):
        guard let whole = Int(exactly: number) else { return false }
        settings[keyPath: path] = whole
      case .text, .flag, .numbers: return false
      }
      return true
    }
  }

  static func optionalNumber(_ name: String, _ path: any WritableKeyPath<Settings, Double?> & Sendable) -> Setting {
    Setting(name: name, read: { $0[keyPath: path].map { .number($0) } ?? .none }) { settings, value in
      switch value {
      case .none: settings[keyPath: path] = nil
      case .number(let number): settings[keyPath: path] = number
      case .text, .flag, .numbers: return false
      }
      return true
    }
  }

  /// Several numbers, of which one may stand alone.
  static func numbers(_ name: String, _ path: any WritableKeyPath<Settings, [Double]> & Sendable) -> Setting {
    Setting(
      name: name,
      read: { settings in
        let numbers = settings[keyPath: path]
        return numbers.count == 1 ? .number(numbers[0]) : .numbers(numbers)
      }
    ) { settings, value in
      switch value {
      case .number(let number): settings[keyPath: path] = [number]
      case .numbers(let numbers): settings[keyPath: path] = numbers
      case .text, .flag, .none: return false
      }
      return true
    }
  }

  static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Settings, Choice> & Sendable
  ) -> Setting {
    let choices = Choice.allCases.map(\.rawValue)
    return Setting(name: name, choices: choices, read: { .text($0[keyPath: path].rawValue) }) { settings, value in
      guard case .text(let text) = value, let choice = Choice(rawValue: text) else { return false }
      settings[keyPath: path] = choice
      return true
    }
  }
}

/// Settings that can be read and set by name.
public protocol NamedSettings: Sendable {
  static var table: [Setting<Self>] { get }
}

extension NamedSettings {
  public static var settingNames: [String] { table.map(\.name) }
  /// The legal words of all settings, by name; none where any value goes.
  public static var settingOptions: [String: [String]] { Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0.choices) }) }

  /// All settings, in the table's order.
  public var settings: [(name: String, value: SettingValue)] { Self.table.map { ($0.name, $0.read(self)) } }

  /// Sets one by name. Throws `ConfigurationError` where the name is unknown or the value of the wrong type.
  public mutating func set(_ name: String, _ value: SettingValue) throws {
    guard let row = Self.table.first(where: { $0.name == name }) else {
      throw ConfigurationError(
        field: name, reason: "is no setting here", hint: "settings are \(Self.settingNames.joined(separator: ", "))")
    }
    guard row.write(&self, value) else {
      let legal = row.choices.map { "\"\($0)\"" }.joined(separator: ", ")
      throw ConfigurationError(
        field: name, reason: "cannot be \(value.quoted)" + (legal.isEmpty ? "" : "; expected \(legal)"),
        hint: "it is \(row.read(self).quoted) unless set")
    }
  }

  /// Sets one from the text of a file.
  mutating func set(_ name: String, text: String) throws {
    guard let row = Self.table.first(where: { $0.name == name }) else { return try set(name, .text(text)) }
    try set(name, SettingValue(text, like: row.read(self)))
  }
}
