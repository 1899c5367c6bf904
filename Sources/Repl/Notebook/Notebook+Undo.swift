// `:undo`: names and random numbers as before the last cell.

import Lang
import Tensor

extension Notebook {
  enum UndoFailure: Error, CustomStringConvertible {
    case nothing
    case notKept(cell: Int, limit: Int)

    var description: String {
      switch self {
      case .nothing: "there is no cell to undo"
      case .notKept(let cell, let limit):
        "in [\(cell)] cannot be undone: what it replaced was more than \(Memory.shown(limit)); `:limit undo 4 GB` keeps more"
      }
    }
  }

  /// Takes back the newest cell that changed anything, and the failed ones after it, which changed nothing.
  /// - Returns: that cell.
  func undo() throws(UndoFailure) -> Cell {
    guard let cell = cells.last(where: { $0.isDone || $0.before != nil }) else { throw .nothing }
    guard let snapshot = cell.before else { throw .notKept(cell: cell.number, limit: undoLimit) }
    withdraw(cell, snapshot)
    return cell
  }
}
