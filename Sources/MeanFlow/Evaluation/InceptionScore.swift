// The inception score of logits (method.md, section 6), batch by batch: each image's split is known before it is drawn, so
// sums are all that is kept.

import Formats
import Foundation
import OrderedCollections
public import Tensor

/// exp(mean KL(p(y|x) || p(y))) over splits of the reference's fixed permutation.
public struct InceptionScore: Sendable {
  /// Where an image belongs; nil for the remainder of n / splits, which the reference drops.
  private let split: [Int?]
  private let size: Int
  var seen = 0
  /// By split: the sum of p, by class; the sum of p log p.
  var marginals: [[Double]]
  var entropies: [Double]

  /// Inside the logarithms.
  private static let floor = 1e-10

  /// - Parameter count: how many images there will be, at least `splits`.
  public init(count: Int, splits: Int = 10) throws {
    guard splits >= 1, count >= splits, count < Int(UInt32.max) else {
      throw TensorError(
        .shape, "inception_score", [], "logits are [n, classes] with at least \(splits) rows, one a split")
    }
    size = count / splits
    var generator = MersenneTwister(seed: 2020)
    var split = [Int?](repeating: nil, count: count)
    for (place, image) in generator.permutation(count).enumerated() where place < size * splits { split[image] = place / size }
    self.split = split
    marginals = [[Double]](repeating: [], count: splits)
    entropies = [Double](repeating: 0, count: splits)
  }

  /// The logits [n, classes] of the next images; of those beyond the count nothing is taken.
  public mutating func add(_ logits: Tensor) throws { try add(logits, from: seen) }

  /// The same of images from a number on: of several processes, each has its own.
  mutating func add(_ logits: Tensor, from first: Int) throws {
    guard logits.rank == 2, logits.shape[1] > 0 else {
      throw TensorError(
        .shape, "inception_score", [Operand(shape: logits.shape, dtype: logits.dtype)],
        "logits are [n, classes] with at least one class")
    }
    let classes = logits.shape[1]
    let p = try softmax(logits.cast(to: .float64), axis: -1).scalars(Double.self)
    let rows = min(logits.shape[0], split.count - first)
    for row in 0..<rows {
      guard let own = split[first + row] else { continue }
      if marginals[own].isEmpty { marginals[own] = [Double](repeating: 0, count: classes) }
      guard marginals[own].count == classes else {
        throw TensorError(.shape, "inception_score", [], "logits of \(marginals[own].count) and of \(classes) classes")
      }
      for place in 0..<classes {
        let share = p[row * classes + place]
        marginals[own][place] += share
        entropies[own] += share * Foundation.log(share + Self.floor)
      }
    }
    seen += rows
  }

  /// Mean and population deviation over the splits. Throws before all images were seen.
  public func score() throws -> (mean: Double, deviation: Double) {
    guard seen == split.count else {
      throw TensorError(.value, "inception_score", [], "\(seen) of \(split.count) images were seen")
    }
    let scores = marginals.indices.map { own in
      let divergence = marginals[own].reduce(entropies[own] / Double(size)) { sum, share in
        sum - share / Double(size) * Foundation.log(share / Double(size) + Self.floor)
      }
      return Foundation.exp(divergence)
    }
    let centre = scores.reduce(0, +) / Double(scores.count)
    let variance = scores.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(scores.count)
    return (centre, variance.squareRoot())
  }

  // MARK: files

  func fields(_ prefix: String) throws -> [(String, FileValue)] {
    let classes = marginals.map(\.count).max() ?? 0
    let rows = marginals.map { $0.isEmpty ? [Double](repeating: 0, count: classes) : $0 }
    return [
      (prefix + "seen", .tensor(Tensor(Double(seen), dtype: .float64))),
      (prefix + "marginals", .tensor(try Tensor(rows.flatMap { $0 }, shape: [rows.count, classes]))),
      (prefix + "entropies", .tensor(try Tensor(entropies))),
    ]
  }

  mutating func restore(_ fields: OrderedDictionary<String, FileValue>, _ prefix: String) throws {
    guard case .tensor(let seen)? = fields[prefix + "seen"], case .tensor(let sums)? = fields[prefix + "marginals"],
      case .tensor(let entropies)? = fields[prefix + "entropies"], sums.shape.first == marginals.count
    else { return }
    self.seen = Int(try seen.item())
    self.entropies = try entropies.scalars(Double.self)
    let numbers = try sums.scalars(Double.self), classes = sums.shape[1]
    marginals = marginals.indices.map { Array(numbers[$0 * classes..<($0 + 1) * classes]) }
  }
}

/// The score of all logits [n, classes] at once, n at least `splits`.
public func inceptionScore(_ logits: Tensor, splits: Int = 10) throws -> (mean: Double, deviation: Double) {
  guard logits.rank == 2 else {
    throw TensorError(
      .shape, "inception_score", [Operand(shape: logits.shape, dtype: logits.dtype)],
      "logits are [n, classes] with at least \(splits) rows, one a split")
  }
  var score = try InceptionScore(count: logits.shape[0], splits: splits)
  try score.add(logits)
  return try score.score()
}
