// Eigenvalues and eigenvectors of symmetric matrices, and their derivatives.
// With S = V diag(l) V^T and M = V^T dS V: dl = diag(M), dV = V (F * M), F[i, j] = 1 / (l[j] - l[i]), 0 where these are equal.
// Source: Giles, Collected matrix derivative results for forward and reverse mode (2008), 3.1.

/// Eigenvalues (row 0, ascending) above eigenvectors (columns of the rest): [n, n] -> [n + 1, n], float64. The lower
/// triangle counts.
struct SymmetricEigen: CostlyPrimitive {
  var name: String { "eigh" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    Operand(shape: [inputs[0].shape[0] + 1, inputs[0].shape[0]], dtype: .float64)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray { try device.symmetricEigen(inputs[0]) }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    guard let dx = dx[0] else { return nil }
    let (values, vectors) = try y.eigenParts()
    let (diagonal, lower) = try masks(x[0])
    let strict = try dx * lower
    let change = try strict + strict.transposed() + dx * diagonal
    let m = try matmul(matmul(vectors.transposed(), change), vectors)
    let dValues = try sum(m * diagonal, axes: [0], keepDims: true)
    return try concat([dValues, matmul(vectors, m * inverseGaps(values))])
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    let (values, vectors) = try y.eigenParts()
    let (dValues, dVectors) = try dy.eigenParts()
    let (diagonal, lower) = try masks(x[0])
    let inner = try diagonal * dValues + inverseGaps(values) * matmul(vectors.transposed(), dVectors)
    let whole = try matmul(matmul(vectors, inner), vectors.transposed())
    return [try (whole + whole.transposed()) * lower + whole * diagonal]
  }

  /// 1 on the diagonal, and 1 below it.
  private func masks(_ x: Tensor) throws -> (diagonal: Tensor, lower: Tensor) {
    let index = try Tensor.arange(x.shape[0])
    return (
      try equal(index.expanded(1), index.expanded(0)).cast(to: .float64),
      try greater(index.expanded(1), index.expanded(0)).cast(to: .float64)
    )
  }

  private func inverseGaps(_ values: Tensor) throws -> Tensor {
    let gaps = try values.expanded(0) - values.expanded(1)
    let isZero = try equal(gaps, 0)
    return try select(isZero, 0, 1 / select(isZero, 1, gaps))
  }
}

extension Tensor {
  fileprivate func eigenParts() throws -> (values: Tensor, vectors: Tensor) {
    let n = shape[1]
    return (try sliced([.index(0)]), try narrowed(axis: 0, 1..<n + 1))
  }
}

/// Eigenvalues in ascending order and orthonormal eigenvectors of a symmetric matrix, computed now in float64.
///
/// - Parameter x: [n, n]; the lower triangle counts.
/// - Returns: `values` [n], `vectors` [n, n] with one eigenvector a column. Derivatives of vectors whose eigenvalues are
///   equal are taken as 0 among each other.
/// - Throws: `TensorError` where the matrix is not square or holds NaN or infinity.
public func eigh(_ x: Tensor) throws -> (values: Tensor, vectors: Tensor) {
  guard x.rank == 2, x.shape[0] == x.shape[1] else {
    throw TensorError(.shape, "eigh", [x.operand], "needs a square matrix")
  }
  // LAPACK counts elements in 32 bits.
  guard x.shape[0] <= 32_000 else { throw TensorError(.limit, "eigh", [x.operand], "takes at most 32000 rows") }
  return try SymmetricEigen()(x.cast(to: .float64)).evaluated().eigenParts()
}
