// The cells of this and earlier sessions, whole, oldest first. `HistoryFile` keeps them on disk; it is read
// when the first one is asked for, so that a long history costs nothing at the start.

/// The cells that Up and Down walk through.
final class History {
  private let file: HistoryFile?
  private var cells: [String] = []
  private var isLoaded = false

  /// - Parameter file: where cells are kept; nil keeps them in memory only.
  init(file: HistoryFile?) { self.file = file }

  /// All cells, oldest first.
  var entries: [String] {
    if !isLoaded {
      isLoaded = true
      cells = (file?.read().map(\.cell) ?? []) + cells
    }
    return cells
  }

  /// Adds a cell for Up to find. A repetition of the newest one is not added.
  func remember(_ cell: String) {
    if !cell.isEmpty, cells.last != cell { cells.append(cell) }
  }

  /// Writes a cell to the file, after it ran.
  func record(_ entry: HistoryEntry) {
    // Loaded first, so that the file's copy does not turn up a second time.
    _ = entries
    file?.append(entry)
  }
}

/// Where Up and Down have come to, and the unfinished cell they started from.
struct HistoryWalk {
  private let entries: [String]
  private var position: Int
  private var unfinished = ""

  init(_ entries: [String]) {
    self.entries = entries
    position = entries.count
  }

  /// The next older cell; `current` is kept when the walk begins. Nil at the oldest.
  mutating func older(than current: String) -> String? {
    guard position > 0 else { return nil }
    if position == entries.count { unfinished = current }
    position -= 1
    return entries[position]
  }

  /// The next newer cell, at last the unfinished one. Nil when there.
  mutating func newer() -> String? {
    guard position < entries.count else { return nil }
    position += 1
    return position == entries.count ? unfinished : entries[position]
  }
}
