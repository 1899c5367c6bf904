// Which bracket closes which, in a text where some are missing.

struct Brackets {
  /// By the index of an opening bracket's token: the index at which it ends, its partner's where it has one.
  private(set) var ends: [Int: Int] = [:]
  /// Those that nothing closes, outermost first.
  private(set) var open: [Int] = []
  /// For every token the index of the next newline.
  let lineEnds: [Int]

  private static let partners: [Symbol: Symbol] = [.close: .open, .closeBracket: .openBracket, .closeBrace: .openBrace]

  /// A parenthesis that nothing closes ends with its line, a brace with the text, and all of them before a definition at
  /// the left margin: the rest of a text keeps its meaning while one line is being written.
  init(_ tokens: [Token], in source: Source) {
    let lineEnds = Self.lineEnds(tokens)
    self.lineEnds = lineEnds
    func end(_ bracket: (index: Int, symbol: Symbol), before limit: Int) -> Int {
      bracket.symbol == .openBrace ? limit : min(lineEnds[bracket.index], limit)
    }
    var waiting: [(index: Int, symbol: Symbol)] = []
    var counts: [Symbol: Int] = [:]
    func isAtMargin(_ token: Token) -> Bool {
      let start = token.range.lowerBound
      return start == 0 || source.bytes[start - 1] == 0x0A
    }
    for (index, token) in tokens.enumerated() {
      switch token.kind {
      case .symbol(let symbol) where symbol == .open || symbol == .openBracket || symbol == .openBrace:
        waiting.append((index, symbol))
        counts[symbol, default: 0] += 1
      case .symbol(let symbol):
        // A closing bracket without a partner closes nothing.
        guard let partner = Self.partners[symbol], counts[partner, default: 0] > 0 else { continue }
        while let last = waiting.popLast() {
          counts[last.symbol, default: 0] -= 1
          if last.symbol == partner {
            ends[last.index] = index
            break
          }
          ends[last.index] = end(last, before: index)
        }
      case .keyword(.fn), .keyword(.param), .keyword(.import):
        guard !waiting.isEmpty, isAtMargin(token) else { continue }
        for last in waiting { ends[last.index] = end(last, before: index) }
        waiting = []
        counts = [:]
      default: break
      }
    }
    open = waiting.map(\.index)
    for last in waiting { ends[last.index] = end(last, before: tokens.count - 1) }
  }

  private static func lineEnds(_ tokens: [Token]) -> [Int] {
    var ends = [Int](repeating: tokens.count - 1, count: tokens.count)
    for index in tokens.indices.reversed().dropFirst() {
      ends[index] = tokens[index].kind == .newline ? index : ends[index + 1]
    }
    return ends
  }

}
