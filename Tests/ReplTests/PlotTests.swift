import Testing

@testable import Repl

struct PlotTests {
  @Test(arguments: [
    ([0, 10], [0, 2, 4, 6, 8, 10]), ([0, 1], [0, 0.2, 0.4, 0.6, 0.8, 1]), ([5, 5], [4.6, 4.8, 5, 5.2, 5.4]),
    ([], [0, 0.2, 0.4, 0.6, 0.8, 1]), ([.nan, .infinity, 3, 4], [3, 3.2, 3.4, 3.6, 3.8, 4]),
  ] as [([Double], [Double])])
  func ticks(values: [Double], ticks: [Double]) {
    let axis = Axis(values)
    #expect(axis.ticks.count == ticks.count)
    for (got, want) in zip(axis.ticks, ticks) { #expect(abs(got - want) < 1e-9) }
  }

  @Test(arguments: [
    ([0, 1], 0.2, "0.2"), ([0, 500], 200, "200"), ([0, 2e7], 1e7, "1.0e7"), ([0, 1e-6], 2e-7, "2e-7"),
    ([-3, 3], -2, "-2"), ([0, 2e7], 0, "0"),
  ] as [([Double], Double, String)])
  func labels(values: [Double], tick: Double, label: String) { #expect(Axis(values).label(tick) == label) }

  /// Ranges at the edge of what numbers can be still give an axis.
  @Test(arguments: [[-1.7e308, 1.7e308], [1e-300, 2e-300], [1e15, 1e15 + 1], [-0.0, 0.0]])
  func extremes(values: [Double]) {
    let axis = Axis(values)
    #expect(axis.low < axis.high)
    #expect(axis.low.isFinite && axis.high.isFinite)
    #expect(axis.ticks.count < 100)
    for tick in axis.ticks { _ = axis.label(tick) }
  }

  @Test func lengthsMustAgree() {
    #expect(throws: PlotError.lengths("x", 1, "y", 2)) { try Plot.line(x: [1], y: [1, 2]) }
    #expect(throws: PlotError.lengths("x", 1, "classes", 2)) {
      try Plot.scatter(x: [1], y: [1], classes: [1, 2])
    }
  }

  @Test(arguments: [
    ([], 8, 0), ([3], 8, 1), ([.nan, .infinity], 8, 0), ([1, 2, 3, 4, .nan], 8, 4), ([-1e308, 1e308], 8, 2),
  ] as [([Double], Int, Double)])
  func histograms(values: [Double], bins: Int, total: Double) {
    let plot = Plot.histogram(values)
    #expect(plot.series[0].y.count == bins)
    #expect(plot.series[0].x.count == bins + 1)
    #expect(plot.series[0].y.reduce(0, +) == total)
  }

  @Test func histogramCounts() {
    #expect(Plot.histogram([0, 0.1, 0.9, 1, 2], bins: 2).series[0].y == [3, 2])
  }

  /// The line's colour is on the paper, the paper's in the corners.
  @Test(arguments: [Theme.light, Theme.dark])
  func drawing(theme: Theme) throws {
    var plot = Plot.line([0, 1, .nan, 4, 2], label: "loss")
    plot.title = "title"
    plot.xLabel = "step"
    plot.yLabel = "value"
    let picture = try plot.picture(width: 320, height: 200, theme: theme)
    #expect(picture.width == 320 && picture.height == 200)
    func bytes(_ colour: Colour) -> [UInt8] {
      [colour.red, colour.green, colour.blue].map { UInt8(($0 * 255).rounded()) }
    }
    #expect(Array(picture.pixels.prefix(3)) == bytes(theme.paper))
    let line = bytes(theme.series[0])
    let hits = stride(from: 0, to: picture.pixels.count, by: 3).count {
      Array(picture.pixels[$0..<($0 + 3)]) == line
    }
    #expect(hits > 50)
  }

  /// Nothing to draw, or too much, still draws.
  @Test func oddPlotsDraw() throws {
    let empty = Plot(series: [])
    #expect(try empty.picture(width: 100, height: 80).width == 100)
    #expect(try Plot.line([.nan, .infinity]).picture(width: 20, height: 10).height == 10)
    #expect(try Plot.scatter(x: [1], y: [1], classes: [-7]).picture(width: 60, height: 60).height == 60)
    #expect(throws: PictureError.self) { try empty.picture(width: 0, height: 10) }
    #expect(throws: PictureError.self) { try empty.picture(width: 10, height: 9999) }
  }

  @Test func captions() throws {
    #expect(Plot.line([1, 2]).captionLine == "[plot 2 points]")
    #expect(Plot.line([1]).captionLine == "[plot 1 point]")
    #expect(Plot.histogram([1, 2, .nan]).captionLine == "[plot histogram, 8 bins, 1 nan left out]")
    var logarithmic = Plot.line([1, 0, -1, .infinity, .nan, .nan, 3])
    logarithmic.yScale = .logarithmic
    #expect(logarithmic.captionLine == "[plot 7 points, log y, 2 nan and 1 infinite and 2 not above 0 left out]")
    logarithmic.xScale = .logarithmic
    // The first is at x = 0.
    #expect(logarithmic.captionLine == "[plot 7 points, log x and y, 2 nan and 1 infinite and 3 not above 0 left out]")
    var two = Plot.line([1])
    two.series += Plot.line([2]).series
    two.title = "losses"
    #expect(two.captionLine == "[plot losses, 2 series, 2 points]")
    #expect(try Plot.line([1, 2]).picture().caption == "plot 2 points")
  }

  @Test func textPlot() {
    let text = Plot.line([0, 1, 2, 3]).text(columns: 24, rows: 4, isColoured: false)
    #expect(text.contains("2┤") && text.contains("0┤") && text.contains("└"))
    #expect(!text.utf8.contains(0x1B))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 24 + 8 })
  }

  @Test func textPlotColours() throws {
    let plot = try Plot.scatter(x: [0, 1], y: [0, 1], classes: [0, 1])
    let text = plot.text(columns: 30, rows: 5, isColoured: true)
    #expect(text.contains("\u{1b}[36m"))
    #expect(text.contains("\u{1b}[31m"))
    #expect(text.contains("■\u{1b}[39m 1"))
  }

  @Test func brailleDots() {
    var sheet = BrailleSheet(columns: 2, rows: 1)
    sheet.set(0, 0, 0)
    sheet.set(3, 3, 0)
    sheet.set(4, 0, 0)
    sheet.set(-1, 0, 0)
    #expect(sheet.line(0, .plain) == "⠁⢀")
  }
}
