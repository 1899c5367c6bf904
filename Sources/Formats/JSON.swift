// JSON in order. Our own reader because field order matters here (records keep it) and Foundation's loses it;
// strict as RFC 8259 has it, bounded in depth.

import OrderedCollections

enum JSON {
  private static let deepest = 100

  /// - Parameter wholeNumbersOnly: refuse numbers with a point or an exponent, as headers of sizes must.
  static func parse(_ text: String, wholeNumbersOnly: Bool = false) throws -> FileValue {
    var reader = Reader(text, wholeNumbersOnly)
    let value = try reader.value(depth: 0)
    reader.skipBlanks()
    guard reader.isAtEnd else { throw reader.failure("something follows the value") }
    return value
  }

  private struct Reader {
    private let bytes: [UInt8]
    private var place = 0

    private let wholeNumbersOnly: Bool

    init(_ text: String, _ wholeNumbersOnly: Bool) {
      bytes = Array(text.utf8)
      self.wholeNumbersOnly = wholeNumbersOnly
    }

    var isAtEnd: Bool { place >= bytes.count }
    private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

    func failure(_ what: String) -> Malformed {
      let before = bytes[..<min(place, bytes.count)]
      let line = before.count { $0 == 0x0A } + 1
      let column = place - (before.lastIndex(of: 0x0A) ?? -1)
      return Malformed("JSON line \(line), column \(column): \(what)")
    }

    mutating func skipBlanks() {
      while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
    }

    private mutating func take(_ text: StaticString) -> Bool {
      let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
      guard bytes[place...].starts(with: wanted) else { return false }
      place += wanted.count
      return true
    }

    mutating func value(depth: Int) throws -> FileValue {
      guard depth <= deepest else { throw failure("nested deeper than \(deepest) levels") }
      skipBlanks()
      switch peek {
      case UInt8(ascii: "{"): return try object(depth)
      case UInt8(ascii: "["): return try array(depth)
      case UInt8(ascii: "\""): return .string(try string())
      case UInt8(ascii: "t") where take("true"): return .bool(true)
      case UInt8(ascii: "f") where take("false"): return .bool(false)
      case UInt8(ascii: "n") where take("null"): return .none
      case nil: throw failure("the text ends where a value is expected")
      default: return .number(try number())
      }
    }

    private mutating func object(_ depth: Int) throws -> FileValue {
      place += 1
      var fields: OrderedDictionary<String, FileValue> = [:]
      skipBlanks()
      if take("}") { return .record(fields) }
      repeat {
        skipBlanks()
        guard peek == UInt8(ascii: "\"") else { throw failure("a field's name in quotes is expected") }
        let key = try string()
        guard fields[key] == nil else { throw failure("the field \"\(key)\" stands twice") }
        skipBlanks()
        guard take(":") else { throw failure("`:` is expected after \"\(key)\"") }
        fields[key] = try value(depth: depth + 1)
        skipBlanks()
      } while take(",")
      guard take("}") else { throw failure("`,` or `}` is expected") }
      return .record(fields)
    }

    private mutating func array(_ depth: Int) throws -> FileValue {
      place += 1
      var items: [FileValue] = []
      skipBlanks()
      if take("]") { return .list(items) }
      repeat {
        items.append(try value(depth: depth + 1))
        skipBlanks()
      } while take(",")
      guard take("]") else { throw failure("`,` or `]` is expected") }
      return .list(items)
    }

    private mutating func number() throws -> Double {
      let start = place
      while let byte = peek, (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte) { place += 1 }
      let text = String(decoding: bytes[start..<place], as: UTF8.self)
      let digits = text.drop { $0 == "-" }
      let isLegal = digits.first?.isNumber == true && !(digits.hasPrefix("0") && digits.dropFirst().first?.isNumber == true)
      guard isLegal, !text.hasSuffix("."), !text.contains(".e"), !text.contains(".E"), let number = Double(text) else {
        place = start
        throw failure("a value is expected")
      }
      guard !wholeNumbersOnly || digits.allSatisfy(\.isNumber) else { throw failure("\(text) is no whole number") }
      return number
    }

