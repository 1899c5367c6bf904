// What a plain scalar means: null, booleans and numbers by YAML 1.1 as PyYAML resolves them, and numbers by the wider
// rule of YAML 1.2, so that 1e-4 is a number. Everything else is its text, dates too.

enum YAMLScalar {
  /// What `!!` stands for.
  static let core = "tag:yaml.org,2002:"

  private static let nulls: Set<String> = ["", "~", "null", "Null", "NULL"]
  private static let truths: Set<String> = ["yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]
  private static let falsehoods: Set<String> = ["no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]
  private static let infinities: Set<Substring> = [".inf", ".Inf", ".INF"]
  private static let notNumbers: Set<String> = [".nan", ".NaN", ".NAN"]

  static func value(_ text: String) -> FileValue {
    if nulls.contains(text) { return .none }
    if truths.contains(text) { return .bool(true) }
    if falsehoods.contains(text) { return .bool(false) }
    return number(text).map { .number($0) } ?? .string(text)
  }

  /// What a scalar with a tag means; nil where the tag is not one of a plain value.
  static func value(_ text: String, tag: String, _ place: YAMLPlace) throws -> FileValue? {
    guard tag.hasPrefix(core) else { return nil }
    let name = tag.dropFirst(core.count)
    switch (name, value(text)) {
    case ("str", _): return .string(text)
    case ("null", _): return FileValue.none
    case ("bool", let value): if case .bool = value { return value }
    case ("float", let value): if case .number = value { return value }
    case ("int", let value): if case .number(let number) = value, number == number.rounded(), number.isFinite { return value }
    default: return nil
    }
    throw place.failure("\(JSON.quoted(text)) is no !!\(name)")
  }

  private static func number(_ text: String) -> Double? {
    if notNumbers.contains(text) { return .nan }
    let isNegative = text.hasPrefix("-")
    let body = text.dropFirst(isNegative || text.hasPrefix("+") ? 1 : 0)
    let magnitude = infinities.contains(body) ? .infinity : unsigned(body)
    return magnitude.map { isNegative ? -$0 : $0 }
  }

  private static func unsigned(_ body: Substring) -> Double? {
    guard let first = body.utf8.first, (0x30...0x39).contains(first) || first == UInt8(ascii: ".") else { return nil }
    if body.utf8.contains(UInt8(ascii: ":")) { return sexagesimal(body) }
    if body.hasPrefix("0b") { return integer(body.dropFirst(2), radix: 2) }
    if body.hasPrefix("0x") { return integer(body.dropFirst(2), radix: 16) }
    if !body.utf8.contains(where: { ".eE".utf8.contains($0) }) {
      return body.utf8.count > 1 && first == UInt8(ascii: "0") ? integer(body.dropFirst(), radix: 8) : decimal(body)
    }
    return decimal(body)
  }

  /// Digits with underscores between them, which say nothing.
  private static func integer(_ digits: Substring, radix: Int) -> Double? {
    var number: Double?
    for digit in digits where digit != "_" {
      guard digit.isASCII, let value = digit.hexDigitValue, value < radix else { return nil }
      number = (number ?? 0) * Double(radix) + Double(value)
    }
    // A lone 0 with underscores behind it is written in eights.
    return number ?? (radix == 8 ? 0 : nil)
  }

  /// A number with a point, an exponent, both or none, finite.
  private static func decimal(_ body: Substring) -> Double? {
    let parts = body.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = mantissa.count > 1 ? mantissa[1] : ""
    guard mantissa.allSatisfy({ isDigits($0, underscores: true) }), let first = (mantissa[0].isEmpty ? fraction : mantissa[0]).first, first != "_"
    else { return nil }
    var exponent: Substring = "0"
    if parts.count > 1 {
      exponent = parts[1]
      let digits = exponent.dropFirst(exponent.hasPrefix("-") || exponent.hasPrefix("+") ? 1 : 0)
      guard !digits.isEmpty, isDigits(digits, underscores: false) else { return nil }
    }
    let number = Double("0\(mantissa[0]).\(fraction)0e\(exponent)".filter { $0 != "_" })
    return number.flatMap { $0.isFinite ? $0 : nil }
  }

  /// Hours, minutes and seconds: 1:30 is ninety.
  private static func sexagesimal(_ body: Substring) -> Double? {
    let parts = body.split(separator: ":", omittingEmptySubsequences: false)
    guard !body.utf8.contains(where: { "eE".utf8.contains($0) }), isDigits(parts[0], underscores: true), let first = decimal(parts[0]),
      let last = parts.last
    else { return nil }
    // Without a fraction a leading zero makes it a time of day.
    guard last.contains(".") || !parts[0].hasPrefix("0") else { return nil }
    return parts.dropFirst().enumerated().reduce(first) { (sum: Double?, item) in
      let whole = item.offset == parts.count - 2 ? item.element.prefix { $0 != "." } : item.element
      guard let sum, (1...2).contains(whole.count), isDigits(whole, underscores: false), let number = decimal(item.element), number < 60
      else { return nil }
      return sum * 60 + number
    }
  }

  private static func isDigits(_ text: Substring, underscores: Bool) -> Bool {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) || underscores && $0 == UInt8(ascii: "_") }
  }
}
