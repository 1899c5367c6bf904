// What several processes have seen, as if one had: counts, means and scatters by Chan's formula, the inception score's sums
// by addition. Every rank takes part, those that have seen nothing too, and all get the same.

import Tensor

extension SampleEvaluation {
  /// The sums of all ranks.
  func merged(over ranks: Ranks) throws -> SampleEvaluation {
    var whole = self
    whole.pooled = try pooled.merged(over: ranks)
    if settings.spatial { whole.spatial = try spatial.merged(over: ranks) }
    whole.score = try score.merged(over: ranks)
    whole.share = .whole
    return whole
  }
}

extension StatisticsAccumulator {
  func merged(over ranks: Ranks) throws -> StatisticsAccumulator {
    let total = try ranks.sum(of: Double(count))
    guard let d = try ranks.agreed(mean?.count) else { return self }
    let own = try mean ?? .zeros([d], dtype: .float64)
    let centre = try ranks.sum(of: own * (Double(count) / total))
    let gap = try own - centre
    let scatter = try ranks.sum(of: (self.scatter ?? .zeros([d, d], dtype: .float64)) + gap.expanded(1) * gap.expanded(0) * Double(count))
    return StatisticsAccumulator(count: Int(total), mean: centre, scatter: scatter)
  }
}

extension InceptionScore {
  func merged(over ranks: Ranks) throws -> InceptionScore {
    guard let classes = try ranks.agreed(marginals.lazy.map(\.count).first { $0 > 0 }) else { return self }
    var numbers = [Double(seen)] + entropies + marginals.flatMap { $0.isEmpty ? [Double](repeating: 0, count: classes) : $0 }
    try ranks.sum(&numbers)
    var whole = self
    whole.seen = Int(numbers[0])
    whole.entropies = Array(numbers[1...].prefix(entropies.count))
    let rest = numbers.dropFirst(1 + entropies.count)
    whole.marginals = marginals.indices.map { Array(rest.dropFirst($0 * classes).prefix(classes)) }
    return whole
  }
}
