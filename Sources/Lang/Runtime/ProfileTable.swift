// What `profile(f)` gives: rows to compute with, and an aligned table to look at, in the order that profilers of
// PyTorch and JAX use, the dearest operation first.

import Tensor

struct ProfileTable: LanguageObject {
  private static let shownRows = 30
  private static let widestName = 48

  private let rows: [Profile.Row]
  private let computing: Double
  private let wall: Double

  /// Runs `body`, computes what it gives, and counts.
  init(_ body: () throws -> Value) throws {
    let clock = ContinuousClock(), start = clock.now
    let (_, profile) = try Tensor::profile {
      // What it gives is computed while the clock runs.
      if let tree = try body().asTree() { try evaluate(tree.leaves) }
    }
    let duration = (clock.now - start).components
    rows = profile.rows
    computing = profile.seconds
    wall = Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
  }

  let typeName = "profile"
  var summary: String { "profile of \(rows.count) operations, \(Self.fixed(computing * 1e3, 2)) ms" }
  let fieldNames = ["rows", "ms", "wall_ms"]
  var count: Int? { rows.count }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "rows": .list(rows.map(Self.record))
    case "ms": .number(computing * 1e3)
    case "wall_ms": .number(wall * 1e3)
    default: nil
    }
  }

  func iterator() throws -> ValueIterator? {
    var rest = rows[...]
    return { rest.popFirst().map(Self.record) }
  }

  private static func record(_ row: Profile.Row) -> Value {
    .record([
      "operation": .string(row.operation), "calls": .number(Double(row.calls)), "ms": .number(row.seconds * 1e3),
      "gflops": row.gigaflopsPerSecond.map { .number($0) } ?? .none, "bytes": .number(row.bytes),
    ])
  }

  var details: String {
    var table = [["operation", "calls", "ms", "share", "GFLOP/s", "moved", "GB/s"]]
    for row in rows.prefix(Self.shownRows) {
      let share = computing > 0 ? row.seconds / computing : 0
      table.append([
        row.operation.count > Self.widestName ? row.operation.prefix(Self.widestName - 3) + "..." : row.operation,
        String(row.calls), Self.fixed(row.seconds * 1e3, 3), Self.fixed(share * 100, 1) + "%",
        row.gigaflopsPerSecond.map { Self.fixed($0, 1) } ?? "", Memory.shown(Int(row.bytes)),
        row.bytes > 0 && row.seconds > 0 ? Self.fixed(row.bytes / row.seconds * 1e-9, 1) : "",
      ])
    }
    let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    var lines = table.map { cells in
      cells.indices.map { column -> String in
        let pad = String(repeating: " ", count: widths[column] - cells[column].count)
        return column == 0 ? cells[column] + pad : pad + cells[column]
      }.joined(separator: "  ")
    }
    if rows.count > Self.shownRows { lines.append("... \(rows.count - Self.shownRows) more") }
    lines.append("\(Self.fixed(computing * 1e3, 2)) ms in operations, \(Self.fixed(wall * 1e3, 2)) ms in all")
    return lines.joined(separator: "\n")
  }

  private static func fixed(_ number: Double, _ decimals: Int) -> String { FormatSpecification.fixed(number, decimals) }
}

extension Interpreter {
  /// Runs a cell; the value is what its tensors cost, a table.
  public func profile(_ source: Source) throws(Diagnostic) -> Value {
    do {
      return .object(try ProfileTable { try run(source).value })
    } catch {
      throw Self.diagnostic(error)
    }
  }
}
