// After a mistake: one statement is lost, and reading goes on at the next, so that a text's mistakes are all told at once
// and none because of another.

extension Parser {
  /// Reads a statement with its end; what is wrong in it goes to `failures`.
  /// - Returns: Whether it ended with `;`; nil where it could not be read.
  mutating func statementOrFailure(_ statements: inout [Statement]) throws -> Bool? {
    let start = place
    let outerPlaceholders = placeholders
    do {
      marks.statements.insert(token.range.lowerBound)
      statements.append(try statement())
      return try endOfStatement()
    } catch var failure as SyntaxFailure {
      // Nothing follows that could be read.
      if failure.isUnfinished || failure.isConsequence || tokens[place].kind == .end { throw failure }
      failures.append(failure)
      // Going on after each of a long line's mistakes would take quadratic time, for mistakes that nobody is told.
      failure.isConsequence = true
      guard failures.count < Self.mostFailures else { throw failure }
      placeholders = outerPlaceholders
      skipStatement(from: start)
      return nil
    }
  }

  /// To where the next statement probably begins: behind the line on which all brackets are closed, or at a line that is
  /// not indented further than the statement.
  private mutating func skipStatement(from start: Int) {
    let column = column(of: start)
    var open: [Symbol] = []
    var index = start
    while index < tokens.count - 1 {
      let isPast = index >= place
      switch tokens[index].kind {
      case .symbol(let symbol) where symbol.closer != nil: open.append(symbol)
      case .symbol(.closeBrace):
        guard let partner = open.lastIndex(of: .openBrace) else {
          // The end of the block around the statement; at the outermost level it has no partner.
          place = blockDepth > 0 ? index : index + 1
          return
        }
        open.removeSubrange(partner...)
      case .symbol(let symbol) where symbol == .close || symbol == .closeBracket:
        if open.last?.closer == symbol { open.removeLast() }
      case .symbol(.semicolon) where isPast && open.isEmpty:
        place = index + 1
        return
      case .newline where isPast && open.isEmpty:
        place = index
        return
      default: break
      }
      // The place of the mistake itself may already be a new line's first word.
      if isPast, index > start, beginsLine(index), !tokens[index].isCloser, self.column(of: index) <= column {
        place = index
        return
      }
      index += 1
    }
    place = index
  }

  /// Whether a new line begins here, not indented further than the one with the bracket.
  func isNextStatement(after open: Token) -> Bool {
    guard beginsLine(place), let opening = tokens.firstIndex(where: { $0.range == open.range }) else { return false }
    let line = tokens[..<opening].lastIndex { $0.kind == .newline }.map { $0 + 1 } ?? 0
    return column(of: place) <= column(of: line)
  }

  private func beginsLine(_ index: Int) -> Bool { index > 0 && tokens[index - 1].kind == .newline && tokens[index].kind != .newline }

  /// Bytes before a token on its line.
  private func column(of index: Int) -> Int {
    let offset = tokens[index].range.lowerBound
    let line = source.bytes[..<offset].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return offset - line
  }
}

extension Symbol {
  /// Of an opening bracket.
  fileprivate var closer: Symbol? {
    switch self {
    case .open: .close
    case .openBracket: .closeBracket
    case .openBrace: .closeBrace
    default: nil
    }
  }
}

extension Token {
  fileprivate var isCloser: Bool {
    switch kind {
    case .symbol(.close), .symbol(.closeBracket), .symbol(.closeBrace), .keyword(.else), .keyword(.catch): true
    default: false
    }
  }
}
