// A plot as text, for terminals that show no pictures: series in braille dots, surfaces in half blocks or characters, axis
// labels in real text. It says what the picture says.

extension Plot {
  /// The plot in lines of at most `columns` characters, with a newline at each end. Panels stand below one another.
  /// - Parameters:
  ///   - isColoured: series and classes in the terminal's own colours; else characters tell them apart.
  ///   - depth: the colours in which surfaces are drawn; nil draws them in characters.
  ///   - isDark: what characters stand on.
  func text(
    columns: Int, rows: Int = 16, isColoured: Bool, depth: BlockArt.Depth? = nil, isDark: Bool = true
  ) -> String {
    guard panels.isEmpty else {
      return (title.isEmpty ? "" : title + "\n\n")
        + panels.map { $0.text(columns: columns, rows: rows, isColoured: isColoured, depth: depth, isDark: isDark) }
        .joined(separator: "\n")
    }
    return PlotText(self, columns: columns, rows: rows, isColoured: isColoured, depth: depth, isDark: isDark).lines
      .map { $0.trimmedEnd() + "\n" }.joined()
  }
}

/// One text of one plot.
private struct PlotText {
  private let plot: Plot
  private let axes: (x: Axis, y: Axis)
  private let labels: [(position: Double, text: String)]
  /// Characters left of the axis.
  private let margin: Int
  /// Characters inside the axes.
  private let columns: Int
  private let rows: Int
  private let ink: BrailleSheet.Ink
  private let depth: BlockArt.Depth?
  private let isDark: Bool

  init(_ plot: Plot, columns: Int, rows: Int, isColoured: Bool, depth: BlockArt.Depth?, isDark: Bool) {
    self.plot = plot
    self.depth = depth
    self.isDark = isDark
    axes = plot.axes(xTicks: max(2, columns / 14), yTicks: max(2, rows / 4))
    let axis = axes.y
    labels = axis.ticks.map { (axis.position($0), axis.label($0)) }
    margin = labels.map(\.text.count).max() ?? 0
    let (across, down) = (max(8, min(columns, 100) - margin - 2), max(4, rows))
    if case .picture(let picture) = plot.surface {
      // A character is twice as high as wide.
      let scale = min(Double(across) / Double(picture.width), Double(2 * down) / Double(picture.height))
      self.columns = max(1, Int(Double(picture.width) * scale))
      self.rows = max(1, Int((Double(picture.height) * scale / 2).rounded(.up)))
    } else {
      (self.columns, self.rows) = (across, down)
    }
    ink = isColoured ? .coloured : plot.legend.count > 1 ? .letters : .plain
  }

  var lines: [String] {
    var lines: [String] = []
    if !plot.title.isEmpty { lines.append(centred(plot.title)) }
    if !plot.yLabel.isEmpty { lines.append(plot.yLabel) }
    let body = plot.surface.map(lines(of:)) ?? seriesLines
    for (row, text) in body.enumerated() {
      let label = labels.first { Int((1 - $0.position) * Double(rows - 1) + 0.5) == row }?.text
      lines.append(space(margin - (label?.count ?? 0)) + (label.map { $0 + "┤" } ?? "│") + text)
    }
    lines += xAxis
    if !plot.xLabel.isEmpty { lines.append(centred(plot.xLabel)) }
    let legend = plot.legend.map { BrailleSheet.painted("■", $0.colour, ink) + " " + $0.text }
    if !legend.isEmpty { lines.append(space(margin + 1) + legend.joined(separator: "  ")) }
    if case .matrix(let matrix) = plot.surface { lines.append(space(margin + 1) + bar(matrix.range)) }
    return lines
  }

