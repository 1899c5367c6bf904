// The course of a number in a dozen characters: whether the loss falls can be seen at a glance.

/// Numbers as they come, any count of them in bounded memory.
struct Sparkline {
  private static let most = 512
  private static let bars = Array("▁▂▃▄▅▆▇█")

  /// Means of `width` numbers each.
  private var means: [Double] = []
  private var width = 1
  private var sum = 0.0
  private var count = 0

  /// Numbers that are not finite leave no mark.
  mutating func add(_ value: Double) {
    guard value.isFinite else { return }
    sum += value
    count += 1
    guard count == width else { return }
    means.append(sum / Double(width))
    (sum, count) = (0, 0)
    if means.count == Self.most {
      means = stride(from: 0, to: Self.most, by: 2).map { (means[$0] + means[$0 + 1]) / 2 }
      width *= 2
    }
  }

  /// From lowest to highest, the latest at the end; "" for fewer than two numbers.
  func text(cells wanted: Int) -> String {
    let cells = min(wanted, means.count)
    guard cells > 1 else { return "" }
    let shown = (0..<cells).map { cell in
      let part = means[(cell * means.count / cells)..<((cell + 1) * means.count / cells)]
      return part.reduce(0) { $0 + $1 / Double(part.count) }
    }
    let (low, high) = (shown.min() ?? 0, shown.max() ?? 0)
    return String(
      shown.map { value in
        // Halves, so that no difference overflows.
        let share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0
        return Self.bars[max(0, min(Self.bars.count - 1, Int(share * Double(Self.bars.count))))]
      })
  }
}
