// The formats of f-strings, as in Python: [[fill]align][sign][0][width][,][.precision][type].

import Foundation
import Tensor

/// What follows the colon in `{x:>8.3f}`.
struct FormatSpecification {
  private var fill: Character = " "
  private var align: Character?
  private var sign: Character = "-"
  private var width = 0
  private var hasCommas = false
  private var precision: Int?
  private var type: Character?

  /// Widths and precisions above this are slips, and would fill the memory.
  private static let longest = 1000

  init(_ text: String) throws {
    var rest = Substring(text)
    let aligns: Set<Character> = ["<", ">", "^"]
    var hasFill = false
    if let second = rest.dropFirst().first, aligns.contains(second) {
      fill = rest.removeFirst()
      align = rest.removeFirst()
      hasFill = true
    } else if let first = rest.first, aligns.contains(first) {
      align = rest.removeFirst()
    }
    if let first = rest.first, "+- ".contains(first) { sign = rest.removeFirst() }
    if rest.first == "0" {
      rest.removeFirst()
      if !hasFill { fill = "0" }
      align = align ?? "="
    }
    width = try Self.number(&rest, text) ?? 0
    if rest.first == "," {
      hasCommas = true
      rest.removeFirst()
    }
    if rest.first == "." {
      rest.removeFirst()
      precision = try Self.number(&rest, text) ?? 0
    }
    if let first = rest.first {
      guard "bdeEfFgGosxX%".contains(first), rest.count == 1 else { throw Messages.unknownFormat(text) }
      type = first
    }
  }

  private static func number(_ rest: inout Substring, _ text: String) throws -> Int? {
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    rest.removeFirst(digits.count)
    guard !digits.isEmpty else { return nil }
    guard let number = Int(digits), number <= longest else { throw Messages.unknownFormat(text) }
    return number
  }

  func formatted(_ text: String) throws -> String {
    if let type, type != "s" { throw Messages.formatNeedsNumber(type) }
    return padded(precision.map { String(text.prefix($0)) } ?? text, defaultAlign: "<")
  }

  func formatted(_ number: Double) throws -> String {
    var body: String
    let magnitude = number.magnitude
    if !number.isFinite {
      body = magnitude.shown
    } else {
      switch type {
      case nil: body = precision.map { Self.general(magnitude, $0) } ?? magnitude.shown
      case "d", "b", "o", "x", "X":
        guard number == number.rounded(), magnitude < 0x1p63 else { throw Messages.formatNeedsWhole(type ?? "d", number) }
        let radix = type == "b" ? 2 : type == "o" ? 8 : type == "d" ? 10 : 16
        body = String(UInt64(magnitude), radix: radix, uppercase: type == "X")
      case "e", "E": body = Self.scientific(magnitude, precision ?? 6)
      case "g", "G": body = Self.general(magnitude, precision ?? 6)
      case "%": body = Self.fixed(magnitude * 100, precision ?? 6) + "%"
      case "s": throw Messages.formatNeedsText
      default: body = Self.fixed(magnitude, precision ?? 6)
      }
      if type == "E" || type == "G" { body = body.uppercased() }
      if hasCommas { body = Self.grouped(body) }
    }
    let prefix = number.sign == .minus && !number.isNaN ? "-" : sign == "-" ? "" : String(sign)
    if align == "=" {
      let missing = width - prefix.count - body.count
      return prefix + String(repeating: fill, count: max(missing, 0)) + body
    }
    return padded(prefix + body, defaultAlign: ">")
  }

  private func padded(_ text: String, defaultAlign: Character) -> String {
    let missing = width - text.count
    guard missing > 0 else { return text }
    let side = align == "=" ? ">" : align ?? defaultAlign
    let left = side == "<" ? 0 : side == ">" ? missing : missing / 2
    return String(repeating: fill, count: left) + text + String(repeating: fill, count: missing - left)
  }

  static func fixed(_ number: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", number) }
  static func scientific(_ number: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)e", number) }
  static func general(_ number: Double, _ digits: Int) -> String { String(format: "%.\(digits)g", number) }

  private static func grouped(_ text: String) -> String {
    let whole = text.prefix { $0.isNumber }
    var out = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index) % 3 == 0 { out += "," }
      out.append(digit)
    }
    return out + text.dropFirst(whole.count)
  }
}

extension Value {
  /// With a format; a tensor of one element formats as its number.
  func formatted(_ format: String) throws -> String {
    guard !format.isEmpty else {
      if case .tensor(let tensor) = self { try tensor.evaluated() }
      return text
    }
    let specification = try FormatSpecification(format)
    switch self {
    case .number(let number): return try specification.formatted(number)
    case .tensor(let tensor) where tensor.count == 1: return try specification.formatted(tensor.item())
    case .tensor, .list, .record: throw Messages.formatNeedsOne(self, format)
    default: return try specification.formatted(text)
    }
  }
}
