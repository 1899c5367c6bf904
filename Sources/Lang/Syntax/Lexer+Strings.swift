// String literals: "...", '...', """...""" and f"..." with {expression:format}.

extension Lexer {
  /// At the opening quote, an `f` before it already taken.
  mutating func string(interpolated: Bool) throws -> Token {
    let start = interpolated ? offset - 1 : offset
    let quote = bytes[offset]
    let isTriple = peek(1) == quote && peek(2) == quote
    offset += isTriple ? 3 : 1
    var pieces: [StringPiece] = []
    var text: [UInt8] = []
    func closed() -> Bool {
      guard peek == quote else { return false }
      return !isTriple || (peek(1) == quote && peek(2) == quote)
    }
    while !closed() {
      guard let byte = peek, isTriple || byte != 0x0A else {
        throw failure(
          start..<offset, "this string has no closing quote",
          hint: isTriple ? nil : isTranspose(start) ? Messages.transposed : "strings over several lines stand between `\"\"\"`",
          atEnd: isTriple)
      }
      if byte == UInt8(ascii: "\\") {
        text += try escape(start)
      } else if interpolated, byte == UInt8(ascii: "{") {
        if peek(1) == byte {
          text.append(byte)
          offset += 2
        } else {
          if !text.isEmpty { pieces.append(.text(String(decoding: text, as: UTF8.self))) }
          text = []
          pieces.append(try interpolation(quote))
        }
      } else if interpolated, byte == UInt8(ascii: "}") {
        guard peek(1) == byte else {
          throw failure(offset..<offset + 1, "`}` stands alone in an f-string", hint: "write `}}` for the character")
        }
        text.append(byte)
        offset += 2
      } else {
        text.append(byte)
        offset += 1
      }
    }
    offset += isTriple ? 3 : 1
    if isTriple, text.first == 0x0A, pieces.isEmpty { text.removeFirst() }
    let tail = String(decoding: text, as: UTF8.self)
    guard interpolated else { return Token(kind: .string(tail), range: start..<offset) }
    if !tail.isEmpty { pieces.append(.text(tail)) }
    return Token(kind: .interpolation(pieces), range: start..<offset)
  }

  /// Whether the quote follows a value as closely as Julia's and Matlab's transpose does.
  private func isTranspose(_ start: Int) -> Bool {
    guard start > 0, bytes[start] == UInt8(ascii: "'") else { return false }
    let before = bytes[start - 1]
    return before.continuesName || before == UInt8(ascii: "]") || before == UInt8(ascii: ")")
  }

  private mutating func escape(_ start: Int) throws -> [UInt8] {
    let place = offset
    guard let letter = peek(1) else { throw failure(start..<end, "this string has no closing quote") }
    offset += 2
    let simple: [UInt8: UInt8] = [
      UInt8(ascii: "n"): 0x0A, UInt8(ascii: "t"): 0x09, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "0"): 0,
      UInt8(ascii: "e"): 0x1B, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "\""): 0x22, UInt8(ascii: "'"): 0x27,
      UInt8(ascii: "{"): 0x7B, UInt8(ascii: "}"): 0x7D,
    ]
    if let byte = simple[letter] { return [byte] }
    if letter == 0x0A { return [] }
    if let length = [UInt8(ascii: "x"): 2, UInt8(ascii: "u"): 4][letter], offset + length <= end,
      let code = UInt32(source.excerpt(offset..<offset + length), radix: 16), let scalar = UnicodeScalar(code)
    {
      offset += length
      return Array(String(scalar).utf8)
    }
    throw failure(
      place..<offset, "`\\\(Character(UnicodeScalar(letter)))` is no escape",
      hint: "escapes are \\n \\t \\r \\e \\0 \\\\ \\\" \\' \\xHH \\uHHHH")
  }

  /// At `{`: the range of the expression and its format, past the closing brace.
  private mutating func interpolation(_ quote: UInt8) throws -> StringPiece {
    let open = offset
    offset += 1
    let start = offset
    var depth = 0
    var format: Int?
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "}"):
        if depth == 0 {
          let stop = format ?? offset
          guard stop > start else { throw failure(open..<offset + 1, "nothing stands between the braces") }
          let text = format.map { source.excerpt($0 + 1..<offset) } ?? ""
          offset += 1
          return .expression(start..<stop, format: text)
        }
        depth -= 1
      case UInt8(ascii: ":") where depth == 0 && format == nil: format = offset
      case 0x0A: throw failure(open..<offset, "this `{` has no `}` on its line")
      case quote where format != nil || !isNestedString(quote):
        throw failure(open..<offset, "this `{` has no `}`", hint: "write `{{` for the character")
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        _ = try string(interpolated: false)
        continue
      default: break
      }
      offset += 1
    }
    throw failure(open..<offset, "this `{` has no `}`", hint: "write `{{` for the character")
  }

  /// Whether the quote at this place opens a string inside the braces: its partner comes before the line ends.
  private mutating func isNestedString(_ quote: UInt8) -> Bool {
    var place = offset + 1
    while place < end, bytes[place] != 0x0A, bytes[place] != quote { place += 1 }
    guard place < end, bytes[place] == quote else { return false }
    return lastBrace() > place
  }

  /// Where the last `}` of this line stands, -1 where it has none; looked for once a line.
  private mutating func lastBrace() -> Int {
    if offset >= braceLine.end {
      var place = offset
      braceLine.brace = -1
      while place < end, bytes[place] != 0x0A {
        if bytes[place] == UInt8(ascii: "}") { braceLine.brace = place }
        place += 1
      }
      braceLine.end = place
    }
    return braceLine.brace
  }
}