    private mutating func string() throws -> String {
      place += 1
      var out: [UInt8] = []
      while let byte = peek {
        place += 1
        switch byte {
        case UInt8(ascii: "\""):
          guard let text = String(validating: out, as: UTF8.self) else { throw failure("the text is not UTF-8") }
          return text
        case UInt8(ascii: "\\"): out += try escape()
        case 0..<0x20: throw failure("a control character in a text")
        default: out.append(byte)
        }
      }
      throw failure("the text has no closing quote")
    }

    private mutating func escape() throws -> [UInt8] {
      guard let letter = peek else { throw failure("the text has no closing quote") }
      place += 1
      switch letter {
      case UInt8(ascii: "n"): return [0x0A]
      case UInt8(ascii: "t"): return [0x09]
      case UInt8(ascii: "r"): return [0x0D]
      case UInt8(ascii: "b"): return [0x08]
      case UInt8(ascii: "f"): return [0x0C]
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
      case UInt8(ascii: "u"):
        var code = try hexadecimal()
        if (0xD800..<0xDC00).contains(code) {
          guard take("\\u") else { throw failure("half a surrogate pair") }
          let low = try hexadecimal()
          guard (0xDC00..<0xE000).contains(low) else { throw failure("half a surrogate pair") }
          code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = UnicodeScalar(code) else { throw failure("half a surrogate pair") }
        return Array(String(scalar).utf8)
      default: throw failure("an unknown escape")
      }
    }

    private mutating func hexadecimal() throws -> UInt32 {
      guard place + 4 <= bytes.count, let code = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16) else {
        throw failure("four hexadecimal digits are expected")
      }
      place += 4
      return code
    }
  }

  // MARK: writing

  /// Indented text. Tensors become nested lists of numbers; images have no JSON.
  static func text(of value: FileValue, indent: Int = 0) throws -> String {
    guard indent <= deepest else { throw FormatError(.value, "", "the value is nested deeper than \(deepest) levels") }
    let pad = String(repeating: "  ", count: indent + 1)
    let end = "\n" + String(repeating: "  ", count: indent)
    switch value {
    case .none: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .number(let number):
      guard number.isFinite else { throw FormatError(.value, "", "JSON has no \(number)") }
      return number == number.rounded() && number.magnitude < 0x1p53 ? String(Int64(number)) : "\(number)"
    case .string(let text): return quoted(text)
    case .list(let items):
      let parts = try items.map { try Self.text(of: $0, indent: indent + 1) }
      let line = "[" + parts.joined(separator: ", ") + "]"
      return line.utf8.count < 80 && !line.contains("\n") ? line : "[\n" + parts.map { pad + $0 }.joined(separator: ",\n") + end + "]"
    case .record(let fields):
      if fields.isEmpty { return "{}" }
      let parts = try fields.map { pad + quoted($0.key) + ": " + (try Self.text(of: $0.value, indent: indent + 1)) }
      return "{\n" + parts.joined(separator: ",\n") + end + "}"
    case .tensor(let tensor): return try text(of: tensor.nestedNumbers(), indent: indent)
    case .image: throw FormatError(.value, "", "JSON has no images", hint: "save it as .png")
    }
  }

  /// One line. What JSON has no number for is null.
  static func line(of value: FileValue) throws -> String {
    switch value {
    case .number(let number) where !number.isFinite: return "null"
    case .list(let items): return "[" + (try items.map { try line(of: $0) }).joined(separator: ",") + "]"
    case .record(let fields): return "{" + (try fields.map { quoted($0.key) + ":" + (try line(of: $0.value)) }).joined(separator: ",") + "}"
    case .tensor(let tensor): return try line(of: tensor.nestedNumbers())
    case .none, .bool, .number, .string, .image: return try text(of: value)
    }
  }

  static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
