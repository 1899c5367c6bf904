// A script as its layout sees it: words with the comments before them, in runs, brackets and blocks. Unlike the syntax tree
// it keeps every word and comment in order, so that none can be lost or moved. `flat` is a part's width on one line, nil
// where it cannot stand on one.

/// `# ...`, to the end of its line.
struct Comment {
  let text: String
  /// Nothing but blanks stands before it.
  let isOwnLine: Bool
  /// Characters before it on its line.
  let column: Int
  let blankLines: Int

  /// `#%%` begins a cell.
  var beginsCell: Bool { text.hasPrefix("#%%") }
}

/// A token with what stands before it.
struct Word {
  let kind: Token.Kind
  let text: String
  /// Between the word before and this one.
  let comments: [Comment]
  /// Line breaks since the word or comment before.
  let breaks: Int
  let offset: Int
  /// Widths of its first and last line; strings may have several.
  let head: Int
  let tail: Int
  let flat: Int?

  init(kind: Token.Kind, text: String, comments: [Comment], breaks: Int, offset: Int) {
    self.kind = kind
    self.text = text
    self.comments = comments
    self.breaks = breaks
    self.offset = offset
    if let first = text.utf8.firstIndex(of: 0x0A), let last = text.utf8.lastIndex(of: 0x0A) {
      (head, tail, flat) = (text[..<first].count, text[last...].dropFirst().count, nil)
    } else {
      let width = text.count
      (head, tail, flat) = (width, width, comments.isEmpty ? width : nil)
    }
  }

  var hasLines: Bool { flat == nil && comments.isEmpty }
  var blankLines: Int { max(0, breaks - 1) }
  var beginsLine: Bool { breaks > 0 || !comments.isEmpty }
  func `is`(_ symbol: Symbol) -> Bool { kind == .symbol(symbol) }

  /// The word once its comments are written.
  var uncommented: Word { Word(kind: kind, text: text, comments: [], breaks: breaks, offset: offset) }
}

/// What a run consists of.
enum Part {
  case word(Word)
  case bracket(LayoutBracket)
  case block(LayoutBlock)

  var flat: Int? {
    switch self {
    case .word(let word): word.flat
    case .bracket(let bracket): bracket.flat
    case .block(let block): block.flat
    }
  }

  var first: Word {
    switch self {
    case .word(let word): word
    case .bracket(let bracket): bracket.open
    case .block(let block): block.open
    }
  }
}

/// A part, and whether a space stands before it on a line.
struct LayoutPiece {
  let part: Part
  let isSpaced: Bool

  /// Width on a line with the space.
  var flat: Int? { part.flat.map { $0 + (isSpaced ? 1 : 0) } }
  var comments: [Comment] { part.first.comments }

  /// The piece at the beginning of a line, its comments written.
  var atLineStart: LayoutPiece {
    guard isSpaced || !comments.isEmpty else { return self }
    let part: Part =
      switch part {
      case .word(let word): .word(word.uncommented)
      case .bracket(let bracket): .bracket(bracket.uncommented)
      case .block(let block): .block(block.uncommented)
      }
    return LayoutPiece(part: part, isSpaced: false)
  }
}

/// A statement, or an element of a bracket.
struct Run {
  let pieces: [LayoutPiece]
  /// The places of `|>`, its first word aside.
  let pipes: [Int]
  /// A `|>` begins a line, or a comment ends one: then all stages begin one.
  let hasBrokenPipe: Bool
  let flat: Int?

  init(_ pieces: [LayoutPiece]) {
    self.pieces = pieces
    pipes = pieces.indices.dropFirst().filter {
      guard case .word(let word) = pieces[$0].part else { return false }
      return word.is(.pipe)
    }
    hasBrokenPipe =
      pipes.contains { pieces[$0].part.first.beginsLine }
      || (!pipes.isEmpty && pieces.dropFirst().contains { !$0.comments.isEmpty })
    let widths = pieces.map(\.flat)
    flat = hasBrokenPipe || widths.contains(nil) ? nil : widths.reduce(0) { $0 + ($1 ?? 0) }
  }

  var first: Word? { pieces.first?.part.first }
  var beginsLine: Bool { first?.beginsLine ?? false }

  /// A number, perhaps with its sign.
  var isNumber: Bool {
    guard pieces.count <= 2, case .word(let word)? = pieces.last?.part, case .number = word.kind else { return false }
    return pieces.count == 1 || (pieces[0].part.first.is(.minus) && word.comments.isEmpty)
  }
}

struct LayoutStatement {
  let run: Run
  /// A `;` ended its line.
  let isHidden: Bool
}

/// `{ ... }` with statements.
struct LayoutBlock {
  let open: Word
  let statements: [LayoutStatement]
  let close: Word
  let flat: Int?

  init(open: Word, statements: [LayoutStatement], close: Word) {
    self.open = open
    self.statements = statements
    self.close = close
    let widths = statements.map { $0.run.beginsLine ? nil : $0.run.flat }
    if statements.isEmpty {
      flat = open.comments.isEmpty && close.comments.isEmpty ? 2 : nil
    } else {
      let isOneLine = open.comments.isEmpty && !close.beginsLine && !widths.contains(nil)
      flat = isOneLine ? widths.reduce(2) { $0 + ($1 ?? 0) + 2 } : nil
    }
  }

  var isEmpty: Bool { statements.isEmpty && flat != nil }
  var uncommented: LayoutBlock { LayoutBlock(open: open.uncommented, statements: statements, close: close) }
}

/// Parentheses, brackets, or a record's braces.
struct LayoutBracket {
  struct Element {
    let run: Run
    let comma: Word?
  }

  let open: Word
  let elements: [Element]
  let close: Word
  /// `(a,)` is a list only by its comma, and other places take none: elsewhere a last comma follows the layout.
  let keepsComma: Bool
  /// A line ends after the opening bracket, or a comment stands between its elements.
  let mustOpen: Bool
  let flat: Int?

  init(open: Word, elements: [Element], close: Word, keepsComma: Bool) {
    self.open = open
    self.elements = elements
    self.close = close
    self.keepsComma = keepsComma
    let words = [close] + elements.compactMap(\.comma) + elements.compactMap(\.run.first)
    mustOpen = elements.first?.run.beginsLine == true || words.contains { !$0.comments.isEmpty }
    let widths = elements.map(\.run.flat)
    let commas = 2 * max(0, elements.count - 1) + (keepsComma && elements.last?.comma != nil ? 1 : 0)
    let canStandOnOne = !mustOpen && open.comments.isEmpty && !widths.contains(nil)
    flat = canStandOnOne ? widths.reduce(2 + commas) { $0 + ($1 ?? 0) } : nil
  }

  var uncommented: LayoutBracket {
    LayoutBracket(open: open.uncommented, elements: elements, close: close, keepsComma: keepsComma)
  }

  /// Whether a last comma stands there on one line.
  var hasLastComma: Bool { keepsComma && elements.last?.comma != nil }

  /// Whether lines of its own would not help: a word at most.
  var isAtom: Bool {
    guard flat != nil, elements.count <= 1 else { return false }
    guard let run = elements.first?.run else { return true }
    guard run.pieces.count == 1, case .word = run.pieces[0].part else { return false }
    return true
  }
}
