// A cell that ran: its text, how it went, and what it showed.

import Lang

struct Cell {
  enum Status {
    case done
    case failed(Diagnostic)
    case interrupted(Diagnostic)
    /// `exit(n)`.
    case exited(Int)
  }

  let number: Int
  /// What stands behind `#%%`; empty at the prompt.
  let title: String
  let text: String
  var status = Status.done
  /// The result, none where the text ends with something else.
  var value = Value.none
  var outputs: [Output] = []
  var seconds = 0.0
  /// The most memory that tensors held while it ran.
  var peakBytes = 0

  let names: CellNames
  /// The cell that had bound each name it read, 0 for one from before the first cell.
  var sources: [String: Int] = [:]
  /// What `:undo` brings back; nil where it was too large to keep.
  var before: Snapshot?
  /// A later run of the same text took its place.
  var isSuperseded = false

  var isDone: Bool { if case .done = status { true } else { false } }

  /// As the history calls it.
  var statusWord: String {
    switch status {
    case .done, .exited: "ok"
    case .failed: "error"
    case .interrupted: "interrupt"
    }
  }
}

/// Names with the values that they had, nil for none, and the random numbers to come.
struct Snapshot {
  let values: [(name: String, value: Value?)]
  let binders: [(name: String, cell: Int?)]
  let random: RandomStream

  /// Memory that only the snapshot may keep alive.
  var heldBytes: Int { values.reduce(0) { $0 + ($1.value?.heldBytes ?? 0) } }
}
