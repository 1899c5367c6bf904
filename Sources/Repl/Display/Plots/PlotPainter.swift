// Draws one plot on a canvas: grid, data, axes, labels, legend, colour bar.

struct PlotPainter {
  private let plot: Plot
  private let canvas: Canvas
  private let theme: Theme
  private let layout: PlotLayout
  private let marks: PlotMarks

  init(_ plot: Plot, on canvas: Canvas, in sheet: Frame, theme: Theme) {
    self.plot = plot
    self.canvas = canvas
    self.theme = theme
    var made: PlotMarks?
    let layout = PlotLayout(plot, in: sheet) {
      canvas.textWidth($0, size: PlotLayout.textSize)
    } isCovered: { box, frame, axes in
      let marks = made ?? PlotMarks(plot, in: frame, axes)
      made = marks
      return marks.cover(box)
    }
    self.layout = layout
    marks = made.flatMap { $0.frame == layout.frame ? $0 : nil } ?? PlotMarks(plot, in: layout.frame, layout.axes)
  }

  func draw() {
    drawGrid()
    if let surface = plot.surface { draw(surface) }
    // A little more than the frame: lines along its edge keep their width.
    let frame = layout.frame
    canvas.clipped(to: Frame(x: frame.x - 2, y: frame.y - 2, width: frame.width + 4, height: frame.height + 4)) {
      for (index, marks) in marks.series.enumerated() { draw(marks, index) }
    }
    drawAxes()
    drawLabels()
    drawLegend()
    if let bar = layout.bar { drawBar(bar.frame, bar.axis) }
    if isEmpty {
      text("nothing to draw", at: Point(x: frame.x + frame.width / 2, y: frame.y + frame.height / 2), .middle, theme.faint)
    }
  }

  private var isEmpty: Bool {
    plot.surface == nil
      && marks.series.allSatisfy { marks in
        switch marks {
        case .lines(let runs): runs.isEmpty
        case .points(let points): !points.contains { $0.x.isFinite && $0.y.isFinite }
        case .bars(let bars): !bars.contains { $0.height > 0 }
        }
      }
  }

  // MARK: data

  private func draw(_ marks: PlotMarks.Marks, _ index: Int) {
    switch marks {
    case .lines(let runs):
      // A line that fills its frame is thinner, so that its shape can be seen.
      let width = runs.reduce(0) { $0 + $1.count } > 1500 ? 1.1 : 1.8
      for run in runs {
        // Alone between gaps, a point makes no line.
        guard run.count > 1 else {
          canvas.disc(at: run[0], radius: 2.2, colour: theme.colour(index))
          continue
        }
        canvas.line(run, colour: theme.colour(index), width: width)
      }
    case .points(let points): draw(points, index)
    case .bars(let bars): for bar in bars { canvas.rectangle(bar, colour: theme.colour(index)) }
    }
  }

  private func draw(_ points: [Point], _ index: Int) {
    let classes = plot.series[index].classes
    // More become an image: each by itself would take a second.
    guard points.count <= 20_000 else { return drawCloud(points, classes, index) }
    // Many points overlap: smaller and thinner then.
    let radius = points.count > 5000 ? 1.2 : points.count > 800 ? 1.8 : 3
    let alpha = points.count > 5000 ? 0.4 : 0.75
    for (position, point) in points.enumerated() where point.x.isFinite && point.y.isFinite {
      canvas.disc(at: point, radius: radius, colour: theme.colour(classes?[position] ?? index).faded(alpha))
    }
  }

  private func drawCloud(_ points: [Point], _ classes: [Int]?, _ index: Int) {
    let frame = layout.frame
    var cloud = PointCloud(columns: Int(frame.width.rounded()), rows: Int(frame.height.rounded()))
    for (position, point) in points.enumerated() {
      cloud.add(x: point.x - frame.x, y: point.y - frame.y, theme.colour(classes?[position] ?? index))
    }
    canvas.image(cloud.words, columns: cloud.columns, rows: cloud.rows, in: frame)
  }

  private func draw(_ surface: Surface) {
    let frame = layout.frame
    switch surface {
    case .matrix(let matrix):
      let cells = matrix.shares(mostColumns: 2 * Int(frame.width.rounded(.up)), mostRows: 2 * Int(frame.height.rounded(.up)))
      let words = cells.shares.map { $0.isNaN ? 0 : 0xFF00_0000 | ColourMap.colour($0) }
      canvas.rectangle(frame, colour: theme.missing)
      canvas.image(words, columns: cells.columns, rows: cells.rows, in: frame)
    case .picture(let picture):
      let shown = picture.reduced(toWidth: 2 * Int(frame.width.rounded(.up)), height: 2 * Int(frame.height.rounded(.up)))
      let words = stride(from: 0, to: shown.pixels.count, by: 3).map { start -> UInt32 in
        0xFF00_0000 | UInt32(shown.pixels[start]) << 16 | UInt32(shown.pixels[start + 1]) << 8 | UInt32(shown.pixels[start + 2])
      }
      canvas.image(words, columns: shown.width, rows: shown.height, in: frame)
    }
  }

  private func drawBar(_ frame: Frame, _ axis: Axis) {
    let words = (0..<128).map { 0xFF00_0000 | ColourMap.colour(1 - Double($0) / 127) }
    canvas.image(words, columns: 1, rows: words.count, in: frame)
    for tick in axis.ticks {
      let y = sharp(frame.y + (1 - axis.position(tick)) * frame.height)
      canvas.line([Point(x: frame.right, y: y), Point(x: frame.right + 4, y: y)], colour: theme.faint, width: 1)
      text(axis.label(tick), at: Point(x: frame.right + 8, y: y), .left)
    }
  }

