// What fills a plot's frame: a matrix in the colours of a map, or a picture.

enum Surface: Sendable, Hashable {
  case matrix(Matrix)
  case picture(Picture)

  var columns: Int {
    switch self {
    case .matrix(let matrix): matrix.columns
    case .picture(let picture): picture.width
    }
  }

  var rows: Int {
    switch self {
    case .matrix(let matrix): matrix.rows
    case .picture(let picture): picture.height
    }
  }
}

/// The numbers of a heat map, rows from the top.
struct Matrix: Sendable, Hashable {
  let rows: Int
  let columns: Int
  let values: [Double]
  /// The numbers at the ends of the colour map.
  let range: ClosedRange<Double>
  let leftOut: LeftOut

  /// - Parameter range: nil takes the smallest and largest finite number.
  /// - Throws: `PlotError.matrix` without numbers.
  init(rows: Int, columns: Int, values: [Double], range: ClosedRange<Double>? = nil) throws {
    guard rows > 0, columns > 0, values.count == rows * columns else {
      throw PlotError.matrix(rows: rows, columns: columns)
    }
    self.rows = rows
    self.columns = columns
    self.values = values
    var leftOut = LeftOut()
    var low = Double.infinity
    var high = -Double.infinity
    for value in values where leftOut.admits(value, on: .linear) {
      low = min(low, value)
      high = max(high, value)
    }
    self.leftOut = leftOut
    // Bounded so that no difference overflows.
    self.range = range ?? (low > high ? 0...1 : max(-1e300, low)...min(1e300, max(low, high)))
  }

  /// Where each number lies in the range, 0...1; nan where it is left out. All equal: in the middle.
  /// - Parameters:
  ///   - mostColumns: fewer columns and rows each show the mean of what falls on them.
  func shares(mostColumns: Int, mostRows: Int) -> (columns: Int, rows: Int, shares: [Double]) {
    let (across, down) = (min(columns, max(1, mostColumns)), min(rows, max(1, mostRows)))
    let width = range.upperBound - range.lowerBound
    func share(_ value: Double) -> Double {
      guard value.isFinite else { return .nan }
      return width > 0 ? max(0, min(1, (value - range.lowerBound) / width)) : 0.5
    }
    if across == columns, down == rows { return (across, down, values.map(share)) }
    var sums = [Double](repeating: 0, count: across * down)
    var counts = [Double](repeating: 0, count: across * down)
    let cellOfColumn = (0..<columns).map { $0 * across / columns }
    for row in 0..<rows {
      let start = row * down / rows * across
      for column in 0..<columns {
        let value = share(values[row * columns + column])
        guard !value.isNaN else { continue }
        sums[start + cellOfColumn[column]] += value
        counts[start + cellOfColumn[column]] += 1
      }
    }
    return (across, down, zip(sums, counts).map { $0 / $1 })
  }
}
