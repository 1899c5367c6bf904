// What :who shows.

import Lang
import Tensor

/// A row for each name of the session.
struct NameTable {
  struct Row: Equatable {
    let name: String
    let what: String
    /// Memory of its tensors, empty for none.
    let size: String
    /// `in [3]`, and whether that cell is stale.
    let origin: String
  }

  let rows: [Row]

  init(_ notebook: Notebook) {
    let stale = Set(notebook.staleCells.map(\.cell.number))
    rows = notebook.interpreter.names.compactMap { name in
      guard let value = notebook.interpreter[name] else { return nil }
      let binder = notebook.binders[name] ?? 0
      let bytes = value.heldBytes
      return Row(
        name: name, what: Self.what(value), size: bytes > 0 ? Memory.shown(bytes) : "",
        origin: binder == 0 ? "" : "in [\(binder)]" + (stale.contains(binder) ? ", stale" : ""))
    }
  }

  /// The type, and of what is short the value.
  private static func what(_ value: Value) -> String {
    switch value {
    case .tensor(let tensor): tensor.description
    case .list(let items): "list of \(items.count)"
    case .record(let record): "record {\(record.keys.joined(separator: ", "))}"
    case .function: value.quoted
    case .object(let object): object.summary
    default: "\(value.typeName) \(value.quoted)"
    }
  }

  func text(columns: Int) -> String {
    if rows.isEmpty { return "no names yet\n" }
    let nameWidth = min(24, rows.map(\.name.count).max() ?? 0)
    let tails = rows.map { [$0.size, $0.origin].filter { !$0.isEmpty }.joined(separator: "  ") }
    let whatWidth = max(20, min(rows.map(\.what.count).max() ?? 0, columns - nameWidth - (tails.map(\.count).max() ?? 0) - 7))
    return zip(rows, tails).map { row, tail in
      let line = row.what.prefix { $0 != "\n" }
      let what = line.count > whatWidth ? line.prefix(whatWidth - 3) + "..." : line
      return "  " + Self.padded(row.name, nameWidth) + "  " + Self.padded(String(what), tail.isEmpty ? 0 : whatWidth) + "  " + tail
    }.map { String($0.reversed().drop { $0 == " " }.reversed()) + "\n" }.joined()
  }

  private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
}
