// The cells of this and earlier sessions, whole, oldest first. `HistoryFile` keeps them on disk; it is read when the first one
// is asked for, and a line when it is looked at, so that a long history costs nothing at the start.

/// The cells that Up, Down and Ctrl-R find.
final class History {
  private let file: HistoryFile?
  private var cells: [Cell] = []
  private var isLoaded = false

  private enum Cell {
    case line(ArraySlice<UInt8>)
    /// Nil where the line could not be read.
    case text(String?)
  }

  /// - Parameter file: where cells are kept; nil keeps them in memory only.
  init(file: HistoryFile?) { self.file = file }

  /// How many there are, lines that cannot be read among them.
  var count: Int {
    load()
    return cells.count
  }

  /// A cell by its age, 0 the oldest; nil where its line cannot be read.
  subscript(index: Int) -> String? {
    load()
    switch cells[index] {
    case .text(let text): return text
    case .line(let line):
      let text = HistoryEntry(line: line)?.cell
      cells[index] = .text(text)
      return text
    }
  }

  /// All cells, oldest first.
  var entries: [String] { (0..<count).compactMap { self[$0] } }

  /// Adds a cell for Up to find. A repetition of the newest one is not added.
  func remember(_ cell: String) {
    if case .text(cell)? = cells.last { return }
    if !cell.isEmpty { cells.append(.text(cell)) }
  }

  /// Writes a cell to the file, after it ran.
  func record(_ entry: HistoryEntry) {
    // Loaded first, so that the file's copy does not turn up a second time.
    load()
    file?.append(entry)
  }

  private func load() {
    guard !isLoaded else { return }
    isLoaded = true
    cells = (file?.lines() ?? []).map { .line($0) } + cells
  }
}
