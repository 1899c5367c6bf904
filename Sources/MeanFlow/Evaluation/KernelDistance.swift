// The kernel inception distance: the squared maximum mean discrepancy under the kernel (x y / d + 1)^3, without bias
// whatever the number of images. Source: Binkowski and others, Demystifying MMD GANs (2018); subsets are torch-fidelity's.

public import Tensor

/// An estimate from random subsets, with its confidence interval.
public struct KernelDistance: Sendable {
  /// Mean and population deviation over the subsets.
  public let mean: Double
  public let deviation: Double
  /// 95 % confidence in the mean; nil where the subsets are all there is. Subsets of m out of n images vary with
  /// sigma^2 (n - m) / (n m), all n together with sigma^2 / n (Shao and Wu, A general theory for jackknife variance estimation, 1989).
  public let interval: ClosedRange<Double>?
}

/// - Parameters:
///   - a, b: features [n, d] of two sets of images.
///   - size: images a subset, at most as many as either set has.
public func kernelDistance(
  _ a: Tensor, _ b: Tensor, subsets: Int = 100, size: Int = 1000, report: (Int) -> Void = { _ in }
) throws -> KernelDistance {
  let operands = [a, b].map { Operand(shape: $0.shape, dtype: $0.dtype) }
  guard a.rank == 2, b.rank == 2, a.shape[1] == b.shape[1], a.shape[1] > 0 else {
    throw TensorError(.shape, "kid", operands, "both sets of features are [n, d], of one d")
  }
  let least = min(a.shape[0], b.shape[0])
  guard subsets >= 1, size >= 2, size <= least else {
    throw TensorError(
      .value, "kid", operands, "subsets of \(size) need at least that many images, and two; there are \(least)",
      hint: "subset_size = \(max(2, least / 2))")
  }
  var generator = MersenneTwister(seed: 2020)
  func subset(_ x: Tensor) throws -> Tensor {
    let chosen = generator.permutation(x.shape[0]).prefix(size).map { Int32($0) }
    return try take(x, Tensor(Array(chosen))).cast(to: .float64)
  }
  var estimates: [Double] = []
  for index in 0..<subsets {
    try Interrupt.check()
    estimates.append(try discrepancy(subset(a), subset(b)))
    report(index + 1)
  }
  let mean = estimates.reduce(0, +) / Double(subsets)
  let variance = estimates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(subsets)
  let reach = least > size && subsets > 1 ? 1.96 * (variance * Double(size) / Double(least - size)).squareRoot() : nil
  return KernelDistance(mean: mean, deviation: variance.squareRoot(), interval: reach.map { mean - $0...mean + $0 })
}

/// The unbiased estimate from as many x as y.
private func discrepancy(_ x: Tensor, _ y: Tensor) throws -> Double {
  let m = Double(x.shape[0])
  func kernel(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let k = try matmul(a, b.transposed()) / Double(a.shape[1]) + 1
    return try k * k * k
  }
  /// The sum over pairs of different ones.
  func within(_ a: Tensor) throws -> Tensor {
    let own = try sum(a * a, axes: [1]) / Double(a.shape[1]) + 1
    return try sum(kernel(a, a)) - sum(own * own * own)
  }
  return try ((within(x) + within(y)) / (m * (m - 1)) - sum(kernel(x, y)) * (2 / (m * m))).item()
}
