// One axis of a plot: its range, its round tick values (after Heckbert, "Nice numbers for graph labels", 1990)
// and how these are written.

/// A stretch of numbers with ticks.
struct Axis: Equatable {
  let low: Double
  let high: Double
  let ticks: [Double]
  /// Distance between ticks.
  let step: Double

  /// An axis that holds all finite values.
  /// - Parameters:
  ///   - values: what is drawn along it; values that are not finite do not count.
  ///   - count: about how many ticks.
  ///   - floor: a value that the axis begins with exactly, if nothing lies below it.
  init(_ values: some Sequence<Double>, ticks count: Int = 6, floor: Double? = nil) {
    var low = Double.infinity
    var high = -Double.infinity
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    if low > high { (low, high) = (0, 1) }
    // Bounded so that no difference overflows.
    low = max(-1e300, low)
    high = min(1e300, high)
    if high - low <= 1e-12 * max(abs(low), abs(high)) {
      let half = low == 0 ? 1 : abs(low) * 0.1
      (low, high) = (low - half, high + half)
    }
    // A little room at both ends, so that marks do not touch the frame.
    let spare = (high - low) * 0.04
    let start = low == floor ? low : low - spare
    let end = high + spare
    self.low = start
    self.high = end
    step = Self.roundStep((high - low) / Double(max(1, count)))
    let first = (start / step).rounded(.up)
    let last = (end / step).rounded(.down)
    let ticks = last >= first && last - first < 100 ? stride(from: first, through: last, by: 1).map { $0 } : []
    let distance = step
    // -0 would be written with its sign.
    self.ticks = ticks.map { $0 * distance == 0 ? 0 : $0 * distance }
  }

  /// Where a value lies, 0 at the low end, 1 at the high end.
  func position(_ value: Double) -> Double { (value - low) / (high - low) }

  /// The tick as text: as many decimals as the distance asks for, powers of ten where numbers grow long.
  func label(_ tick: Double) -> String {
    let size = max(abs(low), abs(high))
    if size >= 1e6 || size < 1e-4 { return Self.scientific(tick, step: step) }
    return NumberText.fixed(tick, decimals: max(0, -Int(Self.exponent(step))))
  }

  private static func scientific(_ tick: Double, step: Double) -> String {
    if tick == 0 { return "0" }
    let exponent = exponent(abs(tick))
    let decimals = max(0, Int(exponent - Self.exponent(step)))
    return NumberText.fixed(tick / NumberText.power(exponent), decimals: min(decimals, 6)) + "e\(Int(exponent))"
  }

  /// 1, 2 or 5 times a power of ten, near the rough step.
  private static func roundStep(_ rough: Double) -> Double {
    let power = NumberText.power(exponent(rough))
    let fraction = rough / power
    return power * (fraction < 1.5 ? 1 : fraction < 3.5 ? 2 : fraction < 7.5 ? 5 : 10)
  }

  private static func exponent(_ value: Double) -> Double { NumberText.exponent(value) }
}
