import Foundation
import FoundationXML
import Lang
import Testing

@testable import Repl

/// What plots look like: pixels, places, SVG, text.
struct PlotDrawingTests {
  private func bytes(_ colour: Colour) -> [UInt8] { [colour.red, colour.green, colour.blue].map { UInt8(($0 * 255).rounded()) } }

  private func count(of colour: [UInt8], in picture: Picture) -> Int {
    stride(from: 0, to: picture.pixels.count, by: 3).count { Array(picture.pixels[$0..<($0 + 3)]) == colour }
  }

  private func wave(_ count: Int, _ shift: Double) -> [Double] { (0..<count).map { sin(Double($0) / 7 + shift) } }

  // MARK: legend

  /// Data in every corner, or in some: the legend is where none is.
  @Test(arguments: [
    [[0, 1], [1, 0]], [[0, 0], [1, 1]], [[1, 0.5], [1, 0.6]], [[0, 0.5, 0], [1, 0.9, 1]], [[0], [1]], [[0, 1, 0, 1, 0, 1, 0, 1], [1, 0, 1, 0, 1, 0, 1, 0]],
  ] as [[[Double]]])
  func theLegendCoversNothing(lines: [[Double]]) {
    let series = lines.enumerated().map { Plot.Series(mark: .line, label: "loss \($0)", x: $1.indices.map(Double.init), y: $1) }
    let plot = Plot(series: series)
    let sheet = Frame(x: 0, y: 0, width: 640, height: 400)
    let layout = PlotLayout(plot, in: sheet) { Double($0.count) * 7 } isCovered: { box, frame, axes in
      PlotMarks(plot, in: frame, axes).cover(box)
    }
    #expect(layout.legend.entries.count == lines.count)
    if let box = layout.legend.box {
      #expect(!PlotMarks(plot, in: layout.frame, layout.axes).cover(box))
    } else {
      #expect(layout.legend.entries.allSatisfy { $0.at.y < layout.frame.y })
    }
  }

  @Test func aLegendThatFindsNoCornerStandsAbove() {
    let plot = Plot(series: [Plot.Series(mark: .points, label: "everywhere", x: [0, 0, 1, 1, 0.5], y: [0, 1, 0, 1, 0.5])])
    let layout = PlotLayout(plot, in: Frame(x: 0, y: 0, width: 640, height: 400)) { Double($0.count) * 7 } isCovered: { _, _, _ in true }
    #expect(layout.legend.box == nil && layout.frame.y > 25)
  }

  /// More names than there is room for.
  @Test func aThousandSeries() throws {
    let plot = Plot(
      series: (0..<1000).map { Plot.Series(mark: .line, label: "a name that is rather long, number \($0)", x: [0, 1], y: [Double($0), 0]) })
    #expect(try plot.picture(width: 320, height: 200).height == 200)
    #expect(plot.text(columns: 80, isColoured: false).contains("number 0"))
  }

  // MARK: many points

  /// A million points become a few a column, and the extremes are among them.
  @Test func aMillionPoints() {
    var y = wave(1_000_000, 0)
    y[500_000] = 10
    y[500_001] = -10
    let runs = Trace.runs(x: y.indices.map(Double.init), y: y) { Point(x: $0 / 1_000_000 * 600, y: -$1) }
    #expect(runs.count == 1 && runs[0].count <= 4 * 601)
    #expect(runs[0].map(\.y).min() == -10 && runs[0].map(\.y).max() == 10)
    #expect(runs[0].first == Point(x: 0, y: -0.0))
  }

  @Test func gapsAndLonePoints() {
    let runs = Trace.runs(x: [0, 1, 2, 3, 4], y: [.nan, 1, .infinity, 2, 3]) { Point(x: $0 * 10, y: $1) }
    #expect(runs == [[Point(x: 10, y: 1)], [Point(x: 30, y: 2), Point(x: 40, y: 3)]])
    #expect(Trace.runs(x: [], y: []) { Point(x: $0, y: $1) }.isEmpty)
  }

  /// A line that runs to and fro is bounded, too.
  @Test func scribbles() {
    let x = (0..<200_000).map { Double($0 * 7919 % 600) }
    #expect(Trace.runs(x: x, y: x.reversed()) { Point(x: $0, y: $1) }.reduce(0) { $0 + $1.count } <= Trace.mostCorners + 1)
  }

