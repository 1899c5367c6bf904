// A plot as text of braille dots, for terminals that show no pictures: two by four dots a character cell, axis
// labels in real text.

extension Plot {
  /// The plot in lines of at most `columns` characters, with a newline at each end.
  /// - Parameter isColoured: series and classes in the terminal's own colours.
  func text(columns: Int, rows: Int = 16, isColoured: Bool) -> String {
    let axes = axes(xTicks: max(2, columns / 14), yTicks: max(2, rows / 4))
    let labels = axes.y.ticks.map { (axes.y.position($0), axes.y.label($0)) }
    let margin = labels.map(\.1.count).max() ?? 0
    var sheet = BrailleSheet(columns: max(8, min(columns, 100) - margin - 2), rows: max(4, rows))
    for (index, one) in series.enumerated() { draw(one, index, axes, on: &sheet) }

    var lines: [String] = []
    if !title.isEmpty {
      lines.append(String(repeating: " ", count: max(0, margin + 1 + (sheet.columns - title.count) / 2)) + title)
    }
    for row in 0..<sheet.rows {
      let label = labels.first { Int((1 - $0.0) * Double(sheet.rows - 1) + 0.5) == row }
      let text = label?.1 ?? ""
      lines.append(
        String(repeating: " ", count: margin - text.count) + text + (label == nil ? "│" : "┤")
          + sheet.line(row, isColoured: isColoured))
    }
    lines += xAxis(axes.x, width: sheet.columns, margin: margin)
    if !xLabel.isEmpty {
      lines.append(String(repeating: " ", count: max(0, margin + 1 + (sheet.columns - xLabel.count) / 2)) + xLabel)
    }
    let legend = legend.map { BrailleSheet.coloured("■", $0.colour, isColoured) + " " + $0.text }
    if !legend.isEmpty { lines.append(String(repeating: " ", count: margin + 1) + legend.joined(separator: "  ")) }
    return lines.map { $0.trimmedEnd() + "\n" }.joined()
  }

  private func xAxis(_ axis: Axis, width: Int, margin: Int) -> [String] {
    var rule = Array(repeating: Character("─"), count: width)
    var labels = Array(repeating: Character(" "), count: width + 8)
    var free = 0
    for tick in axis.ticks {
      let at = Int(axis.position(tick) * Double(width - 1) + 0.5)
      let text = Array(axis.label(tick))
      let start = max(0, at - text.count / 2)
      guard rule.indices.contains(at), start >= free, start + text.count <= labels.count else { continue }
      rule[at] = "┬"
      labels.replaceSubrange(start..<(start + text.count), with: text)
      free = start + text.count + 1
    }
    let space = String(repeating: " ", count: margin)
    return [space + "└" + String(rule), space + " " + String(labels)]
  }

  private func draw(
    _ series: Series, _ index: Int, _ axes: (x: Axis, y: Axis), on sheet: inout BrailleSheet
  ) {
    let (width, height) = (Double(2 * sheet.columns - 1), Double(4 * sheet.rows - 1))
    func dot(_ x: Double, _ y: Double) -> (Int, Int)? {
      guard x.isFinite, y.isFinite else { return nil }
      return (Int(axes.x.position(x) * width + 0.5), Int((1 - axes.y.position(y)) * height + 0.5))
    }
    switch series.mark {
    case .points:
      for (position, (x, y)) in zip(series.x, series.y).enumerated() {
        if let at = dot(x, y) { sheet.set(at.0, at.1, series.classes?[position] ?? index) }
      }
    case .line:
      var previous: (Int, Int)?
      for (x, y) in zip(series.x, series.y) {
        let next = dot(x, y)
        if let next { sheet.line(from: previous ?? next, to: next, index) }
        previous = next
      }
    case .bars:
      for (bin, count) in series.y.enumerated() where bin + 1 < series.x.count {
        guard let left = dot(series.x[bin], count), let right = dot(series.x[bin + 1], 0) else { continue }
        for column in left.0..<max(left.0 + 1, right.0) where count != 0 {
          sheet.line(from: (column, left.1), to: (column, right.1), index)
        }
      }
    }
  }
}

/// A sheet of braille dots, each character cell with one colour.
struct BrailleSheet {
  let columns: Int
  let rows: Int
  private var dots: [UInt8]
  private var colours: [Int]

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    dots = Array(repeating: 0, count: columns * rows)
    colours = Array(repeating: 0, count: columns * rows)
  }

  /// Sets a dot; outside the sheet nothing happens.
  mutating func set(_ x: Int, _ y: Int, _ colour: Int) {
    guard x >= 0, y >= 0, x < 2 * columns, y < 4 * rows else { return }
    let cell = y / 4 * columns + x / 2
    // Dots 1 2 3 7 down the left, 4 5 6 8 down the right.
    let bits: [UInt8] = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80]
    dots[cell] |= bits[x % 2 * 4 + y % 4]
    colours[cell] = colour
  }

  /// Sets the dots of a straight line.
  mutating func line(from start: (Int, Int), to end: (Int, Int), _ colour: Int) {
    let steps = max(abs(end.0 - start.0), abs(end.1 - start.1))
    guard steps > 0, steps < 1_000_000 else { return set(end.0, end.1, colour) }
    for step in 0...steps {
      let share = Double(step) / Double(steps)
      let x = Double(start.0) + share * Double(end.0 - start.0)
      let y = Double(start.1) + share * Double(end.1 - start.1)
      set(Int(x.rounded()), Int(y.rounded()), colour)
    }
  }

  /// One row as text.
  func line(_ row: Int, isColoured: Bool) -> String {
    (0..<columns).map { column in
      let cell = row * columns + column
      guard dots[cell] != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(dots[cell])) else { return " " }
      return Self.coloured(String(Character(scalar)), colours[cell], isColoured)
    }.joined()
  }

  /// Text in the terminal's colour for a series: its own six, which suit its background.
  static func coloured(_ text: String, _ index: Int, _ isColoured: Bool) -> String {
    let codes = [34, 31, 32, 35, 33, 36]
    return isColoured ? "\u{1b}[\(codes[((index % 6) + 6) % 6])m\(text)\u{1b}[39m" : text
  }
}
