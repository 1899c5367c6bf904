// One axis of a plot: its range, linear or logarithmic, its round tick values (after Heckbert, "Nice numbers for graph
// labels", 1990) and how these are written.

/// A stretch of numbers with ticks.
struct Axis: Equatable {
  enum Scale: String, Sendable, Hashable { case linear, logarithmic }

  let scale: Scale
  let low: Double
  let high: Double
  private(set) var ticks: [Double]
  /// Finer marks of a logarithmic axis, without labels: the whole multiples of a power of ten.
  private(set) var minorTicks: [Double] = []
  /// Distance between ticks; 0 where they are powers of ten and their multiples.
  private let step: Double
  /// The ends as the scale measures them.
  private let start: Double
  private let end: Double
  private let isReversed: Bool

  private init(
    scale: Scale, low: Double, high: Double, ticks: [Double], step: Double, isReversed: Bool = false
  ) {
    self.scale = scale
    self.low = low
    self.high = high
    self.ticks = ticks
    self.step = step
    self.isReversed = isReversed
    start = scale == .linear ? low : NumberText.logarithm(low)
    end = scale == .linear ? high : NumberText.logarithm(high)
  }

  /// An axis that holds all values that can be drawn along it: finite ones, on a logarithmic axis above zero.
  /// - Parameters:
  ///   - count: about how many ticks.
  ///   - floor: a value that a linear axis begins with exactly, if nothing lies below it.
  init(_ values: some Sequence<Double>, scale: Scale = .linear, ticks count: Int = 6, floor: Double? = nil) {
    var low = Double.infinity
    var high = -Double.infinity
    for value in values where scale.draws(value) {
      low = min(low, value)
      high = max(high, value)
    }
    switch scale {
    case .linear: self.init(from: low, to: high, ticks: count, floor: floor)
    case .logarithmic: self.init(fromDecadeOf: low, to: high, ticks: count)
    }
  }

  private init(from low: Double, to high: Double, ticks count: Int, floor: Double?) {
    var (low, high) = low > high ? (0, 1) : (low, high)
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
    let step = Self.roundStep((high - low) / Double(max(1, count)))
    let end = high + spare
    self.init(
      scale: .linear, low: start, high: end, ticks: Self.multiples(of: step, from: start, to: end), step: step)
  }

  private init(fromDecadeOf low: Double, to high: Double, ticks count: Int) {
    // Bounded so that no tick leaves the range of numbers.
    var (low, high) = low > high ? (1, 10) : (max(1e-300, min(1e300, low)), max(1e-300, min(1e300, high)))
    if high <= low * (1 + 1e-12) { (low, high) = (low / 3, high * 3) }
    let span = NumberText.logarithm(high) - NumberText.logarithm(low)
    let spare = NumberText.power(min(4, 0.04 * span))
    let (start, end) = (low / spare, high * spare)
    let decades = Int(NumberText.exponent(start))...Int(NumberText.exponent(end))
    func marks(_ mantissas: [Double], every: Int = 1) -> [Double] {
      decades.filter { $0 % every == 0 }.flatMap { exponent in
        mantissas.map { NumberText.decimal($0, exponent) }
      }.filter { $0 >= start && $0 <= end }
    }
    // The finest set of round numbers that leaves room for its labels.
    let sets = [marks([1, 2, 5]), marks([1])] + (2...100).lazy.map { marks([1], every: $0) }
    let ticks = sets.first { $0.count <= max(2, count + 1) } ?? []
    if ticks.count < 3, span < 1 {
      // Within a decade: steps as on a linear axis.
      let step = Self.roundStep((high - low) / Double(max(1, count)))
      self.init(
        scale: .logarithmic, low: start, high: end,
        ticks: Self.multiples(of: step, from: start, to: end).filter { $0 > 0 }, step: step)
    } else {
      self.init(scale: .logarithmic, low: start, high: end, ticks: ticks, step: 0)
      if span < 7 { minorTicks = marks([2, 3, 4, 5, 6, 7, 8, 9]).filter { !ticks.contains($0) } }
    }
  }

  /// The axis of a matrix's rows or columns: each takes up one, its middle is its number.
  /// - Parameter isReversed: the first at the far end, as rows count from the top.
  init(cells count: Int, ticks wanted: Int, isReversed: Bool = false) {
    let step = max(1, Self.roundStep(Double(count) / Double(max(1, wanted))))
    let end = Double(max(1, count)) - 0.5
    self.init(
      scale: .linear, low: -0.5, high: end, ticks: Self.multiples(of: step, from: 0, to: end), step: step,
      isReversed: isReversed)
  }

  /// The axis of a colour bar, which begins and ends with the numbers given.
  init(exactly range: ClosedRange<Double>, ticks count: Int) {
    let width = range.upperBound - range.lowerBound
    let step = Self.roundStep(width > 0 ? width / Double(max(1, count)) : 1)
    self.init(
      scale: .linear, low: range.lowerBound, high: width > 0 ? range.upperBound : range.lowerBound + 1,
      ticks: Self.multiples(of: step, from: range.lowerBound, to: range.upperBound), step: step)
  }

  /// Where a value lies, 0 at the low end, 1 at the high end; not finite where it cannot be drawn.
  func position(_ value: Double) -> Double {
    let measured = scale == .linear ? value : value > 0 ? NumberText.logarithm(value) : .nan
    let share = (measured - start) / (end - start)
    return isReversed ? 1 - share : share
  }

  /// The tick as text: as many decimals as the distance asks for, powers of ten where numbers grow long.
  func label(_ tick: Double) -> String {
    let size = max(abs(low), abs(high))
    if step == 0 {
      let exponent = NumberText.exponent(tick)
      if exponent < -4 || exponent > 5 {
        return NumberText.fixed(tick / NumberText.power(exponent), decimals: 0) + "e\(Int(exponent))"
      }
      return NumberText.fixed(tick, decimals: max(0, -Int(exponent)))
    }
    if size >= 1e6 || size < 1e-4 { return Self.scientific(tick, step: step) }
    return NumberText.fixed(tick, decimals: max(0, -Int(NumberText.exponent(step))))
  }

  private static func scientific(_ tick: Double, step: Double) -> String {
    if tick == 0 { return "0" }
    let exponent = NumberText.exponent(abs(tick))
    let decimals = max(0, Int(exponent - NumberText.exponent(step)))
    return NumberText.fixed(tick / NumberText.power(exponent), decimals: min(decimals, 6)) + "e\(Int(exponent))"
  }

  /// 1, 2 or 5 times a power of ten, near the rough step.
  private static func roundStep(_ rough: Double) -> Double {
    let power = NumberText.power(NumberText.exponent(rough))
    let fraction = rough / power
    return power * (fraction < 1.5 ? 1 : fraction < 3.5 ? 2 : fraction < 7.5 ? 5 : 10)
  }

  private static func multiples(of step: Double, from start: Double, to end: Double) -> [Double] {
    let first = (start / step).rounded(.up)
    let last = (end / step).rounded(.down)
    guard last >= first, last - first < 100 else { return [] }
    // -0 would be written with its sign.
    return stride(from: first, through: last, by: 1).map { $0 * step == 0 ? 0 : $0 * step }
  }
}

extension Axis.Scale {
  /// Whether a number has a place on such an axis.
  func draws(_ value: Double) -> Bool { value.isFinite && (self == .linear || value > 0) }
}
