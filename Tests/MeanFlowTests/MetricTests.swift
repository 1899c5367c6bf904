// Metrics on features: sums that come in parts, kernel distance, precision and recall, on sets whose answers are known.

import Formats
import Foundation
import Tensor
import Testing

@testable import MeanFlow

private func draw(_ seed: Int, _ shape: [Int]) throws -> Tensor { try normal(RandomKey(seed: seed), shape, dtype: .float64) }

@Suite struct MetricTests {
  @Test func statisticsInPartsAreThoseOfTheWhole() throws {
    // Far from 0, where sums of squares would lose everything.
    let x = try draw(1, [70, 5]) + 1e6
    let whole = try FeatureStatistics(features: x)
    var left = StatisticsAccumulator(), right = StatisticsAccumulator()
    for (index, rows) in [0..<1, 1..<20, 20..<20, 20..<45, 45..<70].enumerated() {
      if index < 3 { try left.add(x.narrowed(axis: 0, rows)) } else { try right.add(x.narrowed(axis: 0, rows)) }
    }
    try left.merge(right)
    let parts = try left.statistics()
    #expect(parts.count == 70)
    try expectClose(parts.mu, whole.mu, 1e-15, "mu")
    try expectClose(parts.sigma, whole.sigma, 1e-9, "sigma")
    let centred = try x - mean(x, axes: [0])
    try expectClose(whole.sigma, matmul(centred.transposed(), centred) / 69, 1e-9, "definition")
    let merged = try FeatureStatistics.merged([
      FeatureStatistics(features: x.narrowed(axis: 0, 0..<30)), FeatureStatistics(features: x.narrowed(axis: 0, 30..<70)),
    ])
    try expectClose(merged.sigma, whole.sigma, 1e-9, "merged")
  }

  @Test func statisticsThatCannotBeMergedAreErrors() throws {
    let two = try FeatureStatistics(features: draw(1, [4, 2])), three = try FeatureStatistics(features: draw(1, [4, 3]))
    #expect(throws: TensorError.self) { try FeatureStatistics.merged([two, three]) }
    #expect(throws: TensorError.self) { try FeatureStatistics.merged([two, FeatureStatistics(mu: two.mu, sigma: two.sigma)]) }
    #expect(throws: TensorError.self) { try StatisticsAccumulator().statistics() }
  }

  @Test func distancesOfSingularCovariances() throws {
    // Three images in eight dimensions: covariances of rank 2. The distance to a shifted set is the shift's square.
    let x = try draw(1, [3, 8]), a = try FeatureStatistics(features: x), b = try FeatureStatistics(features: x + 2)
    #expect(abs(try frechetDistance(a.mu, a.sigma, b.mu, b.sigma) - 32) < 1e-6)
    let zero = try Tensor.zeros([8, 8], dtype: .float64)
    #expect(abs(try frechetDistance(a.mu, zero, b.mu, zero) - 32) < 1e-12)
  }

  @Test func theScoreInPartsIsThatOfTheWhole() throws {
    let logits = try draw(1, [47, 6]) * 3
    let whole = try inceptionScore(logits, splits: 4)
    var score = try InceptionScore(count: 47, splits: 4)
    for rows in [0..<5, 5..<30, 30..<47] { try score.add(logits.narrowed(axis: 0, rows)) }
    #expect(try score.score() == whole)
    var unfinished = try InceptionScore(count: 47, splits: 4)
    try unfinished.add(logits.narrowed(axis: 0, 0..<46))
    #expect(throws: TensorError.self) { try unfinished.score() }
    #expect(throws: TensorError.self) { try InceptionScore(count: 3, splits: 4) }
    #expect(throws: TensorError.self) { try unfinished.add(Tensor.zeros([1, 5])) }
  }

  @Test func kernelDistances() throws {
    // All subsets are the whole: the estimate by its definition, pair by pair.
    let a = try draw(1, [6, 3]), b = try draw(2, [6, 3])
    let (x, y) = try (a.scalars(Double.self), b.scalars(Double.self))
    func kernel(_ p: [Double], _ i: Int, _ q: [Double], _ j: Int) -> Double {
      let inner = (0..<3).reduce(0.0) { $0 + p[i * 3 + $1] * q[j * 3 + $1] } / 3 + 1
      return inner * inner * inner
    }
    var expected = 0.0
    for i in 0..<6 {
      for j in 0..<6 {
        if i != j { expected += (kernel(x, i, x, j) + kernel(y, i, y, j)) / 30 }
        expected -= 2 * kernel(x, i, y, j) / 36
      }
    }
    let found = try kernelDistance(a, b, subsets: 3, size: 6)
    #expect(abs(found.mean - expected) < 1e-12 && found.deviation < 1e-12 && found.interval == nil)
    let equal = try kernelDistance(draw(3, [400, 4]), draw(4, [400, 4]), subsets: 40, size: 100)
    let interval = try #require(equal.interval)
    #expect(interval.contains(0))
    let far = try kernelDistance(draw(3, [400, 4]), draw(4, [400, 4]) + 1, subsets: 40, size: 100)
    #expect(try #require(far.interval).lowerBound > interval.upperBound)
    #expect(throws: TensorError.self) { try kernelDistance(a, b, size: 7) }
    #expect(throws: TensorError.self) { try kernelDistance(a, draw(1, [6, 2]), size: 4) }
  }

  @Test func precisionAndRecall() throws {
    // Real images on two grids of spacing 1 far apart; samples on one of them only, and a few nowhere.
    let line = try Tensor.arange(10).cast(to: .float64).expanded(1)
    let real = try concat([line, line + 1000]), samples = try concat([line + 0.25, Tensor([-500.0, 500], shape: [2, 1])])
    let found = try PrecisionRecall(real: real, samples: samples, neighbours: 1)
    #expect(abs(found.precision - 10.0 / 12) < 1e-12)
    #expect(try PrecisionRecall(real: samples, samples: real, neighbours: 1).recall == found.precision)
    let same = try PrecisionRecall(real: real, samples: real)
    #expect(same.precision == 1 && same.recall == 1)
    #expect(throws: TensorError.self) { try PrecisionRecall(real: line, samples: line, neighbours: 10) }
    #expect(throws: TensorError.self) { try PrecisionRecall(real: line, samples: Tensor.zeros([10, 2])) }
  }
}
