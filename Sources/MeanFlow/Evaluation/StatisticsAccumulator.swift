// Means and covariances of more features than memory holds: batches come and go, and the sums of several processes are
// added up. Source: Chan, Golub and LeVeque, Updating formulae and a pairwise algorithm for computing sample variances (1979).

import Formats
import OrderedCollections
public import Tensor

/// Number, mean and scatter (the sum of the centred squares) of the rows seen so far, in float64.
public struct StatisticsAccumulator: Sendable {
  public private(set) var count = 0
  /// [d] and [d, d]; nil before the first rows.
  private(set) var mean: Tensor?
  private(set) var scatter: Tensor?

  public init() {}

  init(count: Int, mean: Tensor, scatter: Tensor) { (self.count, self.mean, self.scatter) = (count, mean, scatter) }

  /// - Parameter features: [n, d], all batches of one d.
  public mutating func add(_ features: Tensor) throws {
    guard features.rank == 2, features.shape[1] > 0 else {
      throw TensorError(
        .shape, "statistics", [Operand(shape: features.shape, dtype: features.dtype)], "features are [n, d]")
    }
    guard features.shape[0] > 0 else { return }
    let x = try features.cast(to: .float64)
    let centre = try Tensor::mean(x, axes: [0]), centred = try x - centre
    try join(features.shape[0], centre, matmul(centred.transposed(), centred))
  }

  /// Adds what another one has seen.
  public mutating func merge(_ other: StatisticsAccumulator) throws {
    if let mean = other.mean, let scatter = other.scatter { try join(other.count, mean, scatter) }
  }

  private mutating func join(_ n: Int, _ centre: Tensor, _ squares: Tensor) throws {
    guard let mean, let scatter else {
      (count, self.mean, self.scatter) = (n, try centre.evaluated(), try squares.evaluated())
      return
    }
    guard centre.shape == mean.shape else {
      throw TensorError(
        .shape, "statistics", [Operand(shape: mean.shape, dtype: .float64), Operand(shape: centre.shape, dtype: .float64)],
        "features of \(mean.count) and of \(centre.count) numbers cannot be counted together")
    }
    let total = count + n, gap = try centre - mean
    let next = try mean + gap * (Double(n) / Double(total))
    let spread = try scatter + squares + gap.expanded(1) * gap.expanded(0) * (Double(count) * Double(n) / Double(total))
    try evaluate([next, spread])
    (count, self.mean, self.scatter) = (total, next, spread)
  }

  /// Mean and unbiased covariance. Throws below two rows.
  public func statistics() throws -> FeatureStatistics {
    guard let mean, let scatter, count >= 2 else {
      throw TensorError(.shape, "statistics", [], "features are [n, d] with at least two rows")
    }
    return FeatureStatistics(mu: mean, sigma: try (scatter / Double(count - 1)).evaluated(), count: count)
  }

  // MARK: files

  /// The state under names that begin with `prefix`.
  func fields(_ prefix: String) -> [(String, FileValue)] {
    guard let mean, let scatter else { return [] }
    return [
      (prefix + "count", .tensor(Tensor(Double(count), dtype: .float64))), (prefix + "mean", .tensor(mean)),
      (prefix + "scatter", .tensor(scatter)),
    ]
  }

  init(_ fields: OrderedDictionary<String, FileValue>, _ prefix: String) throws {
    guard case .tensor(let count)? = fields[prefix + "count"], case .tensor(let mean)? = fields[prefix + "mean"],
      case .tensor(let scatter)? = fields[prefix + "scatter"]
    else { return }
    (self.count, self.mean, self.scatter) = (Int(try count.item()), mean, scatter)
  }
}

extension FeatureStatistics {
  /// Statistics of two disjoint sets of images as those of both.
  public static func merged(_ parts: [FeatureStatistics]) throws -> FeatureStatistics {
    var all = StatisticsAccumulator()
    for part in parts { try all.merge(StatisticsAccumulator(part)) }
    return try all.statistics()
  }
}

extension StatisticsAccumulator {
  fileprivate init(_ statistics: FeatureStatistics) throws {
    guard let count = statistics.count else {
      throw TensorError(
        .value, "statistics", [], "statistics without the number of images behind them cannot be merged",
        hint: "those of `statistics(features)` have it as n")
    }
    (self.count, mean, scatter) = (count, statistics.mu, try statistics.sigma * Double(count - 1))
  }
}
