// Where the parts of a plot stand: the frame with the data, the axes' labels around it, a colour bar, and the legend, in a
// corner of the frame where it covers no data, else above the frame.

struct PlotLayout {
  static let textSize = 12.0
  static let titleSize = 14.0
  /// Height of a line of the legend.
  static let lineHeight = 17.0

  /// All of the plot.
  let sheet: Frame
  /// The rectangle inside the axes.
  let frame: Frame
  let axes: (x: Axis, y: Axis)
  /// The bar that says which colour is which number, and its axis.
  let bar: (frame: Frame, axis: Axis)?
  let legend: Legend

  /// Entries of the legend with their places.
  struct Legend {
    var box: Frame?
    var entries: [(entry: LegendEntry, at: Point)]
  }

  /// - Parameters:
  ///   - textWidth: how wide a text of `textSize` is.
  ///   - isCovered: whether data drawn inside a frame along such axes comes upon a box.
  init(
    _ plot: Plot, in sheet: Frame, textWidth: (String) -> Double,
    isCovered: (_ box: Frame, _ frame: Frame, _ axes: (x: Axis, y: Axis)) -> Bool
  ) {
    self.sheet = sheet
    let yAxis = plot.axes(xTicks: 2, yTicks: max(2, Int(sheet.height / 55))).y
    let barAxis = plot.barAxis(ticks: max(2, Int(sheet.height / 55)))
    func widest(_ axis: Axis) -> Double { axis.ticks.map { textWidth(axis.label($0)) }.max() ?? 0 }
    let left = sheet.x + widest(yAxis) + 14 + (plot.yLabel.isEmpty ? 0 : 18)
    let right = barAxis.map { 44 + widest($0) } ?? 16
    let top = sheet.y + (plot.title.isEmpty ? 12 : 30)
    let bottom = plot.xLabel.isEmpty ? 26.0 : 42
    func framed(below legendHeight: Double) -> Frame {
      let width = max(10, sheet.right - left - right)
      var frame = Frame(
        x: left, y: top + legendHeight, width: width, height: max(10, sheet.bottom - top - legendHeight - bottom))
      if case .picture(let picture) = plot.surface {
        // An image keeps its proportions.
        let scale = min(frame.width / Double(picture.width), frame.height / Double(picture.height))
        frame.x += (frame.width - scale * Double(picture.width)) / 2
        frame.width = scale * Double(picture.width)
        frame.height = scale * Double(picture.height)
      }
      return frame
    }

    let inside = framed(below: 0)
    // As many ticks as their labels leave room for.
    var ticks = max(2, Int(inside.width / 70))
    var x = plot.axes(xTicks: ticks, yTicks: 2).x
    while ticks > 1, x.ticks.reduce(0, { $0 + textWidth(x.label($1)) + 14 }) > inside.width {
      ticks -= 1
      x = plot.axes(xTicks: ticks, yTicks: 2).x
    }
    axes = (x, yAxis)

    let entries = plot.legend
    if let box = Self.corner(of: inside, for: entries, textWidth, { isCovered($0, inside, (x, yAxis)) }) {
      frame = inside
      legend = Legend(
        box: box,
        entries: entries.enumerated().map { row, entry in
          (entry, Point(x: box.x + 8, y: box.y + 4 + Self.lineHeight * (Double(row) + 0.5)))
        })
    } else {
      let rows = Self.rows(entries, width: inside.width, textWidth)
      frame = framed(below: rows.last.map { Double($0.line + 1) * Self.lineHeight + 2 } ?? 0)
      legend = Legend(
        box: nil,
        entries: rows.map { row in
          (row.entry, Point(x: inside.x + row.x, y: top + Self.lineHeight * (Double(row.line) + 0.35)))
        })
    }
    let barFrame = Frame(x: frame.right + 14, y: frame.y, width: 14, height: frame.height)
    bar = barAxis.map { (barFrame, $0) }
  }

  /// The first corner where the legend covers nothing; nil where each covers something, or without entries.
  private static func corner(
    of frame: Frame, for entries: [LegendEntry], _ textWidth: (String) -> Double, _ isCovered: (Frame) -> Bool
  ) -> Frame? {
    guard !entries.isEmpty else { return nil }
    let width = (entries.map { textWidth($0.text) }.max() ?? 0) + 42
    let height = Double(entries.count) * lineHeight + 8
    guard width + 12 < frame.width, height + 12 < frame.height else { return nil }
    let (left, right) = (frame.x + 6, frame.right - width - 6)
    let (top, bottom) = (frame.y + 6, frame.bottom - height - 6)
    return [(right, top), (left, top), (right, bottom), (left, bottom)]
      .map { Frame(x: $0.0, y: $0.1, width: width, height: height) }
      .first { !isCovered($0) }
  }

  /// Entries one after the other, on as many lines as they need; at most three, the rest is left out.
  private static func rows(
    _ entries: [LegendEntry], width: Double, _ textWidth: (String) -> Double
  ) -> [(entry: LegendEntry, x: Double, line: Int)] {
    var rows: [(entry: LegendEntry, x: Double, line: Int)] = []
    var (x, line) = (0.0, 0)
    for entry in entries {
      let size = textWidth(entry.text) + 44
      if x > 0, x + size > width { (x, line) = (0, line + 1) }
      if line > 2 { break }
      rows.append((entry, x, line))
      x += size
    }
    return rows
  }
}

extension Plot {
  /// The axis of the colour bar; nil where there is none.
  fileprivate func barAxis(ticks: Int) -> Axis? {
    guard case .matrix(let matrix) = surface else { return nil }
    return Axis(exactly: matrix.range, ticks: ticks)
  }
}
