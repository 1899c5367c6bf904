// What a plot shows, without saying how: Plot+Picture makes a picture or SVG of it, Plot+Text makes text of it for
// terminals that show no pictures. Reading order: this file, Axis, PlotLayout, PlotPainter.

/// Series of numbers over two axes, or a surface that fills them; or several plots side by side.
struct Plot: Sendable, Hashable {
  /// How a series is drawn.
  enum Mark: String, Sendable { case line, points, bars }

  struct Series: Sendable, Hashable {
    var mark: Mark
    /// Its name in the legend, "" for none.
    var label: String
    /// As many as y; of bars the left edges, and one more for the last right edge.
    var x: [Double]
    /// Values that have no place on the axis leave a gap.
    var y: [Double]
    /// A class for each point, which decides its colour.
    var classes: [Int]?
  }

  var series: [Series] = []
  /// What fills the frame of a heat map or of an image with axes.
  var surface: Surface?
  /// Plots side by side, in place of all else.
  var panels: [Plot] = []
  /// Panels in a row.
  var columns = 1
  var title = ""
  var xLabel = ""
  var yLabel = ""
  var xScale = Axis.Scale.linear
  var yScale = Axis.Scale.linear
  /// What making the plot left out already.
  var leftOut = LeftOut()

  /// A line through values at 0, 1, 2, ...
  static func line(_ y: [Double], label: String = "") -> Plot {
    Plot(series: [Series(mark: .line, label: label, x: y.indices.map(Double.init), y: y)])
  }

  /// A line through points.
  /// - Throws: `PlotError.lengths` when x and y differ in length.
  static func line(x: [Double], y: [Double], label: String = "") throws -> Plot {
    guard x.count == y.count else { throw PlotError.lengths("x", x.count, "y", y.count) }
    return Plot(series: [Series(mark: .line, label: label, x: x, y: y)])
  }

  /// Points, coloured by class where classes are given.
  /// - Throws: `PlotError.lengths` when the lengths differ.
  static func scatter(x: [Double], y: [Double], classes: [Int]? = nil) throws -> Plot {
    guard x.count == y.count else { throw PlotError.lengths("x", x.count, "y", y.count) }
    if let classes, classes.count != x.count {
      throw PlotError.lengths("x", x.count, "classes", classes.count)
    }
    return Plot(series: [Series(mark: .points, label: "", x: x, y: y, classes: classes)])
  }

  /// How many values fall into each of equal bins. Values that are not finite are left out.
  /// - Parameter bins: nil chooses by the number of values, 8...64.
  static func histogram(_ values: [Double], bins: Int? = nil) -> Plot {
    var leftOut = LeftOut()
    let finite = values.filter { leftOut.admits($0, on: .linear) }
    let count = max(1, min(bins ?? max(8, min(64, Int(Double(finite.count).squareRoot()))), 512))
    var low = finite.min() ?? 0
    var high = finite.max() ?? 1
    if low == high { (low, high) = (low - 0.5, high + 0.5) }
    let width = high / Double(count) - low / Double(count)
    var counts = [Double](repeating: 0, count: count)
    for value in finite {
      let bin = (value / width - low / width).rounded(.down)
      counts[max(0, min(count - 1, bin.isFinite ? Int(bin) : 0))] += 1
    }
    let edges = (0...count).map { low + Double($0) * width }
    var plot = Plot(series: [Series(mark: .bars, label: "", x: edges, y: counts)])
    plot.yLabel = "count"
    plot.leftOut = leftOut
    return plot
  }

  /// A matrix in colours.
  static func heatMap(_ matrix: Matrix) -> Plot {
    var plot = Plot(surface: .matrix(matrix))
    plot.leftOut = matrix.leftOut
    return plot
  }

  /// Plots side by side; those of a plot that is several already join the row.
  /// - Parameter columns: how many in a row; nil puts up to three.
  /// - Throws: `PlotError.none` without plots, `.tooMany` beyond `mostPanels`.
  static func panels(_ plots: [Plot], columns: Int? = nil) throws -> Plot {
    let flat = plots.flatMap { $0.panels.isEmpty ? [$0] : $0.panels }
    guard !flat.isEmpty else { throw PlotError.none }
    guard flat.count <= mostPanels else { throw PlotError.tooMany(flat.count) }
    return Plot(panels: flat, columns: max(1, min(columns ?? (flat.count == 4 ? 2 : 3), flat.count)))
  }

  static let mostPanels = 64

  /// Panels above one another.
  var rows: Int { (panels.count + columns - 1) / columns }

  /// The size a plot has where there is room.
  var naturalSize: (width: Int, height: Int) { panels.isEmpty ? (640, 400) : (min(2000, columns * 400), min(2000, rows * 280)) }

  /// About how much memory it takes to keep.
  var byteCount: Int {
    let own =
      switch surface {
      case .matrix(let matrix): 8 * matrix.values.count
      case .picture(let picture): picture.pixels.count
      case nil: 0
      }
    let numbers = series.reduce(0) { $0 + $1.x.count + $1.y.count + ($1.classes?.count ?? 0) }
    return own + 8 * numbers + panels.reduce(0) { $0 + $1.byteCount }
  }

  /// The axes that hold everything drawn.
  func axes(xTicks: Int, yTicks: Int) -> (x: Axis, y: Axis) {
    if let surface {
      return (Axis(cells: surface.columns, ticks: xTicks), Axis(cells: surface.rows, ticks: yTicks, isReversed: true))
    }
    let hasBars = series.contains { $0.mark == .bars }
    let x = Axis(series.lazy.flatMap(\.x), scale: xScale, ticks: xTicks)
    // Bars stand on zero; where there is none, a little below the smallest that can be seen.
    let ground = hasBars ? [yScale == .linear ? 0 : 0.5] : []
    let y = Axis(series.lazy.flatMap(\.y) + ground, scale: yScale, ticks: yTicks, floor: hasBars ? 0 : nil)
    return (x, y)
  }

  /// What the legend names: labelled series, or the classes of points when there are at most ten.
  var legend: [LegendEntry] {
    var entries: [LegendEntry] = []
    for (index, one) in series.enumerated() where !one.label.isEmpty {
      entries.append(LegendEntry(text: one.label, colour: index, mark: one.mark))
    }
    let classes = Set(series.flatMap { $0.classes ?? [] }).sorted()
    if classes.count > 1, classes.count <= 10 {
      entries += classes.map { LegendEntry(text: "\($0)", colour: $0, mark: .points) }
    }
    return entries
  }
}

/// A line of the legend.
struct LegendEntry: Equatable {
  var text: String
  /// Which of the theme's series colours.
  var colour: Int
  var mark: Plot.Mark
}

/// Why numbers make no plot.
enum PlotError: Error, CustomStringConvertible, Equatable {
  case lengths(String, Int, String, Int)
  case none
  case tooMany(Int)
  case matrix(rows: Int, columns: Int)

  var description: String {
    switch self {
    case .lengths(let first, let count, let second, let other):
      "\(first) and \(second) must be equally long, got \(count) and \(other)"
    case .none: "there are no plots to put side by side"
    case .tooMany(let count): "\(count) plots side by side; at most \(Plot.mostPanels) can be seen"
    case .matrix(let rows, let columns): "a heat map shows a matrix of at least one number, got \(rows) x \(columns)"
    }
  }
}
