// Ctrl-X Ctrl-E: the cell in the user's own editor, and back.

extension LineEditor {
  /// The screen's cursor stands behind the prompt.
  func openEditor(on text: inout CellText, cursor: Int) -> EditReaction {
    text.cursor = cursor
    let cell = folds.unfolded(text.text)
    clearCell()
    let outcome = lendTerminal {
      Signals.catchSuspension(false)
      defer { Signals.catchSuspension(true) }
      return Result { try externalEditor(cell + "\n") }
    }
    // Ctrl-C was the editor's.
    _ = Signals.take()
    clearCell()
    switch outcome {
    case .success(let edited): text = CellText(shown(PastedText.plain(edited)))
    case .failure(let reason): console.write("\(reason)\n")
    }
    return .redraw
  }

  private func clearCell() {
    if console.isTerminal { console.control("\r\u{1b}[J") } else { console.write("\n") }
  }
}
