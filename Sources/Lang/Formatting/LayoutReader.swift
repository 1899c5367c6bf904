// Tokens and comments to the tree of the layout. The parser says where statements and blocks begin; everything else shows in
// the words themselves.

struct LayoutReader {
  private var words: [Word] = []
  private let landmarks: Landmarks
  private var place = 0

  init(_ source: Source) throws {
    landmarks = try Parser.program(source).landmarks
    var lexer = Lexer(source)
    let tokens = try lexer.tokens().filter { $0.kind != .newline }
    var comments = lexer.comments[...]
    var end = 0
    var isFirst = true
    func breaks(to start: Int) -> Int { source.bytes[end..<max(start, end)].count { $0 == 0x0A } }
    for token in tokens {
      var before: [Comment] = []
      while let range = comments.first, range.lowerBound < token.range.lowerBound || token.kind == .end {
        comments.removeFirst()
        let lines = breaks(to: range.lowerBound)
        before.append(
          Comment(
            text: String(source.excerpt(range).trimmingEnd()), isOwnLine: lines > 0 || isFirst,
            column: Self.column(of: range.lowerBound, in: source), blankLines: max(0, lines - 1)))
        end = range.upperBound
        isFirst = false
      }
      words.append(
        Word(
          kind: token.kind, text: source.excerpt(token.range), comments: before, breaks: breaks(to: token.range.lowerBound),
          offset: token.range.lowerBound))
      end = token.range.upperBound
      isFirst = false
    }
  }

  private static func column(of offset: Int, in source: Source) -> Int {
    let line = source.bytes[..<offset].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return source.excerpt(line..<offset).count
  }

  /// The statements, and the word `.end` with the comments after them.
  mutating func program() -> (statements: [LayoutStatement], end: Word) {
    let statements = statements()
    return (statements, words[place])
  }

  private var word: Word { words[place] }

  private mutating func advance() -> Word {
    let current = words[place]
    if place < words.count - 1 { place += 1 }
    return current
  }

  private var isAtClose: Bool {
    switch word.kind {
    case .symbol(.close), .symbol(.closeBracket), .symbol(.closeBrace), .end: true
    default: false
    }
  }

  /// Up to the closing brace or the end.
  private mutating func statements() -> [LayoutStatement] {
    var statements: [LayoutStatement] = []
    while !isAtClose {
      let start = place
      let run = run(in: .statement) { reader in
        reader.word.is(.semicolon) || (reader.place > start && reader.landmarks.statements.contains(reader.word.offset))
      }
      var hasSemicolon = false
      while word.is(.semicolon) {
        _ = advance()
        hasSemicolon = true
      }
      statements.append(LayoutStatement(run: run, isHidden: hasSemicolon && (word.beginsLine || word.kind == .end)))
    }
    return statements
  }

  private mutating func run(in surrounding: Surrounding, until isAtEnd: (LayoutReader) -> Bool) -> Run {
    var pieces: [LayoutPiece] = []
    var spacing = Spacing(surrounding)
    while !isAtClose, !isAtEnd(self) {
      let isSpaced = spacing.isSpaced(before: word)
      let endedOperand = spacing.endsOperand
      let part = part(isCall: endedOperand, isKey: surrounding == .braces && pieces.isEmpty)
      spacing.pass(part)
      pieces.append(LayoutPiece(part: part, isSpaced: isSpaced))
    }
    return Run(pieces)
  }

  /// - Parameter isKey: a bracket here is a computed field's name.
  private mutating func part(isCall: Bool, isKey: Bool) -> Part {
    let first = advance()
    switch first.kind {
    case .symbol(.openBrace) where landmarks.blocks.contains(first.offset):
      let statements = statements()
      return .block(LayoutBlock(open: first, statements: statements, close: advance()))
    case .symbol(.open): return .bracket(bracket(first, .parentheses, keepsComma: !isCall))
    case .symbol(.openBracket): return .bracket(bracket(first, .brackets, keepsComma: isKey))
    case .symbol(.openBrace): return .bracket(bracket(first, .braces, keepsComma: false))
    default: return .word(first)
    }
  }

  private mutating func bracket(_ open: Word, _ surrounding: Surrounding, keepsComma: Bool) -> LayoutBracket {
    var elements: [LayoutBracket.Element] = []
    while !isAtClose {
      let run = run(in: surrounding) { $0.word.is(.comma) }
      elements.append(LayoutBracket.Element(run: run, comma: word.is(.comma) ? advance() : nil))
    }
    return LayoutBracket(open: open, elements: elements, close: advance(), keepsComma: keepsComma)
  }
}
