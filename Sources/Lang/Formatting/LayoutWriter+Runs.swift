// How a run finds its lines. In order: one line; one line around what must be open inside it; a stage of a pipe a line; a
// line for each operand of the operators that bind loosest; brackets opened where a line is full.

extension LayoutWriter {
  /// Writes a run from the present column on; its further lines are indented from `indent`.
  /// - Parameter tail: the width of what follows on the last line.
  mutating func write(_ run: Run, _ indent: Int, tail: Int) {
    var start = 0
    var indented = indent
    // A comment inside ends its line, and what follows goes on on the next.
    for next in run.pieces.indices.dropFirst() where !run.pieces[next].comments.isEmpty {
      write(Run(run.pieces[start..<next]), indented, base: indent, isBroken: run.hasBrokenPipe, tail: 0)
      indented = indent + Self.continuation(run.pieces[next].part)
      putComments(before: run.pieces[next].part.first, indented)
      beginLine(indented)
      start = next
    }
    write(Run(run.pieces[start...]), indented, base: indent, isBroken: run.hasBrokenPipe, tail: tail)
  }

  /// How far a line that begins inside a run is indented.
  private static func continuation(_ part: Part) -> Int {
    guard case .word(let word) = part else {
      if case .block = part { return 0 } else { return ScriptLayout.continuation }
    }
    if word.joinsBlocks { return 0 }
    return word.is(.pipe) ? ScriptLayout.indentation : ScriptLayout.continuation
  }

  /// A run without comments between its pieces, whose stages stand on lines of their own where `isBroken`.
  private mutating func write(_ run: Run, _ indent: Int, base: Int, isBroken: Bool, tail: Int) {
    let stages = run.stages
    if !isBroken || stages.count == 1 {
      if let flat = run.flat, column + flat + tail <= ScriptLayout.width { return writeFlat(run) }
      for opensBlocks in [false, true] where run.flat == nil || opensBlocks {
        var end = column
        guard passes(run, indent, opensBlocks, &end), end + tail <= ScriptLayout.width else { continue }
        return writeAround(run, indent, opensBlocks)
      }
    }
    if stages.count > 1 {
      for (index, stage) in stages.enumerated() {
        let indent = index == 0 ? indent : base + ScriptLayout.indentation
        if index > 0 { beginLine(indent) }
        write(stage, indent, base: base, isBroken: false, tail: index + 1 == stages.count ? tail : 0)
      }
    } else if !writeOperands(of: run, indent, tail) {
      writeFilling(run, indent, tail)
    }
  }

  /// The operands a line each; false where one has no room.
  private mutating func writeOperands(of run: Run, _ indent: Int, _ tail: Int) -> Bool {
    let operands = run.operands
    guard operands.count > 1 else { return false }
    let indent = indent + ScriptLayout.continuation
    for (index, operand) in operands.enumerated() {
      let start = index == 0 ? column : indent
      let end = index + 1 == operands.count ? tail : 0
      guard let flat = operand.flat, start + flat + end <= ScriptLayout.width else { return false }
    }
    for (index, operand) in operands.enumerated() {
      if index > 0 { beginLine(indent) }
      writeFlat(operand)
    }
    return true
  }

  // MARK: around what is open

  /// Whether every line fits when no more is open than must be: the blocks too where `opensBlocks`. Moves the column.
  private func passes(_ run: Run, _ indent: Int, _ opensBlocks: Bool, _ column: inout Int) -> Bool {
    guard !run.hasBrokenPipe else { return false }
    let open = run.openBlocks
    for (index, piece) in run.pieces.enumerated() {
      guard index == 0 || piece.comments.isEmpty else { return false }
      if piece.isSpaced { column += 1 }
      let opensInside = opensBlocks && index + 1 == run.pieces.count && piece.endsInBlock
      let opening = column + 1
      switch piece.part {
      case .word(let word):
        guard column + word.head <= ScriptLayout.width else { return false }
        column = word.hasLines ? word.tail : column + word.head
      case .block(let block) where (opensBlocks || open.contains(index)) && !block.isEmpty: column = indent + 1
      case .bracket(let bracket) where bracket.mustOpen: column = indent + 1
      case .bracket(let bracket) where bracket.flat == nil || opensInside:
        column += 1
        for (index, element) in bracket.elements.enumerated() {
          let isLast = index + 1 == bracket.elements.count
          guard passes(element.run, indent, opensInside && isLast, &column) else { return false }
          column += isLast ? 0 : 2
        }
        column += bracket.hasLastComma ? 2 : 1
      case .block, .bracket: column += piece.part.flat ?? 0
      }
      guard max(opening, column) <= ScriptLayout.width else { return false }
    }
    return true
  }

  private mutating func writeAround(_ run: Run, _ indent: Int, _ opensBlocks: Bool) {
    let open = run.openBlocks
    for (index, piece) in run.pieces.enumerated() {
      let opensInside = opensBlocks && index + 1 == run.pieces.count && piece.endsInBlock
      switch piece.part {
      case .block(let block) where opensBlocks || open.contains(index):
        if piece.isSpaced { put(" ") }
        writeOpen(block, indent)
      case .bracket(let bracket) where bracket.mustOpen:
        if piece.isSpaced { put(" ") }
        writeOpen(bracket, indent)
      case .bracket(let bracket) where bracket.flat == nil || opensInside:
        if piece.isSpaced { put(" ") }
        put(bracket.open)
        var left = bracket.elements.count
        writeElements(of: bracket) { writer, run in
          left -= 1
          writer.writeAround(run, indent, opensInside && left == 0)
        }
        put(bracket.close)
      default: writeFlat(piece)
      }
    }
  }

  // MARK: filling lines

  private mutating func writeFilling(_ run: Run, _ indent: Int, _ tail: Int) {
    for (index, piece) in run.pieces.enumerated() {
      let rest = run.pieces[(index + 1)...].widthToOpening(tail)
      switch piece.part {
      case .block(let block):
        if piece.isSpaced { put(" ") }
        writeOpen(block, indent)
      case .bracket(let bracket):
        if let flat = piece.flat, bracket.isAtom || column + flat + rest <= ScriptLayout.width {
          writeFlat(piece)
          continue
        }
        if piece.isSpaced { put(" ") }
        guard let inner = bracket.onlyBracket, column + 2 + inner.width <= ScriptLayout.width else {
          writeOpen(bracket, indent)
          continue
        }
        put(bracket.open)
        inner.before.forEach { writeFlat($0) }
        if inner.isSpaced { put(" ") }
        writeOpen(inner.bracket, indent)
        put(bracket.close)
      case .word: writeFlat(piece)
      }
    }
  }
}
