// Eigenvalues of symmetric matrices by LAPACK's divide and conquer: the only file that hands pointers to LAPACK.
// With S = V diag(l) V^T and M = V^T dS V: dl = diag(M), dV = V (F * M), F[i, j] = 1 / (l[j] - l[i]), 0 where these are equal.
// Source: Giles, Collected matrix derivative results for forward and reverse mode (2008), 3.1.

import COpenBLAS

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

extension CPU {
  /// The LAPACK function is `dsyevd`.
  func symmetricEigen(_ x: NDArray) throws -> NDArray {
    let n = x.shape[0]
    let result = try NDArray(shape: [n + 1, n], dtype: .float64)
    guard n > 0 else { return result }
    let operands = [Operand(shape: x.shape, dtype: x.dtype)]
    let source = try contiguous(x)
    let values = result.typed(Double.self), matrix = values + n
    matrix.update(from: source.typed(Double.self), count: n * n)
    guard (0..<n * n).allSatisfy({ matrix[$0].isFinite }) else {
      throw TensorError(.value, "eigh", operands, "the matrix holds NaN or infinity")
    }
    // Row-major lower is column-major upper of the transpose, the same matrix.
    var order = Int32(n), info: Int32 = 0
    var workSize: Int32 = -1, wholeSize: Int32 = -1
    var work = [0.0], whole: [Int32] = [0]
    dsyevd_("V", "U", &order, matrix, &order, values, &work, &workSize, &whole, &wholeSize, &info)
    workSize = Int32(work[0])
    wholeSize = whole[0]
    work = [Double](repeating: 0, count: Int(workSize))
    whole = [Int32](repeating: 0, count: Int(wholeSize))
    dsyevd_("V", "U", &order, matrix, &order, values, &work, &workSize, &whole, &wholeSize, &info)
    guard info == 0 else {
      throw TensorError(.value, "eigh", operands, "did not converge (LAPACK info \(info))")
    }
    // LAPACK's columns are our rows.
    for i in 0..<n {
      for j in 0..<i { (matrix[i * n + j], matrix[j * n + i]) = (matrix[j * n + i], matrix[i * n + j]) }
    }
    return result
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
  // LAPACK counts its work space, 1 + 6n + 2n^2 numbers, in 32 bits.
  guard x.shape[0] <= 32_000 else { throw TensorError(.limit, "eigh", [x.operand], "takes at most 32000 rows") }
  return try SymmetricEigen()(x.cast(to: .float64)).evaluated().eigenParts()
}
