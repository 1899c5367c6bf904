// The tree of the layout as text: statements, blocks and comments. How a run finds its lines is in LayoutWriter+Runs.

struct LayoutWriter {
  private(set) var text = ""
  /// Characters on the present line.
  private(set) var column = 0

  // MARK: words

  mutating func put(_ string: String) {
    text += string
    column += string.count
  }

  mutating func put(_ word: Word) {
    text += word.text
    column = word.hasLines ? word.tail : column + word.head
  }

  mutating func beginLine(_ indent: Int, blankLines: Int = 0) {
    if !text.isEmpty { text += String(repeating: "\n", count: blankLines + 1) }
    text += String(repeating: " ", count: indent)
    column = indent
  }

  // MARK: comments

  /// The comments before a word; the word belongs on a new line then. `isFirst`: nothing stands before them in their
  /// block, so that no blank line does. The answer tells whether that is so for the word.
  @discardableResult
  mutating func putComments(before word: Word, _ indent: Int, isFirst: Bool = false) -> Bool {
    var isFirst = isFirst
    for comment in word.comments {
      if comment.isOwnLine {
        beginLine(indent, blankLines: isFirst ? 0 : min(comment.blankLines, comment.beginsCell ? 2 : 1))
        isFirst = false
      } else {
        put(String(repeating: " ", count: max(2, comment.column - column)))
      }
      put(comment.text)
    }
    return isFirst
  }

  // MARK: statements

  mutating func write(_ program: (statements: [LayoutStatement], end: Word)) {
    write(program.statements, 0, isProgram: true)
    putComments(before: program.end, 0, isFirst: program.statements.isEmpty)
    if !text.isEmpty { text += "\n" }
  }

  private mutating func write(_ statements: [LayoutStatement], _ indent: Int, isProgram: Bool) {
    var isFirst = true
    for statement in statements {
      guard let word = statement.run.first else { continue }
      isFirst = putComments(before: word, indent, isFirst: isFirst)
      beginLine(indent, blankLines: isFirst ? 0 : min(word.blankLines, 1))
      isFirst = false
      // In a block a `;` hides nothing.
      let isHidden = isProgram && statement.isHidden
      write(statement.run, indent, tail: isHidden ? 1 : 0)
      if isHidden { put(";") }
    }
  }

  // MARK: blocks and brackets

  mutating func writeOpen(_ block: LayoutBlock, _ indent: Int) {
    put(block.open.text)
    if block.isEmpty { return put(block.close.text) }
    let inner = indent + ScriptLayout.indentation
    write(block.statements, inner, isProgram: false)
    putComments(before: block.close, inner, isFirst: block.statements.isEmpty)
    beginLine(indent)
    put(block.close.text)
  }

  /// An element a line; numbers fill theirs.
  mutating func writeOpen(_ bracket: LayoutBracket, _ indent: Int) {
    put(bracket.open.text)
    let inner = indent + ScriptLayout.indentation
    let isFilled = bracket.elements.allSatisfy { $0.run.isNumber && $0.comma?.comments.isEmpty != false }
    var isFirst = true
    for element in bracket.elements {
      guard let word = element.run.first else { continue }
      if isFilled, !isFirst, let flat = element.run.flat, column + flat + 2 <= ScriptLayout.width {
        put(" ")
      } else {
        isFirst = putComments(before: word, inner, isFirst: isFirst)
        beginLine(inner, blankLines: isFirst || isFilled ? 0 : min(word.blankLines, 1))
      }
      isFirst = false
      write(element.run, inner, tail: 1)
      if let comma = element.comma, !comma.comments.isEmpty {
        putComments(before: comma, inner)
        beginLine(inner)
      }
      if element.comma != nil || !bracket.keepsComma { put(",") }
    }
    putComments(before: bracket.close, inner, isFirst: bracket.elements.isEmpty)
    beginLine(indent)
    put(bracket.close.text)
  }

  // MARK: on one line

  mutating func writeFlat(_ run: Run) {
    for piece in run.pieces { writeFlat(piece) }
  }

  mutating func writeFlat(_ piece: LayoutPiece) {
    if piece.isSpaced { put(" ") }
    switch piece.part {
    case .word(let word): put(word)
    case .block(let block):
      if block.isEmpty { return put("{}") }
      put("{ ")
      for (index, statement) in block.statements.enumerated() {
        if index > 0 { put("; ") }
        writeFlat(statement.run)
      }
      put(" }")
    case .bracket(let bracket):
      put(bracket.open.text)
      writeElements(of: bracket) { writer, run in writer.writeFlat(run) }
      put(bracket.close.text)
    }
  }

  /// The elements with their commas, whatever lines `write` gives them.
  mutating func writeElements(of bracket: LayoutBracket, _ write: (inout LayoutWriter, Run) -> Void) {
    for (index, element) in bracket.elements.enumerated() {
      if index > 0 { put(" ") }
      write(&self, element.run)
      if index + 1 < bracket.elements.count || bracket.hasLastComma { put(",") }
    }
  }
}
