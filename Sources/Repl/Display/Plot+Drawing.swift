// A plot as a picture, drawn with cairo: frame, grid, ticks, series, legend.

extension Plot {
  /// The plot in a picture of the size.
  /// - Throws: `PictureError.size` for impossible sizes.
  func picture(width: Int = 640, height: Int = 400, theme: Theme = .light) throws -> Picture {
    let canvas = try Canvas(width: width, height: height, paper: theme.paper)
    let drawing = PlotDrawing(plot: self, canvas: canvas, theme: theme)
    drawing.draw()
    var caption = captionLine
    caption.removeFirst()
    caption.removeLast()
    return canvas.picture(caption: caption)
  }
}

/// One drawing of a plot on a canvas.
private struct PlotDrawing {
  let plot: Plot
  let canvas: Canvas
  let theme: Theme
  let axes: (x: Axis, y: Axis)
  /// The rectangle inside the axes.
  let frame: (x: Double, y: Double, width: Double, height: Double)
  private static let size = 12.0

  init(plot: Plot, canvas: Canvas, theme: Theme) {
    self.plot = plot
    self.canvas = canvas
    self.theme = theme
    let axes = plot.axes(xTicks: max(2, canvas.width / 90), yTicks: max(2, canvas.height / 55))
    self.axes = axes
    let labelWidth =
      axes.y.ticks.map { canvas.textWidth(axes.y.label($0), size: Self.size) }.max() ?? 0
    let left = labelWidth + 14 + (plot.yLabel.isEmpty ? 0 : 20)
    let top = plot.title.isEmpty ? 12.0 : 30
    let bottom = plot.xLabel.isEmpty ? 26.0 : 44
    frame = (
      left, top, max(10, Double(canvas.width) - left - 16), max(10, Double(canvas.height) - top - bottom)
    )
  }

  func draw() {
    drawAxes()
    canvas.clipped(x: frame.x, y: frame.y, width: frame.width, height: frame.height) {
      for (index, series) in plot.series.enumerated() {
        switch series.mark {
        case .line: drawLine(series, colour(index))
        case .points: drawPoints(series, index)
        case .bars: drawBars(series, colour(index))
        }
      }
    }
    drawLegend()
  }

  private func colour(_ index: Int) -> Colour { theme.series[((index % theme.series.count) + theme.series.count) % theme.series.count] }

  private func x(_ value: Double) -> Double { frame.x + axes.x.position(value) * frame.width }
  private func y(_ value: Double) -> Double { frame.y + (1 - axes.y.position(value)) * frame.height }

  private func drawAxes() {
    let bottom = frame.y + frame.height
    for tick in axes.x.ticks {
      // Half pixels make lines of one pixel sharp.
      let at = x(tick).rounded() + 0.5
      canvas.line([(at, frame.y), (at, bottom)], colour: theme.gridLine, width: 1)
      canvas.text(
        axes.x.label(tick), x: at, y: bottom + 13, size: Self.size, colour: theme.ink, alignment: .middle)
    }
    for tick in axes.y.ticks {
      let at = y(tick).rounded() + 0.5
      canvas.line([(frame.x, at), (frame.x + frame.width, at)], colour: theme.gridLine, width: 1)
      canvas.text(
        axes.y.label(tick), x: frame.x - 7, y: at, size: Self.size, colour: theme.ink, alignment: .right)
    }
    let left = frame.x.rounded() + 0.5
    let ground = bottom.rounded() + 0.5
    canvas.line(
      [(left, frame.y), (left, ground), (frame.x + frame.width, ground)], colour: theme.ink, width: 1)
    let middle = frame.x + frame.width / 2
    canvas.text(plot.title, x: middle, y: 15, size: 14, colour: theme.ink, alignment: .middle)
    canvas.text(
      plot.xLabel, x: middle, y: Double(canvas.height) - 12, size: Self.size, colour: theme.ink,
      alignment: .middle)
    canvas.text(
      plot.yLabel, x: 12, y: frame.y + frame.height / 2, size: Self.size, colour: theme.ink,
      alignment: .middle, isTurned: true)
  }

  private func drawLine(_ series: Plot.Series, _ colour: Colour) {
    var run: [(x: Double, y: Double)] = []
    for (abscissa, ordinate) in zip(series.x, series.y) {
      if abscissa.isFinite, ordinate.isFinite {
        run.append((x(abscissa), y(ordinate)))
      } else {
        canvas.line(run, colour: colour, width: 1.8)
        run = []
      }
    }
    canvas.line(run, colour: colour, width: 1.8)
  }

  private func drawPoints(_ series: Plot.Series, _ index: Int) {
    // Many points overlap: smaller and thinner then.
    let count = series.y.count
    let radius = count > 5000 ? 1.2 : count > 800 ? 1.8 : 3
    let alpha = count > 5000 ? 0.4 : 0.75
    for (position, (abscissa, ordinate)) in zip(series.x, series.y).enumerated()
    where abscissa.isFinite && ordinate.isFinite {
      let own = colour(series.classes?[position] ?? index)
      canvas.disc(x: x(abscissa), y: y(ordinate), radius: radius, colour: own.faded(alpha))
    }
  }

  private func drawBars(_ series: Plot.Series, _ colour: Colour) {
    for (bin, count) in series.y.enumerated() where count.isFinite && bin + 1 < series.x.count {
      let left = x(series.x[bin])
      let right = x(series.x[bin + 1])
      let gap = right - left > 4 ? 1.0 : 0
      canvas.rectangle(
        x: left, y: min(y(0), y(count)), width: right - left - gap, height: abs(y(count) - y(0)), colour: colour)
    }
  }

  private func drawLegend() {
    let rows = plot.legend
    guard !rows.isEmpty else { return }
    let width = (rows.map { canvas.textWidth($0.text, size: Self.size) }.max() ?? 0) + 34
    let height = Double(rows.count) * 17 + 8
    let (left, top) = emptiestCorner(width: width, height: height)
    canvas.rectangle(x: left, y: top, width: width, height: height, colour: theme.paper.faded(0.85))
    for (row, entry) in rows.enumerated() {
      let middle = top + Double(row) * 17 + 12
      canvas.rectangle(x: left + 6, y: middle - 3, width: 16, height: 6, colour: colour(entry.colour))
      canvas.text(entry.text, x: left + 28, y: middle, size: Self.size, colour: theme.ink)
    }
  }

  /// The corner of the frame where a box hides the fewest points.
  private func emptiestCorner(width: Double, height: Double) -> (Double, Double) {
    let right = frame.x + frame.width - width - 6
    let bottom = frame.y + frame.height - height - 6
    let corners = [
      (right, frame.y + 6), (frame.x + 6, frame.y + 6), (right, bottom), (frame.x + 6, bottom),
    ]
    let hidden = corners.map { corner in
      plot.series.reduce(0) { count, series in
        count
          + zip(series.x, series.y).count { point in
            (corner.0...(corner.0 + width)).contains(x(point.0))
              && (corner.1...(corner.1 + height)).contains(y(point.1))
          }
      }
    }
    let best = hidden.indices.min { hidden[$0] < hidden[$1] } ?? 0
    return corners[best]
  }
}
