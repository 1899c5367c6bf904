// `:stale` and `:rerun`: cells whose results rest on values that changed since. Nobody is forced to run them again; they
// are marked.

import Lang

extension Notebook {
  /// A cell, and the names that changed since it ran.
  struct StaleCell {
    let cell: Cell
    let changed: [String]
  }

  /// Cells that would give something else now, in the order in which they ran.
  var staleCells: [StaleCell] {
    var stale: [StaleCell] = []
    var staleNumbers: Set<Int> = []
    for cell in cells where cell.isDone && !isReplaced(cell) {
      let changed = cell.sources.filter { name, source in
        let present = binders[name] ?? 0
        return staleNumbers.contains(source) || (present != source && present != cell.number)
      }
      guard !changed.isEmpty else { continue }
      staleNumbers.insert(cell.number)
      stale.append(StaleCell(cell: cell, changed: changed.keys.sorted()))
    }
    return stale
  }

  /// Whether nothing is left of what it gave: other cells gave its names new values, or its text ran again.
  private func isReplaced(_ cell: Cell) -> Bool {
    if cell.isSuperseded { return true }
    if cell.names.bound.isEmpty { return cells.contains { $0.number > cell.number && $0.isDone && $0.text == cell.text } }
    return cell.names.bound.allSatisfy { binders[$0] != cell.number }
  }

  /// Runs the stale cells again, until one fails.
  /// - Returns: the cells as they ran now.
  func rerunStale() -> [Cell] {
    var runs: [Cell] = []
    for old in staleCells {
      let cell = run(old.cell.text, title: old.cell.title)
      runs.append(cell)
      guard cell.isDone else { break }
      supersede(old.cell.number)
    }
    return runs
  }
}
