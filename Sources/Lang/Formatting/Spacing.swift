// Where a space stands between two words of a line.

/// What encloses a run.
enum Surrounding {
  case statement, parentheses, brackets, braces
}

/// Follows a run from word to word.
struct Spacing {
  private let surrounding: Surrounding
  /// The word before, nil at the beginning.
  private var before: Word?
  /// Whether the words so far end a value, which makes the next `-` binary and the next bracket a call or an index.
  private(set) var endsOperand = false
  /// Whether the word before is a sign or a spread.
  private var isPrefix = false

  init(_ surrounding: Surrounding) { self.surrounding = surrounding }

  func isSpaced(before next: Word) -> Bool {
    guard let before, !isPrefix else { return false }
    if isNumberAtDots(before, next) { return true }
    switch next.kind {
    case .symbol(.comma), .symbol(.colon), .symbol(.dot), .symbol(.range), .symbol(.power): return false
    case .symbol(.powerAlias) where endsOperand: return false
    case .symbol(.open), .symbol(.openBracket):
      if endsOperand || before.kind == .keyword(.fn) { return false }
    default: break
    }
    switch before.kind {
    case .symbol(.dot), .symbol(.range), .symbol(.power), .symbol(.powerAlias): return false
    case .symbol(.colon): return surrounding != .brackets
    default: return true
    }
  }

  /// `1. ..n`, `0.. .5` and `1 .e5` would be read differently without their space.
  private func isNumberAtDots(_ before: Word, _ next: Word) -> Bool {
    if case .number = before.kind {
      if next.is(.dot) { return next.offset > before.offset + before.text.utf8.count }
      return next.is(.range) && before.text.hasSuffix(".")
    }
    if case .number = next.kind { return before.is(.range) && next.text.hasPrefix(".") }
    return false
  }

  mutating func pass(_ part: Part) {
    switch part {
    case .bracket(let bracket): (before, endsOperand, isPrefix) = (bracket.close, true, false)
    case .block(let block): (before, endsOperand, isPrefix) = (block.close, true, false)
    case .word(let word):
      switch word.kind {
      case .number, .string, .interpolation, .name: (endsOperand, isPrefix) = (true, false)
      case .keyword(let keyword):
        let isField = before?.is(.dot) == true
        (endsOperand, isPrefix) = (isField || [.true, .false, .none].contains(keyword), false)
      case .symbol(let symbol):
        isPrefix = !endsOperand && [.minus, .plus, .ellipsis, .powerAlias].contains(symbol)
        endsOperand = false
      case .newline, .end, .invalid: break
      }
      before = word
    }
  }
}
