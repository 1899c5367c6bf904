// The inception score of logits (method.md, section 6).

public import Tensor

/// exp(mean KL(p(y|x) || p(y))) over splits of a fixed permutation: mean and population deviation.
///
/// - Parameter logits: [n, classes], n at least `splits`; the remainder of n / splits is dropped, as the reference does.
public func inceptionScore(_ logits: Tensor, splits: Int = 10) throws -> (mean: Double, deviation: Double) {
  guard logits.rank == 2, splits >= 1, logits.shape[0] >= splits, logits.shape[0] < Int(UInt32.max) else {
    throw TensorError(
      .shape, "inception_score", [Operand(shape: logits.shape, dtype: logits.dtype)],
      "logits are [n, classes] with at least \(splits) rows, one a split")
  }
  var generator = MersenneTwister(seed: 2020)
  let order = try Tensor(generator.permutation(logits.shape[0]).map { Int32($0) })
  let p = try softmax(take(logits.cast(to: .float64), order), axis: -1).evaluated()
  let size = logits.shape[0] / splits
  let scores = try (0..<splits).map { split in
    let part = try p.narrowed(axis: 0, split * size..<(split + 1) * size)
    let marginal = try mean(part, axes: [0], keepDims: true)
    let divergence = try sum(part * (log(part + 1e-10) - log(marginal + 1e-10)), axes: [1])
    return try exp(mean(divergence)).item()
  }
  let centre = scores.reduce(0, +) / Double(splits)
  let variance = scores.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(splits)
  return (centre, variance.squareRoot())
}
