import Testing

@testable import Repl

/// Logarithmic axes and those of matrices.
struct PlotAxisTests {
  @Test(arguments: [
    ([1, 1000], 6, ["1", "10", "100", "1000"]), ([0.001, 0.1], 4, ["0.001", "0.01", "0.1"]),
    ([1, 10], 6, ["1", "2", "5", "10"]), ([1e-12, 1e6], 6, ["1e-12", "1e-9", "1e-6", "0.001", "1", "1000", "1e6"]),
    ([0, -3, .nan, .infinity], 6, ["1", "2", "5", "10"]), ([5, 5], 6, ["2", "5", "10"]), ([0.5, 0.6], 4, ["0.50", "0.52", "0.54", "0.56", "0.58", "0.60"]),
  ] as [([Double], Int, [String])])
  func logarithmicTicks(values: [Double], count: Int, labels: [String]) {
    let axis = Axis(values, scale: .logarithmic, ticks: count)
    #expect(axis.ticks.map(axis.label) == labels)
  }

  /// Whatever the numbers, the axis holds them, and its ticks are few and inside.
  @Test(arguments: [[.leastNonzeroMagnitude, 1e308], [.leastNonzeroMagnitude, .leastNonzeroMagnitude], [1e300, 1.7e308], [1, 1 + 1e-15], [1e-300, 1e-299], []])
  func logarithmicExtremes(values: [Double]) {
    let axis = Axis(values, scale: .logarithmic)
    #expect(axis.low > 0 && axis.low < axis.high && axis.high.isFinite)
    #expect(axis.ticks.count < 20 && axis.ticks.allSatisfy { $0 >= axis.low && $0 <= axis.high })
    for tick in axis.ticks { #expect(!axis.label(tick).isEmpty && (-0.001...1.001).contains(axis.position(tick))) }
  }

  @Test func decadesAreEquallyFarApart() {
    let axis = Axis([1, 1000], scale: .logarithmic)
    let places = [1, 10, 100, 1000].map(axis.position)
    for (first, second) in zip(places, places.dropFirst()) { #expect(abs(second - first - (places[1] - places[0])) < 1e-12) }
    #expect(!axis.position(0).isFinite && !axis.position(-1).isFinite)
    #expect(axis.minorTicks.prefix(11) == [0.8, 0.9, 2, 3, 4, 5, 6, 7, 8, 9, 20])
  }

  @Test(arguments: [(1, ["0"]), (2, ["0", "1"]), (10, ["0", "2", "4", "6", "8"]), (1000, ["0", "200", "400", "600", "800"])])
  func cells(count: Int, labels: [String]) {
    let axis = Axis(cells: count, ticks: 5)
    #expect(axis.ticks.map(axis.label) == labels)
    // The middle of the first cell.
    #expect(abs(axis.position(0) - 0.5 / Double(count)) < 1e-12)
    #expect(abs(Axis(cells: count, ticks: 5, isReversed: true).position(0) - (1 - 0.5 / Double(count))) < 1e-12)
  }

  /// A step count of one million keeps its labels short.
  @Test func longNumbers() {
    let axis = Axis([0, 1_000_000])
    #expect(axis.ticks.map(axis.label).allSatisfy { $0.count <= 5 })
  }
}