  @Test func cloudsStayInside() {
    var cloud = PointCloud(columns: 4, rows: 3)
    for (x, y) in [(0, 0), (4, 3), (-50, 1), (1, 80), (.nan, 0), (1e300, 1e300), (4.4, 3.4)] as [(Double, Double)] {
      cloud.add(x: x, y: y, Colour(0xFF0000))
    }
    #expect(cloud.words.count == 12)
    #expect(cloud.words[0] >> 24 > 100 && cloud.words[0] >> 16 & 255 == cloud.words[0] >> 24 && cloud.words[5] == 0)
  }

  /// Both ways of drawing points draw about the same.
  @Test func pointsAndCloudsAgree() throws {
    func ink(_ count: Int) throws -> Int {
      let x = (0..<count).map { Double($0 % 100) }
      let plot = try Plot.scatter(x: x, y: x)
      let picture = try plot.picture(width: 300, height: 200)
      return picture.pixels.count { $0 < 200 }
    }
    let (discs, cloud) = (try ink(20_000), try ink(20_001))
    #expect(discs > 500 && cloud > discs / 3 && cloud < discs * 3)
  }

  // MARK: heat maps

  /// Viridis as matplotlib has it.
  @Test(arguments: [(0, 68, 1, 84), (25, 72, 36, 117), (64, 59, 82, 139), (100, 42, 118, 142), (128, 33, 145, 140), (191, 92, 200, 99), (230, 189, 223, 38), (255, 253, 231, 37)])
  func viridis(place: Int, red: Int, green: Int, blue: Int) {
    let colour = ColourMap.colour(Double(place) / 255)
    for (got, want) in [(colour >> 16, red), (colour >> 8 & 255, green), (colour & 255, blue)] { #expect(abs(Int(got) - want) <= 3) }
  }

  @Test func aHeatMapInItsColours() throws {
    let matrix = try Matrix(rows: 2, columns: 2, values: [0, 1, .nan, 2])
    #expect(matrix.range == 0...2 && matrix.leftOut.nan == 1)
    let picture = try Plot.heatMap(matrix).picture(width: 400, height: 300)
    // A quarter of the frame each.
    for colour in [[68, 1, 84], [253, 231, 37], bytes(Theme.light.missing)] as [[UInt8]] {
      #expect((10_000...25_000).contains(count(of: colour, in: picture)))
    }
    #expect(Plot.heatMap(matrix).captionLine == "[plot heat map 2x2, 0 to 2.000, 1 nan left out]")
  }

  @Test func largeMatricesAreMeans() throws {
    let matrix = try Matrix(rows: 2, columns: 4, values: [0, 1, 0, .nan, 1, 0, .nan, .nan], range: 0...1)
    let cells = matrix.shares(mostColumns: 2, mostRows: 1)
    #expect(cells.shares == [0.5, 0])
    #expect(matrix.shares(mostColumns: 0, mostRows: 0).shares.count == 1)
  }

  @Test(arguments: [[5, 5, 5, 5], [.nan, .nan, .nan, .infinity], [-1e308, 1e308, 0, 0]] as [[Double]])
  func oddMatricesDraw(values: [Double]) throws {
    let plot = Plot.heatMap(try Matrix(rows: 2, columns: 2, values: values))
    #expect(try plot.picture().width == 640)
    #expect(!plot.text(columns: 60, isColoured: false).isEmpty)
  }

  @Test func noMatrix() {
    #expect(throws: PlotError.matrix(rows: 0, columns: 3)) { try Matrix(rows: 0, columns: 3, values: []) }
    #expect(throws: PlotError.matrix(rows: 2, columns: 2)) { try Matrix(rows: 2, columns: 2, values: [1]) }
  }

  // MARK: SVG

  @Test func anSVGStandsForItself() throws {
    var plot = Plot.line(wave(100, 0), label: "a <b> & \"c\"")
    plot.title = "losses"
    let texts = [
      try plot.svg(), try Plot.heatMap(Matrix(rows: 2, columns: 2, values: [1, 2, 3, 4])).svg(width: 300, height: 200, theme: .dark),
      try Plot.panels([plot, Plot.histogram([1, 2, 3])]).svg(),
    ]
    for text in texts {
      #expect(XMLParser(data: Data(text.utf8)).parse())
      #expect(!text.contains("<text") && !text.contains("font-family"))
      // Nothing is fetched: the only addresses are the names of the two vocabularies.
      let addresses = Set(text.matches(of: /https?:\/\/[^"]+/).map { String($0.output) })
      #expect(addresses.isSubset(of: ["http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"]))
    }
    func names(_ text: String) -> Set<String> { Set(text.matches(of: /id="([^"]+)"/).map { String($0.output.1) }) }
    #expect(!names(texts[0]).isEmpty && names(texts[0]).isDisjoint(with: names(texts[2])))
    for text in texts {
      for use in text.matches(of: /xlink:href="#([^"]+)"/) { #expect(names(text).contains(String(use.output.1))) }
    }
    #expect(throws: PictureError.self) { try plot.svg(width: 0, height: 10) }
  }

  @Test func filesAreOfTheirEnding() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("imf-plot-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let interpreter = Interpreter(libraries: Library.program) { _ in }
    func run(_ text: String) throws { _ = try interpreter.run(Source(name: "in [1]", text: text)) }
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    try run("save(\"\(path("a.svg"))\", plot([1, 2]))")
    try run("save(\"\(path("a.png"))\", plot([1, 2]))")
    #expect(try String(contentsOfFile: path("a.svg"), encoding: .utf8).hasPrefix("<?xml"))
    try run("assert(load(\"\(path("a.png"))\").width == 1280)")
    for wrong in ["save(\"\(path("a.gif"))\", plot([1, 2]))", "save(\"\(path("a.svg"))\", ones([2, 2]))", "save(\"\(path("a.svg"))\", animate([ones([2, 2])]))"] {
      #expect(throws: Diagnostic.self) { try run(wrong) }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.png", "a.svg"])
  }

  // MARK: text

  @Test func textSaysWhatThePictureSays() throws {
    var plot = Plot(series: [
      Plot.Series(mark: .line, label: "train", x: [0, 1, 2], y: [100, 10, 1]), Plot.Series(mark: .line, label: "test", x: [0, 1, 2], y: [100, 30, 20]),
    ])
    plot.yScale = .logarithmic
    (plot.title, plot.xLabel, plot.yLabel) = ("losses", "step", "loss")
    let text = plot.text(columns: 60, isColoured: false)
    for part in ["losses", "step", "loss\n", "100┤", " 10┤", "* train", "o test"] { #expect(text.contains(part)) }
    // Without colour each series has its character.
    #expect(text.contains("***") && text.contains("ooo"))
    #expect(AsciiArt.plain(text).utf8.allSatisfy { $0 < 128 })
    #expect(plot.text(columns: 60, isColoured: true).contains("\u{1b}[31m"))
  }

  @Test func heatMapsInCharacters() throws {
    let plot = Plot.heatMap(try Matrix(rows: 1, columns: 3, values: [0, .nan, 1]))
    let text = plot.text(columns: 40, rows: 4, isColoured: false)
    #expect(text.contains("....") && text.contains("@@@@") && text.contains("0 ..."))
    let coloured = plot.text(columns: 40, rows: 4, isColoured: true, depth: .trueColour)
    #expect(coloured.contains("38;2;68;1;84") && coloured.contains("38;2;253;231;37"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 48 })
  }

  @Test func imagesWithAxes() throws {
    let picture = try SamplePictures.gradient(20, 10)
    let plot = Plot(surface: .picture(picture))
    #expect(plot.captionLine == "[plot image 20x10]")
    // Twice as wide as high, in whatever frame.
    let drawn = try plot.picture(width: 400, height: 400)
    #expect(count(of: [0, 0, 128], in: drawn) > 50)
    #expect(plot.text(columns: 40, isColoured: true, depth: .palette256).contains("▀"))
  }

  @Test func panels() throws {
    let one = Plot.line([1, 2])
    let four = try Plot.panels([one, Plot.panels([one, one]), Plot.histogram([1])])
    #expect(four.panels.count == 4 && four.columns == 2 && four.rows == 2)
    #expect(four.captionLine == "[plot 4 side by side]")
    #expect(try four.picture(width: 300, height: 200).width == 300)
    #expect(four.text(columns: 60, isColoured: false).split(separator: "\n").count > 4 * 16)
    #expect(throws: PlotError.none) { try Plot.panels([]) }
    #expect(throws: PlotError.tooMany(65)) { try Plot.panels(Array(repeating: one, count: 65)) }
    #expect(try Plot.panels([one], columns: 9).columns == 1)
  }

  /// Titles and names of any kind of text.
  @Test(arguments: ["", "\n", "θ ≈ 3 · 10⁻³", String(repeating: "long ", count: 500), "\u{0}", "日本", "\u{1b}[31m"])
  func anyText(text: String) throws {
    var plot = Plot.line([1, 2], label: text)
    (plot.title, plot.xLabel, plot.yLabel) = (text, text, text)
    #expect(try plot.picture(width: 300, height: 200).width == 300)
    #expect(XMLParser(data: Data(try plot.svg(width: 300, height: 200).utf8)).parse())
  }
}
