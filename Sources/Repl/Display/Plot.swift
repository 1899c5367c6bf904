// What a plot shows, without saying how: Plot+Drawing makes a picture of it, Plot+Text makes text of it for
// terminals that show no pictures.

/// Series of numbers over two axes.
struct Plot: Sendable, Hashable {
  /// How a series is drawn.
  enum Mark: Sendable { case line, points, bars }

  struct Series: Sendable, Hashable {
    var mark: Mark
    /// Its name in the legend, "" for none.
    var label: String
    /// As many as y; of bars the left edges, and one more for the last right edge.
    var x: [Double]
    /// Values that are not finite leave a gap.
    var y: [Double]
    /// A class for each point, which decides its colour.
    var classes: [Int]?
  }

  var series: [Series]
  var title = ""
  var xLabel = ""
  var yLabel = ""

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
    let finite = values.filter { $0.isFinite }
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
    return plot
  }

  /// `[plot 2 series, 100 points]`, and the title.
  var captionLine: String {
    let points = series.reduce(0) { $0 + $1.y.count }
    let what =
      series.count == 1
      ? (series[0].mark == .bars ? "histogram, \(points) bins" : "\(points) points")
      : "\(series.count) series, \(points) points"
    return "[plot " + (title.isEmpty ? "" : "\(title), ") + what + "]"
  }

  /// The axes that hold everything drawn.
  func axes(xTicks: Int, yTicks: Int) -> (x: Axis, y: Axis) {
    let hasBars = series.contains { $0.mark == .bars }
    let x = Axis(series.lazy.flatMap(\.x), ticks: xTicks)
    // Bars stand on zero.
    let y = Axis(series.lazy.flatMap(\.y) + (hasBars ? [0] : []), ticks: yTicks, floor: hasBars ? 0 : nil)
    return (x, y)
  }

  /// What the legend names: labelled series, or the classes of points when there are at most ten.
  var legend: [(text: String, colour: Int)] {
    var rows: [(text: String, colour: Int)] = []
    for (index, one) in series.enumerated() where !one.label.isEmpty { rows.append((one.label, index)) }
    let classes = Set(series.flatMap { $0.classes ?? [] }).sorted()
    if classes.count > 1, classes.count <= 10 { rows += classes.map { ("\($0)", $0) } }
    return rows
  }
}

/// Why numbers make no plot.
enum PlotError: Error, CustomStringConvertible, Equatable {
  case lengths(String, Int, String, Int)

  var description: String {
    switch self {
    case .lengths(let first, let count, let second, let other):
      "\(first) and \(second) must be equally long, got \(count) and \(other)"
    }
  }
}
