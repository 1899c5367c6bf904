// Ctrl-R and Ctrl-S: the cells that hold what is typed, the newest first. What is typed means itself: no pattern characters.

import Foundation

struct HistorySearch {
  /// The cell as it was before.
  let original: CellText
  private(set) var pattern = ""
  /// The cell found last, the cursor where the pattern begins.
  private(set) var found: CellText?
  /// Whether nothing more was found.
  private(set) var fails = false

  private let history: History
  private var position: Int

  init(_ history: History, original: CellText) {
    self.history = history
    self.original = original
    position = history.count
  }

  /// More of the pattern: the cell found stays if it holds that, too.
  mutating func type(_ text: String) {
    pattern += text
    seek((0..<min(position + 1, history.count)).reversed(), repeats: true)
  }

  /// Less of the pattern: from the newest cell again.
  mutating func erase() {
    guard !pattern.isEmpty else { return }
    pattern.unicodeScalars.removeLast()
    (position, found, fails) = (history.count, nil, false)
    if !pattern.isEmpty { older() }
  }

  mutating func older() { seek((0..<position).reversed(), repeats: false) }
  mutating func newer() { seek(min(position + 1, history.count)..<history.count, repeats: false) }

  private mutating func seek(_ places: some Sequence<Int>, repeats: Bool) {
    guard !pattern.isEmpty else { return }
    let present = found?.text
    for place in places {
      guard let cell = history[place], repeats || cell != present, let offset = Self.offset(of: pattern, in: cell) else { continue }
      position = place
      found = CellText(cell, cursor: offset)
      fails = false
      return
    }
    fails = true
  }

  /// Where a text first holds another, in scalars.
  private static func offset(of pattern: String, in cell: String) -> Int? {
    cell.range(of: pattern, options: .literal).map { cell.unicodeScalars.distance(from: cell.startIndex, to: $0.lowerBound) }
  }
}
