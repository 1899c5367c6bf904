// A source line and the marks under it:
//   h = z @ w + b
//       - ^ - w: float32[64, 32]
//       |
//       z: float32[16, 2]
// Everything here counts columns of the terminal; offsets in the source are turned into them once.

struct Excerpt {
  private struct Mark {
    let start: Int
    let end: Int
    let text: String
    let isPrimary: Bool
  }

  /// The line as shown: tabs as four spaces, of long lines the part around the caret.
  let text: String
  /// The column where each byte of the line begins, and where the line ends; before the cut.
  private let columns: [Int]
  private let lineRange: Range<Int>
  /// The part of the line that is shown.
  private let shown: Range<Int>
  private let shift: Int
  private var marks: [Mark] = []

  private static let ellipsis = "... "

  /// - Parameter caret: the offset of the byte that must be seen.
  init(_ source: Source, line: Int, widest: Int, caret: Int) {
    lineRange = source.range(ofLine: line)
    var characters = Substring(source.excerpt(lineRange))
    // A carriage return at the end belongs to the newline.
    if characters.last == "\r" { characters.removeLast() }
    var columns: [Int] = []
    var cells: [(text: String, column: Int)] = []
    var column = 0
    for character in characters {
      let cell = character.shownInExcerpt
      cells.append((cell, column))
      columns += [Int](repeating: column, count: String(character).utf8.count)
      column += cell.displayWidth
    }
    columns.append(column)
    self.columns = columns
    let place = columns[min(max(caret - lineRange.lowerBound, 0), columns.count - 1)]
    let isFar = column > widest && place > widest * 3 / 4
    let first = isFar ? min(place - widest / 2, column - widest) : 0
    let seen = cells.filter { $0.column >= first && $0.column + $0.text.displayWidth <= first + widest }
    // A wide character on the edge falls out whole.
    let start = seen.first?.column ?? 0, end = seen.last.map { $0.column + $0.text.displayWidth } ?? 0
    shown = start..<max(start, end)
    shift = start > 0 ? Self.ellipsis.count - start : 0
    text = (start > 0 ? Self.ellipsis : "") + seen.map(\.text).joined() + (end < column ? " ..." : "")
  }

  /// Notes a label; what lies outside the shown part is left out, and a span over several lines ends with its first.
  mutating func mark(_ label: Diagnostic.Label, isPrimary: Bool) {
    let range = label.span.range
    let start = max(column(range.lowerBound), shown.lowerBound)
    let end = min(column(range.upperBound), shown.upperBound)
    guard column(range.lowerBound) <= shown.upperBound, start < end || range.isEmpty || isPrimary else { return }
    marks.append(Mark(start: start + shift, end: max(end, start + 1) + shift, text: label.text, isPrimary: isPrimary))
  }

  private func column(_ offset: Int) -> Int {
    columns[min(max(offset - lineRange.lowerBound, 0), columns.count - 1)]
  }

  /// The rows under the line: carets with the last label's words beside them, then one row for each other label.
  func underlines() -> [String] {
    let ordered = marks.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    guard let last = ordered.last else { return [] }
    var row: [Character] = []
    // The primary mark is drawn last, so that its carets show where marks overlap.
    for mark in ordered.filter({ !$0.isPrimary }) + ordered.filter(\.isPrimary) {
      while row.count < mark.end { row.append(" ") }
      for column in mark.start..<mark.end { row[column] = mark.isPrimary ? "^" : "-" }
    }
    // Words beside the row belong to the mark that ends it.
    let isBeside = last.end == row.count
    var rows = [String(row) + (isBeside && !last.text.isEmpty ? " " + last.text : "")]
    var hanging = (isBeside ? ordered.dropLast() : ordered[...]).filter { !$0.text.isEmpty }
    if !hanging.isEmpty { rows.append(stems(hanging)) }
    while let mark = hanging.popLast() {
      rows.append(stems(hanging, then: mark))
    }
    return rows
  }

  private func stems(_ marks: [Mark], then last: Mark? = nil) -> String {
    var row = ""
    for mark in marks where row.count <= mark.start {
      row += String(repeating: " ", count: mark.start - row.count) + "|"
    }
    if let last {
      row += String(repeating: " ", count: max(last.start - row.count, 0)) + last.text
    }
    return row
  }
}
