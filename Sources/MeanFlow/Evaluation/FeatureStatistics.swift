// Means and covariances of features, and the Frechet distance between them (method.md, section 6).

public import Tensor

/// Mean and unbiased covariance of features, in float64.
public struct FeatureStatistics: Sendable {
  /// [d]
  public let mu: Tensor
  /// [d, d]
  public let sigma: Tensor
  /// How many rows they are of; nil where nobody said.
  public let count: Int?

  public init(mu: Tensor, sigma: Tensor, count: Int? = nil) {
    self.mu = mu
    self.sigma = sigma
    self.count = count
  }

  /// - Parameter features: [n, d], n at least 2.
  public init(features: Tensor) throws {
    guard features.rank == 2, features.shape[0] >= 2 else {
      throw TensorError(
        .shape, "statistics", [Operand(shape: features.shape, dtype: features.dtype)],
        "features are [n, d] with at least two rows")
    }
    var all = StatisticsAccumulator()
    try all.add(features)
    self = try all.statistics()
  }
}

/// |mu1 - mu2|^2 + tr S1 + tr S2 - 2 sum Re sqrt(eig(S1 S2)), in float64.
///
/// S1 S2 has the eigenvalues of the symmetric S1^(1/2) S2 S1^(1/2), so that two symmetric problems do, singular
/// covariances included. May come out slightly below 0.
public func frechetDistance(_ mu1: Tensor, _ sigma1: Tensor, _ mu2: Tensor, _ sigma2: Tensor) throws -> Double {
  let d = mu1.shape.first ?? 0
  for (name, tensor, shape) in [("mu1", mu1, [d]), ("mu2", mu2, [d]), ("sigma1", sigma1, [d, d]), ("sigma2", sigma2, [d, d])]
  where tensor.shape != shape {
    throw TensorError(
      .shape, "frechet_distance", [Operand(shape: mu1.shape, dtype: mu1.dtype), Operand(shape: tensor.shape, dtype: tensor.dtype)],
      "\(name) must have shape \(shape)", hint: "mu is [d], sigma [d, d], of the same features")
  }
  let (m1, s1, m2, s2) = try (
    mu1.cast(to: .float64), sigma1.cast(to: .float64), mu2.cast(to: .float64), sigma2.cast(to: .float64)
  )
  for (name, tensor) in [("mu1", m1), ("sigma1", s1), ("mu2", m2), ("sigma2", s2)] {
    guard try sum(tensor).item().isFinite else {
      throw TensorError(.value, "frechet_distance", [], "\(name) holds numbers that are not finite")
    }
  }
  let root = try squareRoot(of: s1)
  let product = try matmul(matmul(root, s2), root)
  let symmetric = try (product + product.transposed()) * 0.5
  let cross = try sum(sqrt(maximum(eigh(symmetric).values, 0))).item()
  let difference = try m1 - m2
  return try sum(difference * difference).item() + trace(s1) + trace(s2) - 2 * cross
}

/// The symmetric root of a positive semidefinite matrix; rounding's negative eigenvalues count as 0.
private func squareRoot(of matrix: Tensor) throws -> Tensor {
  let symmetric = try (matrix + matrix.transposed()) * 0.5
  let (values, vectors) = try eigh(symmetric)
  return try matmul(vectors * sqrt(maximum(values, 0)), vectors.transposed())
}

private func trace(_ matrix: Tensor) throws -> Double {
  try sum(matrix * Tensor.eye(matrix.shape[0], dtype: .float64)).item()
}
