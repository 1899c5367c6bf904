// What was killed last, for Ctrl-Y. Kills that follow one another are one.

struct KillMemory {
  private(set) var text = ""
  /// The cell as the last kill left it.
  private var left: CellText?

  /// Takes note of a kill that made `before` into `after`.
  mutating func add(_ killed: String, before: CellText, after: CellText) {
    if left != before {
      text = killed
    } else if after.cursor < before.cursor {
      text = killed + text
    } else {
      text += killed
    }
    left = after
  }
}
