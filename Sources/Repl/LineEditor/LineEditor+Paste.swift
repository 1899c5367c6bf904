// Pastes and other long texts: in one piece, whatever is in them, and folded where the screen could not show them.

extension LineEditor {
  func paste(into text: inout CellText) {
    let cleaned = PastedText.cleaned(pasted()) { if case .incomplete = completeness($0) { true } else { false } }
    var whole = text
    whole.insert(cleaned)
    let isLong = CellText(cleaned).rows(columns: console.columns) > 3
    text.insert(isLong && isTooTall(whole) ? folds.fold(cleaned) : cleaned)
  }

  /// What comes up to the end of the paste, as it is.
  func pasted() -> String {
    let end = KeyBindings.scalars(of: "\\e[201~")
    var pasted: [Unicode.Scalar] = []
    // A terminal that goes silent in the middle of a paste has lost its end: what came is taken.
    while let scalar = keys.nextPasted() {
      pasted.append(scalar)
      if scalar == "~", pasted.suffix(end.count).elementsEqual(end) {
        pasted.removeLast(end.count)
        break
      }
    }
    return String(pasted)
  }

  /// A cell as the screen can show it.
  func shown(_ cell: String) -> String { isTooTall(CellText(cell)) ? folds.fold(cell) : cell }

  func shown(_ cell: CellText) -> CellText { isTooTall(cell) ? CellText(folds.fold(cell.text)) : cell }

  private func isTooTall(_ text: CellText) -> Bool {
    text.rows(columns: console.columns, prompt: promptWidth) >= console.rows
  }

  private var promptWidth: Int {
    // Every second piece takes no room.
    let pieces = prompt.split(separator: Character(Editline.literal), omittingEmptySubsequences: false)
    return stride(from: 0, to: pieces.count, by: 2).reduce(0) { $0 + pieces[$1].count }
  }
}
