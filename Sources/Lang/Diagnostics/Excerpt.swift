// A source line and the marks under it:
//   h = z @ w + b
//       - ^ - w: float32[64, 32]
//       |
//       z: float32[16, 2]

struct Excerpt {
  private struct Mark {
    let start: Int
    let length: Int
    let text: String
    let isPrimary: Bool
  }

  /// The line as shown: tabs widened to one space, of long lines the part around the caret.
  let text: String
  private let source: Source
  private let lineRange: Range<Int>
  private let firstColumn: Int
  private let lastColumn: Int
  private var marks: [Mark] = []

  /// - Parameter caret: the offset of the byte that must be seen.
  init(_ source: Source, line: Int, widest: Int, caret: Int) {
    self.source = source
    lineRange = source.range(ofLine: line)
    let whole = Array(source.excerpt(lineRange).replacing("\t", with: " "))
    let column = source.excerpt(lineRange.lowerBound..<max(caret, lineRange.lowerBound)).count
    let isFar = whole.count > widest && column > widest * 3 / 4
    firstColumn = isFar ? min(column - widest / 2, whole.count - widest) : 0
    lastColumn = min(whole.count, firstColumn + widest)
    let before = firstColumn > 0 ? Self.ellipsis : "", after = lastColumn < whole.count ? " ..." : ""
    text = before + String(whole[firstColumn..<lastColumn]) + after
  }

  private static let ellipsis = "... "

  mutating func mark(_ label: Diagnostic.Label, isPrimary: Bool) {
    let range = label.span.range
    let shift = firstColumn > 0 ? Self.ellipsis.count - firstColumn : 0
    let start = column(range.lowerBound)
    let end = min(column(min(range.upperBound, lineRange.upperBound)), lastColumn)
    guard (firstColumn...lastColumn).contains(start) else { return }
    marks.append(Mark(start: start + shift, length: max(end - start, 1), text: label.text, isPrimary: isPrimary))
  }

  private func column(_ offset: Int) -> Int {
    source.excerpt(lineRange.lowerBound..<max(offset, lineRange.lowerBound)).count
  }

  /// The rows under the line: carets with the last label's words, then one row for each other label.
  func underlines() -> [String] {
    let ordered = marks.sorted { $0.start < $1.start }
    guard let last = ordered.last else { return [] }
    var row: [Character] = []
    // The primary mark is drawn last, so that its carets show where marks overlap.
    for mark in ordered.filter({ !$0.isPrimary }) + ordered.filter(\.isPrimary) {
      for column in mark.start..<mark.start + mark.length {
        while row.count <= column { row.append(" ") }
        row[column] = mark.isPrimary ? "^" : "-"
      }
    }
    var rows = [String(row) + (last.text.isEmpty ? "" : " " + last.text)]
    var hanging = ordered.dropLast().filter { !$0.text.isEmpty }
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