  // MARK: axes

  /// Half pixels make lines of one pixel sharp.
  private func sharp(_ at: Double) -> Double { at.rounded() + 0.5 }

  private func x(_ tick: Double) -> Double { sharp(layout.frame.x + layout.axes.x.position(tick) * layout.frame.width) }
  private func y(_ tick: Double) -> Double {
    sharp(layout.frame.y + (1 - layout.axes.y.position(tick)) * layout.frame.height)
  }

  private func drawGrid() {
    guard plot.surface == nil else { return }
    let frame = layout.frame
    func vertical(_ tick: Double, _ colour: Colour) {
      canvas.line([Point(x: x(tick), y: frame.y), Point(x: x(tick), y: frame.bottom)], colour: colour, width: 1)
    }
    func horizontal(_ tick: Double, _ colour: Colour) {
      canvas.line([Point(x: frame.x, y: y(tick)), Point(x: frame.right, y: y(tick))], colour: colour, width: 1)
    }
    for tick in layout.axes.x.minorTicks { vertical(tick, theme.gridLine.faded(0.45)) }
    for tick in layout.axes.y.minorTicks { horizontal(tick, theme.gridLine.faded(0.45)) }
    for tick in layout.axes.x.ticks { vertical(tick, theme.gridLine) }
    for tick in layout.axes.y.ticks { horizontal(tick, theme.gridLine) }
  }

  private func drawAxes() {
    let frame = layout.frame
    let (left, ground) = (sharp(frame.x), sharp(frame.bottom))
    canvas.line(
      [Point(x: left, y: frame.y), Point(x: left, y: ground), Point(x: frame.right, y: ground)], colour: theme.faint,
      width: 1)
    for tick in layout.axes.x.ticks {
      let label = layout.axes.x.label(tick)
      canvas.line([Point(x: x(tick), y: ground), Point(x: x(tick), y: ground + 4)], colour: theme.faint, width: 1)
      // A label at the edge moves inwards rather than off the sheet.
      let half = canvas.textWidth(label, size: PlotLayout.textSize) / 2 + 2
      let at = max(layout.sheet.x + half, min(layout.sheet.right - half, x(tick)))
      text(label, at: Point(x: at, y: frame.bottom + 14), .middle)
    }
    for tick in layout.axes.y.ticks {
      canvas.line([Point(x: left - 4, y: y(tick)), Point(x: left, y: y(tick))], colour: theme.faint, width: 1)
      text(layout.axes.y.label(tick), at: Point(x: frame.x - 7, y: y(tick)), .right)
    }
  }

  private func drawLabels() {
    let frame = layout.frame
    let middle = frame.x + frame.width / 2
    let room = layout.sheet.width - 16
    let title = shortened(plot.title, size: PlotLayout.titleSize, isBold: true, room: room)
    let half = canvas.textWidth(title, size: PlotLayout.titleSize, isBold: true) / 2 + 4
    canvas.text(
      title, at: Point(x: max(layout.sheet.x + half, min(layout.sheet.right - half, middle)), y: layout.sheet.y + 15),
      size: PlotLayout.titleSize, colour: theme.ink, alignment: .middle, isBold: true)
    text(shortened(plot.xLabel, room: frame.width), at: Point(x: middle, y: layout.sheet.bottom - 12), .middle)
    canvas.text(
      shortened(plot.yLabel, room: frame.height), at: Point(x: layout.sheet.x + 12, y: frame.y + frame.height / 2),
      size: PlotLayout.textSize, colour: theme.ink, alignment: .middle, isTurned: true)
  }

  private func drawLegend() {
    if let box = layout.legend.box { canvas.rectangle(box, colour: theme.paper.faded(0.8)) }
    for (entry, at) in layout.legend.entries {
      let colour = theme.colour(entry.colour)
      switch entry.mark {
      case .line: canvas.line([at, Point(x: at.x + 18, y: at.y)], colour: colour, width: 2.4)
      case .points: canvas.disc(at: Point(x: at.x + 9, y: at.y), radius: 4, colour: colour)
      case .bars: canvas.rectangle(Frame(x: at.x + 3, y: at.y - 5, width: 12, height: 10), colour: colour)
      }
      text(shortened(entry.text, room: layout.frame.right - at.x - 26), at: Point(x: at.x + 26, y: at.y), .left)
    }
  }

  private func text(_ text: String, at point: Point, _ alignment: Canvas.Alignment, _ colour: Colour? = nil) {
    canvas.text(text, at: point, size: PlotLayout.textSize, colour: colour ?? theme.ink, alignment: alignment)
  }

  /// A text that fits, its end left out where it must be.
  private func shortened(
    _ text: String, size: Double = PlotLayout.textSize, isBold: Bool = false, room: Double
  ) -> String {
    // Nobody sees more of it; measuring a novel takes its time.
    var kept = String(text.prefix(300).map { $0.isNewline ? " " : $0 })
    if kept.count == text.count, canvas.textWidth(kept, size: size, isBold: isBold) <= room { return kept }
    while !kept.isEmpty, canvas.textWidth(kept + "…", size: size, isBold: isBold) > room { kept.removeLast() }
    return kept.isEmpty ? "" : kept + "…"
  }
}
