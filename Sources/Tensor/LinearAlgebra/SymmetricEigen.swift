// Eigenvalues of symmetric matrices by LAPACK's divide and conquer: the only file that hands pointers to LAPACK.

import COpenBLAS

/// Eigenvalues in ascending order and orthonormal eigenvectors of a symmetric matrix, computed now in float64.
///
/// - Parameter x: [n, n]; the lower triangle counts.
/// - Returns: `values` [n], `vectors` [n, n] with one eigenvector a column. The LAPACK function is `dsyevd`.
public func eigh(_ x: Tensor) throws -> (values: Tensor, vectors: Tensor) {
  guard x.rank == 2, x.shape[0] == x.shape[1] else {
    throw TensorError(.shape, "eigh", [x.operand], "needs a square matrix")
  }
  let n = x.shape[0]
  // LAPACK counts its work space, 1 + 6n + 2n^2 numbers, in 32 bits.
  guard n <= 32_000 else { throw TensorError(.limit, "eigh", [x.operand], "takes at most 32000 rows") }
  try Memory.admit(3 * n * n, of: 8, for: "eigh")
  // Row-major lower is column-major upper of the transpose, the same matrix.
  var matrix = try x.scalars(Double.self)
  guard matrix.allSatisfy(\.isFinite) else {
    throw TensorError(.value, "eigh", [x.operand], "the matrix holds NaN or infinity")
  }
  var values = [Double](repeating: 0, count: n)
  if n > 0 {
    var order = Int32(n), info: Int32 = 0
    var workSize: Int32 = -1, wholeSize: Int32 = -1
    var work = [0.0], whole: [Int32] = [0]
    dsyevd_("V", "U", &order, &matrix, &order, &values, &work, &workSize, &whole, &wholeSize, &info)
    workSize = Int32(work[0])
    wholeSize = whole[0]
    work = [Double](repeating: 0, count: Int(workSize))
    whole = [Int32](repeating: 0, count: Int(wholeSize))
    dsyevd_("V", "U", &order, &matrix, &order, &values, &work, &workSize, &whole, &wholeSize, &info)
    guard info == 0 else {
      throw TensorError(.value, "eigh", [x.operand], "did not converge (LAPACK info \(info))")
    }
  }
  // LAPACK's columns are our rows.
  return (try Tensor(values), try Tensor(matrix, shape: [n, n]).transposed())
}
