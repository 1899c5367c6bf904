// Metrics on features beside the Frechet distance: kernel distance, precision and recall, and statistics of parts.

import Lang
import MeanFlow
import Tensor

extension Library {
  static let metrics = Library("Metrics", [
    Builtin(
      "merge_statistics(a, b)",
      """
      statistics of two disjoint sets of images as those of both: what several processes counted apart

      Both are records of `statistics(features)`, which know how many rows they are of.
      """,
      example: "merge_statistics(statistics([[0], [2]]), statistics([[4], [6]])).mu",
      fails: [
        .value("merge_statistics({mu: [0], sigma: [[1]]}, statistics([[0], [1]]))", "merge_statistics: statistics without the number of images behind them cannot be merged"),
      ],
      see: ["statistics", "frechet_distance"]
    ) { call in
      try FeatureStatistics.merged([call.statistics("a"), call.statistics("b")]).value
    },
    Builtin(
      "kid(a, b, subsets = 100, subset_size = 1000)",
      """
      the kernel distance of features [n, d]: {mean, std, low, high}, 0 for equal distributions whatever n

      Mean and deviation over random subsets, torch-fidelity's; `low` and `high` hold 95 % confidence in the mean, none where the
      subsets are all there is. It is the KID where the features are Inception's.
      """,
      example: "kid(normal(key(0), [64, 4]), normal(key(1), [64, 4]), subsets = 4, subset_size = 32)",
      fails: [
        .value("kid(ones([4, 2]), ones([4, 2]))", "kid: subsets of 1000 need at least that many images, and two; there are 4"),
        .shape("kid(ones([4, 2]), ones([4, 3]), subset_size = 2)", "kid: both sets of features are [n, d], of one d"),
      ],
      see: ["features", "precision_recall", "frechet_distance"]
    ) { call in
      let subsets = try call.integer("subsets", in: 1...100_000)
      let progress = Progress("kid", total: subsets)
      defer { progress.finish() }
      let found = try kernelDistance(
        call.tensor("a"), call.tensor("b"), subsets: subsets, size: call.integer("subset_size", in: 2...1 << 20)
      ) { progress.update($0) }
      return .record([
        "mean": .number(found.mean), "std": .number(found.deviation),
        "low": found.interval.map { .number($0.lowerBound) } ?? .none, "high": found.interval.map { .number($0.upperBound) } ?? .none,
      ])
    },
    Builtin(
      "precision_recall(real, samples, k = 3)",
      """
      {precision, recall} of features [n, d]: samples that lie among the real images, real images that lie among the samples

      A set reaches from each member as far as its k-th neighbour. Both numbers grow with n: compare equal ones.
      """,
      example: "precision_recall(normal(key(0), [64, 4]), normal(key(1), [64, 4]))",
      fails: [
        .value("precision_recall(ones([3, 2]), ones([9, 2]))", "precision_recall: 3 neighbours need more than 3 images in either set"),
      ],
      see: ["features", "kid"]
    ) { call in
      let found = try PrecisionRecall(
        real: call.tensor("real"), samples: call.tensor("samples"), neighbours: call.integer("k", in: 1...1000))
      return .record(["precision": .number(found.precision), "recall": .number(found.recall)])
    },
  ])
}

extension FeatureStatistics {
  var value: Value {
    .record(["mu": .tensor(mu), "sigma": .tensor(sigma), "n": count.map { .number(Double($0)) } ?? .none])
  }
}

extension Call {
  /// Statistics as `statistics` makes them, or as a file of reference statistics has them.
  func statistics(_ name: String) throws -> FeatureStatistics { try statistics(of: record(name), name) }

  func statistics(of record: Record, _ name: String, ending: String = "") throws -> FeatureStatistics {
    func part(_ field: String) throws -> Tensor {
      guard let tensor = try (record[field + ending] ?? record["ref_" + field + ending])?.asTensor() else {
        throw error(.value, "the statistics lack `\(field + ending)`", argument: name, hint: "`statistics(features)` makes {mu, sigma}")
      }
      return tensor
    }
    var count: Int?
    if case .number(let n)? = record["n"] { count = Int(exactly: n) }
    if case .tensor(let n)? = record["n"], n.count == 1 { count = Int(exactly: try n.item()) }
    let (mu, sigma) = try (part("mu").cast(to: .float64), part("sigma").cast(to: .float64))
    guard mu.rank == 1, sigma.shape == [mu.count, mu.count] else {
      throw error(.shape, "mu is \(mu.shape) and sigma \(sigma.shape); they must be [d] and [d, d]", argument: name)
    }
    return FeatureStatistics(mu: mu, sigma: sigma, count: count)
  }
}
