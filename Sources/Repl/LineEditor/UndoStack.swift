// What the cell was before each change. libedit changes the text in ways of its own, so the stack looks at it before every key
// rather than being told: whatever happened, it can be taken back.

struct UndoStack {
  private var past: [CellText] = []
  private var present = CellText()
  private var isTyping = false
  /// Older states than so many are let go.
  private static let limit = 400

  init(_ text: CellText = CellText()) { present = text }

  /// Takes note of the text as it is now. What is typed within one word is one change.
  mutating func observe(_ text: CellText) {
    guard text.scalars != present.scalars else {
      if text.cursor != present.cursor { isTyping = false }
      present = text
      return
    }
    let goesOn = Self.isTyping(from: present, to: text)
    if !(goesOn && isTyping) {
      past.append(present)
      if past.count > Self.limit { past.removeFirst() }
    }
    // A blank ends the word: the next letter begins a new change.
    isTyping = goesOn && CellText.isWord(text.scalars[text.cursor - 1])
    present = text
  }

  /// The text before the last change, nil where there was none.
  mutating func undo() -> CellText? {
    guard let before = past.popLast() else { return nil }
    present = before
    isTyping = false
    return before
  }

  /// Whether one scalar came in at the cursor.
  private static func isTyping(from old: CellText, to new: CellText) -> Bool {
    guard new.scalars.count == old.scalars.count + 1, new.cursor == old.cursor + 1 else { return false }
    return new.scalars[..<old.cursor] == old.scalars[..<old.cursor] && new.scalars[new.cursor...] == old.scalars[old.cursor...]
  }
}
