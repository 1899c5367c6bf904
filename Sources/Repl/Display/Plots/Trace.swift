// Lines and clouds of points with no more parts than can be seen, so that a million points are drawn as quickly as a
// thousand.

/// A line in pixels.
enum Trace {
  /// Corners beyond which a line that runs to and fro is thinned: so many fill the frame with ink.
  static let mostCorners = 20_000

  /// The runs of a line, broken where a point has no place. Points that fall on one column of pixels one after the other
  /// become four: the first, the lowest, the highest and the last.
  static func runs(x: [Double], y: [Double], _ place: (Double, Double) -> Point) -> [[Point]] {
    var runs: [[Point]] = []
    var run: [Point] = []
    var column = Column()
    for (abscissa, ordinate) in zip(x, y) {
      let point = place(abscissa, ordinate)
      if point.x.isFinite, point.y.isFinite {
        if !column.takes(point) {
          column.end(&run)
          column = Column(point)
        }
      } else {
        column.end(&run)
        column = Column()
        if !run.isEmpty { runs.append(run) }
        run = []
      }
    }
    column.end(&run)
    if !run.isEmpty { runs.append(run) }
    let corners = runs.reduce(0) { $0 + $1.count }
    if corners <= mostCorners { return runs }
    let every = (corners + mostCorners - 1) / mostCorners
    return runs.map { run in stride(from: 0, to: run.count, by: every).map { run[$0] } }
  }

  /// The points of one column of pixels, as far as they can be seen.
  private struct Column {
    private var first: Point?
    private var last = Point(x: 0, y: 0)
    private var low = Point(x: 0, y: 0)
    private var high = Point(x: 0, y: 0)
    private var lowCameFirst = true

    init() {}

    init(_ point: Point) {
      first = point
      (last, low, high) = (point, point, point)
    }

    /// Adds a point of this column; false where it belongs to another.
    mutating func takes(_ point: Point) -> Bool {
      guard let first, point.x.rounded(.down) == first.x.rounded(.down) else { return false }
      last = point
      if point.y < low.y { (low, lowCameFirst) = (point, false) }
      if point.y > high.y { (high, lowCameFirst) = (point, true) }
      return true
    }

    func end(_ run: inout [Point]) {
      guard let first else { return }
      for point in [first, lowCameFirst ? low : high, lowCameFirst ? high : low, last] where run.last != point {
        run.append(point)
      }
    }
  }
}

/// Many points as one image: the more fall on a pixel, the less paper is seen through it.
struct PointCloud {
  let columns: Int
  let rows: Int
  /// Sums of the colours, and how many there are.
  private var sums: [(red: Float, green: Float, blue: Float, count: Float)]

  init(columns: Int, rows: Int) {
    self.columns = max(1, columns)
    self.rows = max(1, rows)
    sums = Array(repeating: (0, 0, 0, 0), count: self.columns * self.rows)
  }

  /// Adds a point of two by two pixels.
  mutating func add(x: Double, y: Double, _ colour: Colour) {
    guard x.isFinite, y.isFinite, abs(x) < 1e6, abs(y) < 1e6 else { return }
    let (left, top) = (Int(x.rounded()) - 1, Int(y.rounded()) - 1)
    guard left > -2, top > -2, left < columns, top < rows else { return }
    for row in max(0, top)..<min(rows, top + 2) {
      for column in max(0, left)..<min(columns, left + 2) {
        let pixel = row * columns + column
        sums[pixel].red += Float(colour.red)
        sums[pixel].green += Float(colour.green)
        sums[pixel].blue += Float(colour.blue)
        sums[pixel].count += 1
      }
    }
  }

  /// Pixels as `Canvas.image` takes them.
  var words: [UInt32] {
    sums.map { sum in
      guard sum.count > 0 else { return 0 }
      // One point is seen through, five are nearly solid.
      let alpha = 1 - 0.55 * Float(1 / (0.35 * (sum.count - 1) + 1))
      func channel(_ value: Float) -> UInt32 { UInt32(255 * alpha * value / sum.count) }
      return UInt32(255 * alpha) << 24 | channel(sum.red) << 16 | channel(sum.green) << 8 | channel(sum.blue)
    }
  }
}
