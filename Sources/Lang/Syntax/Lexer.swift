// Text to tokens. Works on UTF-8 bytes; newlines are tokens, and the parser knows where they count.
// Strings are in Lexer+Strings.swift.

struct Lexer {
  let source: Source
  let bytes: [UInt8]
  let end: Int
  var offset: Int
  /// Where comments stand, for the layout; the parser needs none.
  private(set) var comments: [Range<Int>] = []
  /// The end of the line whose last `}` is known, and that.
  var braceLine = (end: 0, brace: -1)
  /// What could not be read, by the place of its `.invalid` token.
  private(set) var failures: [Int: SyntaxFailure] = [:]

  init(_ source: Source, _ range: Range<Int>? = nil) {
    self.source = source
    bytes = source.bytes
    offset = range?.lowerBound ?? 0
    end = range?.upperBound ?? source.bytes.count
  }

  /// All tokens, the last one `.end`.
  static func tokens(of source: Source, in range: Range<Int>? = nil) throws -> [Token] {
    var lexer = Lexer(source, range)
    return try lexer.tokens()
  }

  /// All tokens from here on.
  /// - Parameter passingOver: where nothing can be read stands `.invalid`, and `failures` says why; else that is thrown.
  mutating func tokens(passingOver: Bool = false) throws -> [Token] {
    var tokens: [Token] = []
    var documentation: [String] = []
    while true {
      skipBlanks()
      if peek == UInt8(ascii: "#") {
        if let line = comment() { documentation.append(line) } else { documentation = [] }
        continue
      }
      let start = offset
      var token: Token
      do {
        token = try next()
      } catch let failure as SyntaxFailure where passingOver {
        failures[tokens.count] = failure
        passOver(start)
        token = Token(kind: .invalid, range: start..<offset)
      }
      switch token.kind {
      case .newline: break
      default:
        if !documentation.isEmpty { token.documentation = documentation.joined(separator: "\n") }
        documentation = []
      }
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  var peek: UInt8? { offset < end ? bytes[offset] : nil }
  func peek(_ ahead: Int) -> UInt8? { offset + ahead < end ? bytes[offset + ahead] : nil }

  func failure(_ range: Range<Int>, _ message: String, hint: String? = nil, atEnd: Bool = false) -> SyntaxFailure {
    SyntaxFailure(
      diagnostic: Diagnostic(.syntax, message, at: Span(source: source, range: range), hint: hint),
      isUnfinished: atEnd)
  }

  mutating func skipBlanks() {
    while let byte = peek {
      if byte == 0x20 || byte == 0x09 || byte == 0x0D {
        offset += 1
      } else if byte == UInt8(ascii: "\\"), peek(1) == 0x0A {
        offset += 2
      } else if offset == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
        offset += 3
      } else {
        return
      }
    }
  }

  /// Goes on behind what cannot be read: a string's line, else the refused characters.
  private mutating func passOver(_ start: Int) {
    offset = max(offset, start + 1)
    let quotes = [UInt8(ascii: "\""), UInt8(ascii: "'")]
    let isInterpolated = bytes[start] == UInt8(ascii: "f") && start + 1 < end && quotes.contains(bytes[start + 1])
    if isInterpolated || quotes.contains(bytes[start]) { return skipLine() }
    while let byte = peek, byte & 0xC0 == 0x80 { offset += 1 }
  }

  mutating func skipLine() {
    while let byte = peek, byte != 0x0A { offset += 1 }
  }

  /// Skips a comment; the text of a `##` line, nil for every other.
  mutating func comment() -> String? {
    let start = offset
    skipLine()
    comments.append(start..<offset)
    let text = source.excerpt(start..<offset)
    guard text.hasPrefix("##"), !text.hasPrefix("##%") else { return nil }
    var line = text.drop { $0 == "#" }
    if line.first == " " { line.removeFirst() }
    return String(line.trimmingEnd())
  }

  mutating func next() throws -> Token {
    let start = offset
    guard let byte = peek else { return Token(kind: .end, range: end..<end) }
    if byte == 0x0A {
      offset += 1
      return Token(kind: .newline, range: start..<offset)
    }
    if byte.isDigit || (byte == UInt8(ascii: ".") && peek(1)?.isDigit == true && !followsNumberedName) {
      return try number()
    }
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return try string(interpolated: false) }
    if byte == UInt8(ascii: "f"), peek(1) == UInt8(ascii: "\"") || peek(1) == UInt8(ascii: "'") {
      offset += 1
      return try string(interpolated: true)
    }
    if byte.startsName { return try name() }
    for row in Symbol.byLength where bytes[offset..<end].starts(with: row.bytes) {
      offset += row.bytes.count
      return Token(kind: .symbol(row.symbol), range: start..<offset)
    }
    throw strange(at: start)
  }

