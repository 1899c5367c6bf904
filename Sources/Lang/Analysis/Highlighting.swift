// What the words of a text are, for whoever colours it: pages that show code. Works on any text, with mistakes too, and runs
// nothing.

/// A piece of a text, and what it is to the language.
public struct TextRun: Sendable, Equatable {
  public enum Role: String, Sendable, CaseIterable {
    case keyword, number, string, comment
    /// A name that is called or defined as a function.
    case function
    /// Names, operators, blanks and what cannot be read.
    case plain
  }

  public let text: String
  public let role: Role
}

extension Source {
  /// The whole text in pieces, in order.
  public var runs: [TextRun] {
    let scan = TokenScan(self)
    var marks = scan.comments.map { ($0, TextRun.Role.comment) }
    for (index, token) in scan.tokens.enumerated() { marks += Self.marks(of: token, in: scan.tokens, at: index) }
    marks.sort { $0.0.lowerBound < $1.0.lowerBound }
    var runs: [TextRun] = []
    var place = 0
    func add(_ range: Range<Int>, _ role: TextRun.Role) {
      guard !range.isEmpty else { return }
      // Neighbours of a kind are one piece, plain ones above all.
      if let last = runs.last, last.role == role {
        runs[runs.count - 1] = TextRun(text: last.text + excerpt(range), role: role)
      } else {
        runs.append(TextRun(text: excerpt(range), role: role))
      }
    }
    for (range, role) in marks where range.lowerBound >= place {
      add(place..<range.lowerBound, .plain)
      add(range, role)
      place = range.upperBound
    }
    add(place..<bytes.count, .plain)
    return runs
  }

  private static func marks(of token: Token, in tokens: [Token], at index: Int) -> [(Range<Int>, TextRun.Role)] {
    switch token.kind {
    case .number: [(token.range, .number)]
    case .string: [(token.range, .string)]
    case .keyword(.true), .keyword(.false), .keyword(.none): [(token.range, .number)]
    case .keyword: [(token.range, .keyword)]
    case .interpolation(let pieces): textual(pieces, of: token.range).map { ($0, .string) }
    case .name where isFunction(tokens, index): [(token.range, .function)]
    case .name, .symbol, .newline, .end, .invalid: []
    }
  }

  private static func isFunction(_ tokens: [Token], _ index: Int) -> Bool {
    // Right before a parenthesis that has a width: those around expressions in strings have none.
    guard index + 1 < tokens.count, tokens[index + 1].kind == .symbol(.open) else { return false }
    return tokens[index + 1].range == tokens[index].range.upperBound..<tokens[index].range.upperBound + 1
  }

  /// An f-string without its expressions, whose tokens are there by themselves.
  private static func textual(_ pieces: [StringPiece], of range: Range<Int>) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = range.lowerBound
    for case .expression(let inner, _) in pieces where inner.lowerBound >= start {
      ranges.append(start..<inner.lowerBound)
      start = inner.upperBound
    }
    return ranges + [start..<range.upperBound]
  }
}
