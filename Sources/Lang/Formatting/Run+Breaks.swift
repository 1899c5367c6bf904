// Where a run may be broken, and how wide it is up to there.

extension Run {
  init(_ pieces: ArraySlice<LayoutPiece>) {
    self.init([pieces[pieces.startIndex].atLineStart] + pieces.dropFirst())
  }

  /// The places of blocks of several lines, and of the blocks that `else` or `catch` joins with one.
  var openBlocks: Set<Int> {
    var open: Set<Int> = []
    var chain: [Int] = []
    var isOpen = false
    for (index, piece) in pieces.enumerated() {
      guard case .block(let block) = piece.part else { continue }
      if let last = chain.last, !pieces[last + 1].part.first.joinsBlocks { (chain, isOpen) = ([], false) }
      chain.append(index)
      isOpen = isOpen || block.flat == nil
      if isOpen { open.formUnion(chain) }
    }
    return open
  }

  /// The run cut before each `|>`.
  var stages: [Run] { cut(before: pipes) }

  /// The run cut after the operators that bind loosest.
  var operands: [Run] {
    var places: [Int: [Int]] = [:]
    for index in pieces.indices.dropFirst().dropLast() {
      // A sign has no space after it, a field's name none before.
      guard pieces[index].isSpaced, pieces[index + 1].isSpaced, case .word(let word) = pieces[index].part,
        let level = word.looseness
      else { continue }
      places[level, default: []].append(index + 1)
    }
    return cut(before: places.min { $0.key < $1.key }?.value ?? [])
  }

  private func cut(before places: [Int]) -> [Run] {
    if places.isEmpty { return [self] }
    let edges = [0] + places + [pieces.count]
    return zip(edges, edges.dropFirst()).map { Run(pieces[$0..<$1]) }
  }
}

extension Word {
  var joinsBlocks: Bool { kind == .keyword(.else) || kind == .keyword(.catch) }

  /// How loosely a binary operator binds after which a line may end; loosest first.
  fileprivate var looseness: Int? {
    switch kind {
    case .keyword(.or): 0
    case .keyword(.and): 1
    case .symbol(.plus), .symbol(.minus): 2
    case .symbol(.times), .symbol(.divide), .symbol(.floorDivide), .symbol(.remainder), .symbol(.matmul): 3
    default: nil
    }
  }
}

extension LayoutPiece {
  /// Whether it is a bracket whose last element ends in a block: `f(x -> { ... })`.
  var endsInBlock: Bool {
    guard case .bracket(let bracket) = part, let last = bracket.elements.last?.run.pieces.last else { return false }
    if case .block = last.part { return true }
    return last.endsInBlock
  }
}

extension ArraySlice<LayoutPiece> {
  /// The width of the beginning that stays on one line whatever is opened, `tail` being what follows the last piece.
  func widthToOpening(_ tail: Int) -> Int {
    var width = 0
    for piece in self {
      width += piece.isSpaced ? 1 : 0
      switch piece.part {
      case .word(let word):
        width += word.head
        if word.hasLines { return width }
      case .bracket(let bracket) where bracket.isAtom: width += bracket.flat ?? 0
      case .bracket, .block: return width + 1
      }
    }
    return width + tail
  }
}

extension LayoutBracket {
  /// Where all it holds ends in one bracket, `f({ ... })`: the pieces before that, with their width, and it.
  var onlyBracket: (before: [LayoutPiece], width: Int, isSpaced: Bool, bracket: LayoutBracket)? {
    guard !mustOpen, elements.count == 1, !hasLastComma, let run = elements.first?.run, !run.hasBrokenPipe,
      let last = run.pieces.last, case .bracket(let bracket) = last.part, last.comments.isEmpty, !bracket.isAtom
    else { return nil }
    let before = Array(run.pieces.dropLast())
    var width = last.isSpaced ? 1 : 0
    for piece in before {
      guard let flat = piece.flat else { return nil }
      width += flat
    }
    return (before, width, last.isSpaced, bracket)
  }
}
