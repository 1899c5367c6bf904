// The tokens of a text that may have mistakes in it, as a text under a cursor has: what cannot be read is passed over.
// Lexer.tokens is for programs that are to run, and stops at the first mistake.

struct TokenScan {
  /// As the lexer has them, `.end` last. Before an f-string stand the tokens of its expressions, each between two
  /// parentheses without a width.
  private(set) var tokens: [Token] = []
  private(set) var comments: [Range<Int>] = []
  /// Where the last string begins, if the text ends inside it.
  private(set) var openString: OpenString?

  struct OpenString {
    let start: Int
    /// Behind the quotes.
    let contents: Int
    let isInterpolated: Bool
  }

  /// f-strings inside f-strings: names are looked for so deep.
  private static let interpolationDepth = 4
  /// A text with more places that cannot be read is no program. It bounds the time, too: each may cost its whole line.
  private static let mistakeLimit = 200

  init(_ source: Source, in range: Range<Int>? = nil) {
    self.init(source, range ?? 0..<source.bytes.count, depth: 0)
  }

  private init(_ source: Source, _ range: Range<Int>, depth: Int) {
    var lexer = Lexer(source, range)
    var documentation: [String] = []
    if range.lowerBound == 0, lexer.bytes.starts(with: "#!".utf8) { lexer.skipLine() }
    var mistakes = 0
    while tokens.last?.kind != .end {
      lexer.skipBlanks()
      let start = lexer.offset
      if lexer.peek == UInt8(ascii: "#") {
        if let line = lexer.comment() { documentation.append(line) } else { documentation = [] }
        comments.append(start..<lexer.offset)
        continue
      }
      guard var token = try? lexer.next() else {
        documentation = []
        mistakes += 1
        if mistakes < Self.mistakeLimit { passOver(start, &lexer) } else { lexer.offset = lexer.end }
        continue
      }
      if token.kind != .newline {
        if !documentation.isEmpty { token.documentation = documentation.joined(separator: "\n") }
        documentation = []
      }
      if case .interpolation(let pieces) = token.kind { append(pieces, of: source, depth) }
      tokens.append(token)
    }
  }

  private mutating func append(_ pieces: [StringPiece], of source: Source, _ depth: Int) {
    guard depth < Self.interpolationDepth else { return }
    for case .expression(let range, _) in pieces {
      let inner = TokenScan(source, range, depth: depth + 1)
      tokens.append(Token(kind: .symbol(.open), range: range.lowerBound..<range.lowerBound))
      tokens += inner.tokens.dropLast()
      tokens.append(Token(kind: .symbol(.close), range: range.upperBound..<range.upperBound))
    }
  }

  /// Goes on behind what the lexer refused: a string's end, or its line's, else the refused characters'.
  private mutating func passOver(_ start: Int, _ lexer: inout Lexer) {
    let isInterpolated = lexer.bytes[start] == UInt8(ascii: "f") && start + 1 < lexer.end
    let opening = isInterpolated ? start + 1 : start
    let quote = lexer.bytes[opening]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
      lexer.offset = max(lexer.offset, start + 1)
      return
    }
    lexer.offset = opening
    let isTriple = lexer.peek(1) == quote && lexer.peek(2) == quote
    let width = isTriple ? 3 : 1
    lexer.offset += width
    while let byte = lexer.peek, isTriple || byte != 0x0A {
      if byte == quote, !isTriple || (lexer.peek(1) == quote && lexer.peek(2) == quote) {
        lexer.offset += width
        return
      }
      lexer.offset += byte == UInt8(ascii: "\\") && lexer.offset + 1 < lexer.end ? 2 : 1
    }
    if lexer.peek == nil {
      openString = OpenString(start: start, contents: opening + width, isInterpolated: isInterpolated)
    }
  }
}