  /// A character that begins nothing.
  private func strange(at start: Int) -> SyntaxFailure {
    let rest = source.excerpt(start..<min(start + 64, end))
    let row = Messages.strangeSigns.first { rest.hasPrefix($0.sign) }
    let sign = row?.sign ?? String(rest.prefix(1))
    let isControl = sign.unicodeScalars.first.map { $0.value < 0x20 || $0.value == 0x7F } ?? false
    let code = sign.unicodeScalars.first?.value ?? 0
    let isBlank = sign.allSatisfy(\.isWhitespace) || ["\u{200B}", "\u{FEFF}"].contains(sign)
    let shown =
      isControl ? "the control character \(code)"
      : isBlank ? "the character U+\(String(code, radix: 16, uppercase: true))" : "`\(sign)`"
    return failure(start..<start + sign.utf8.count, "\(shown) means nothing here", hint: row?.remedy)
  }

  /// In `x.0` the dot is an access, not the start of `.0`.
  private var followsNumberedName: Bool {
    guard offset > 0 else { return false }
    let before = bytes[offset - 1]
    return before.continuesName || before == UInt8(ascii: ")") || before == UInt8(ascii: "]")
  }

  private mutating func name() throws -> Token {
    let start = offset
    while let byte = peek, byte.continuesName { offset += 1 }
    let text = source.excerpt(start..<offset)
    if let odd = text.unicodeScalars.firstIndex(where: { !$0.mayStandInName }) {
      throw strange(at: start + text.utf8.distance(from: text.startIndex, to: odd))
    }
    let kind: Token.Kind = Keyword(rawValue: text).map { .keyword($0) } ?? .name(text)
    return Token(kind: kind, range: start..<offset)
  }

  private mutating func number() throws -> Token {
    let start = offset
    if peek == UInt8(ascii: "0"), let marker = peek(1), let radix = [0x78: 16, 0x62: 2, 0x6F: 8][Int(marker)] {
      offset += 2
      let digits = take { $0.isHexDigit || $0 == UInt8(ascii: "_") }
      guard let value = UInt64(digits, radix: radix), value <= 1 << 53 else {
        throw failure(start..<offset, "`\(source.excerpt(start..<offset))` is no whole number up to 2^53")
      }
      return Token(kind: .number(Double(value)), range: start..<offset)
    }
    var text = take { $0.isDigit || $0 == UInt8(ascii: "_") }
    // `0..n` is a range and `1.max` an access: the dot belongs to the number only before a digit or nothing.
    if peek == UInt8(ascii: "."), peek(1) != UInt8(ascii: "."), peek(1)?.startsName != true || isExponent(at: 1) {
      offset += 1
      text += "." + take { $0.isDigit || $0 == UInt8(ascii: "_") }
    }
    if isExponent(at: 0) {
      offset += 1
      text += "e"
      if let sign = peek, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
        text += String(UnicodeScalar(sign))
        offset += 1
      }
      text += take { $0.isDigit }
    }
    if text.hasSuffix(".") { text += "0" }
    if text.hasPrefix(".") { text = "0" + text }
    text = text.replacing(".e", with: ".0e")
    guard let value = Double(text) else { throw failure(start..<offset, "`\(text)` is no number") }
    if peek == UInt8(ascii: "."), peek(1)?.isDigit == true {
      _ = take { $0.isDigit || $0 == UInt8(ascii: ".") }
      throw failure(start..<offset, "`\(source.excerpt(start..<offset))` is no number")
    }
    if let byte = peek, byte.startsName {
      _ = take { $0.continuesName }
      throw failure(
        start..<offset, "`\(source.excerpt(start..<offset))` is neither a number nor a name",
        hint: "names start with a letter; a product needs its `*`")
    }
    return Token(kind: .number(value), range: start..<offset)
  }

  private func isExponent(at ahead: Int) -> Bool {
    guard let letter = peek(ahead), letter | 0x20 == UInt8(ascii: "e"), let next = peek(ahead + 1) else { return false }
    if next.isDigit { return true }
    return (next == UInt8(ascii: "+") || next == UInt8(ascii: "-")) && peek(ahead + 2)?.isDigit == true
  }

  /// The text of the bytes that satisfy the test, without underscores.
  private mutating func take(_ test: (UInt8) -> Bool) -> String {
    let start = offset
    while let byte = peek, test(byte) { offset += 1 }
    return source.excerpt(start..<offset).replacing("_", with: "")
  }
}

extension StringProtocol {
  /// Without blanks at its end.
  func trimmingEnd() -> SubSequence {
    var rest = self[...]
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return rest
  }
}

extension UInt8 {
  var isDigit: Bool { self >= 0x30 && self <= 0x39 }
  var isHexDigit: Bool { isDigit || (self | 0x20 >= 0x61 && self | 0x20 <= 0x66) }
  /// Letters, `_`, and every byte of a character beyond ASCII: Greek letters are names.
  var startsName: Bool { (self | 0x20 >= 0x61 && self | 0x20 <= 0x7A) || self == 0x5F || self >= 0x80 }
  var continuesName: Bool { startsName || isDigit }
}

extension UnicodeScalar {
  /// Letters, digits and marks of every script, and the signs of derivatives; not quotes, blanks and arrows.
  var mayStandInName: Bool {
    if isASCII { return true }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
    case .decimalNumber, .letterNumber, .otherNumber, .nonspacingMark, .spacingMark: return true
    default: return "∂∇∞′″".unicodeScalars.contains(self)
    }
  }
}