  private func space(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

  private func centred(_ text: String) -> String { space(margin + 1 + (columns - text.count) / 2) + text }

  private var xAxis: [String] {
    let axis = axes.x
    var rule = Array(repeating: Character("─"), count: columns)
    var labels = Array(repeating: Character(" "), count: columns + 8)
    var free = 0
    for tick in axis.ticks {
      let at = Int(axis.position(tick) * Double(columns - 1) + 0.5)
      let text = Array(axis.label(tick))
      let start = max(0, at - text.count / 2)
      guard rule.indices.contains(at), start >= free, start + text.count <= labels.count else { continue }
      rule[at] = "┬"
      labels.replaceSubrange(start..<(start + text.count), with: text)
      free = start + text.count + 1
    }
    return [space(margin) + "└" + String(rule), space(margin + 1) + String(labels)]
  }

  // MARK: series

  private var seriesLines: [String] {
    var sheet = BrailleSheet(columns: columns, rows: rows)
    for (index, series) in plot.series.enumerated() { draw(series, index, on: &sheet) }
    return (0..<rows).map { sheet.line($0, ink) }
  }

  private func draw(_ series: Plot.Series, _ index: Int, on sheet: inout BrailleSheet) {
    let (width, height) = (Double(2 * columns - 1), Double(4 * rows - 1))
    func place(_ x: Double, _ y: Double) -> Point {
      Point(x: axes.x.position(x) * width + 0.5, y: (1 - axes.y.position(y)) * height + 0.5)
    }
    func dot(_ point: Point) -> (Int, Int)? {
      // An axis holds all that is drawn along it; what is far outside would be no whole number.
      guard abs(point.x) < 1e6, abs(point.y) < 1e6 else { return nil }
      return (Int(point.x), Int(point.y))
    }
    switch series.mark {
    case .points:
      for (position, (x, y)) in zip(series.x, series.y).enumerated() {
        if let at = dot(place(x, y)) { sheet.set(at.0, at.1, series.classes?[position] ?? index) }
      }
    case .line:
      for run in Trace.runs(x: series.x, y: series.y, place) {
        let dots = run.compactMap(dot)
        for (from, to) in zip([dots[0]] + dots, dots) { sheet.line(from: from, to: to, index) }
      }
    case .bars:
      let ground = axes.y.scale == .linear ? 0 : axes.y.low
      for (bin, count) in series.y.enumerated() where bin + 1 < series.x.count && count != 0 {
        guard let left = dot(place(series.x[bin], count)), let right = dot(place(series.x[bin + 1], ground)) else { continue }
        for column in left.0..<max(left.0 + 1, right.0) {
          sheet.line(from: (column, left.1), to: (column, right.1), index)
        }
      }
    }
  }

  // MARK: surfaces

  /// From low to high; a blank is no number.
  private static let ramp = Array(".:-=+*#%@")

  private func lines(of surface: Surface) -> [String] {
    switch surface {
    case .matrix(let matrix):
      guard let depth else {
        let cells = matrix.shares(mostColumns: columns, mostRows: rows)
        return (0..<rows).map { row in
          String(
            (0..<columns).map { column in
              Self.letter(cells.shares[row * cells.rows / rows * cells.columns + column * cells.columns / columns])
            })
        }
      }
      let cells = matrix.shares(mostColumns: columns, mostRows: 2 * rows)
      var pixels: [UInt8] = []
      for row in 0..<(2 * rows) {
        for column in 0..<columns {
          let share = cells.shares[row * cells.rows / (2 * rows) * cells.columns + column * cells.columns / columns]
          let colour = share.isNaN ? 0x808080 : ColourMap.colour(share)
          pixels += [UInt8(colour >> 16), UInt8(colour >> 8 & 255), UInt8(colour & 255)]
        }
      }
      return blocks(Picture(trusted: pixels, width: columns, height: 2 * rows, caption: ""), depth)
    case .picture(let picture):
      var pixels: [UInt8] = []
      let shown = picture.reduced(toWidth: columns, height: 2 * rows)
      for row in 0..<(2 * rows) {
        for column in 0..<columns {
          let colour = shown.colour(column * shown.width / columns, row * shown.height / (2 * rows))
          pixels += [colour.0, colour.1, colour.2]
        }
      }
      let fitted = Picture(trusted: pixels, width: columns, height: 2 * rows, caption: "")
      guard let depth else {
        return AsciiArt.draw(fitted, columns: columns, rows: rows, isDark: isDark).split(separator: "\n", omittingEmptySubsequences: false)
          .prefix(rows).map(String.init)
      }
      return blocks(fitted, depth)
    }
  }

  private func blocks(_ picture: Picture, _ depth: BlockArt.Depth) -> [String] {
    BlockArt.draw(picture, columns: picture.width, rows: rows, depth: depth).split(separator: "\n").map(String.init)
  }

  private static func letter(_ share: Double) -> Character {
    share.isNaN ? " " : ramp[min(ramp.count - 1, Int(share * Double(ramp.count)))]
  }

  /// Which colour or character is which number.
  private func bar(_ range: ClosedRange<Double>) -> String {
    let shares = (0..<24).map { Double($0) / 23 }
    let cells: String
    if let depth {
      let pixels = shares.flatMap { share -> [UInt8] in
        let colour = ColourMap.colour(share)
        return [UInt8(colour >> 16), UInt8(colour >> 8 & 255), UInt8(colour & 255)]
      }
      let strip = Picture(trusted: pixels + pixels, width: shares.count, height: 2, caption: "")
      cells = BlockArt.draw(strip, columns: shares.count, rows: 1, depth: depth).filter { !$0.isNewline }
    } else {
      cells = String(shares.map(Self.letter))
    }
    return "\(NumberText.short(range.lowerBound)) \(cells) \(NumberText.short(range.upperBound))"
  }
}
