// Eigenvalues of symmetric matrices: reduced to a tridiagonal matrix (here), whose eigenvectors come by divide and conquer
// (TridiagonalEigen.swift) and are turned back (here). LAPACK's dsyevd does the same in one call, minutes for a large matrix;
// these are its outer loops around its own steps, so that an interrupt is looked at between them.

import COpenBLAS

extension CPU {
  /// Multiply-adds, and numbers read, between two looks at an interrupt.
  private static let stretch = 1 << 30, read = 100_000_000

  func symmetricEigen(_ x: NDArray) throws -> NDArray {
    let n = x.shape[0]
    let result = try NDArray(shape: [n + 1, n], dtype: .float64)
    guard n > 0 else { return result }
    let matrix = try NDArray(shape: [n, n], dtype: .float64), reflectors = try NDArray(shape: [n], dtype: .float64)
    let scale = try takeLowerTriangle(of: contiguous(x), into: matrix)
    let eigen = try TridiagonalEigen(n)
    try makeTridiagonal(matrix, reflectors, eigen)
    try eigen.solve()
    try turnBack(eigen.vectors, matrix, reflectors)
    let order = eigen.order.map { Int($0) - 1 }
    for (place, column) in order.enumerated() { result.typed(Double.self)[place] = eigen.diagonal[column] * scale }
    try Threads.split(n, grain: max(1, (16 << 10) / n)) { rows in
      let (from, to) = (eigen.vectors.typed(Double.self), result.typed(Double.self) + n)
      for (place, column) in order.enumerated() {
        for row in rows { to[row * n + place] = from[column * n + row] }
      }
    }
    return result
  }

  /// Copies the triangle that counts, row-major, as LAPACK's lower one, divided by a power of two near the largest element.
  ///
  /// - Returns: that power.
  private func takeLowerTriangle(of x: NDArray, into matrix: NDArray) throws -> Double {
    let n = x.shape[0], source = x.typed(Double.self), a = matrix.typed(Double.self)
    var largest = 0.0
    for row in 0..<n {
      try Interrupt.check()
      for place in row * n..<(row + 1) * n {
        guard source[place].isFinite else {
          throw TensorError(
            .value, "eigh", [Operand(shape: x.shape, dtype: x.dtype)], "the matrix holds NaN or infinity")
        }
        largest = max(largest, abs(source[place]))
      }
    }
    let scale = largest > 0 ? Double(sign: .plus, exponent: largest.exponent, significand: 1) : 1
    try Threads.split(n, grain: max(1, (16 << 10) / n)) { rows in
      for row in rows {
        for column in 0...row { a[column * n + row] = source[row * n + column] / scale }
      }
    }
    return scale
  }

  /// Householder reflectors, left below the diagonal of the matrix, that make it tridiagonal: the loop of `dsytrd`.
  private func makeTridiagonal(_ matrix: NDArray, _ reflectors: NDArray, _ eigen: TridiagonalEigen) throws {
    let n = matrix.shape[0], a = matrix.typed(Double.self), tau = reflectors.typed(Double.self)
    let (d, e) = (eigen.diagonal, eigen.beside)
    // Every column of a panel reads the rest of the matrix.
    let width = min(32, max(4, Self.read / (n * n)))
    let room = try Storage(byteCount: n * width * MemoryLayout<Double>.size)
    var order = Int32(n), panel = Int32(width), info: Int32 = 0
    var start = 0
    while n - start > 2 * width {
      try Interrupt.check()
      let corner = a + start * n + start, work = room.pointer.assumingMemoryBound(to: Double.self)
      var size = Int32(n - start)
      dlatrd_("L", &size, &panel, corner, &order, e + start, tau + start, work, &order)
      cblas_dsyr2k(
        CblasColMajor, CblasLower, CblasNoTrans, size - panel, panel, -1, corner + width, order, work + width, order, 1,
        corner + width * n + width, order)
      for column in start..<start + width {
        a[column * n + column + 1] = e[column]
        d[column] = a[column * n + column]
      }
      start += width
    }
    withExtendedLifetime(room) {}
    var size = Int32(n - start)
    dsytd2_("L", &size, a + start * n + start, &order, d + start, e + start, tau + start, &info)
  }

  /// The eigenvectors of the matrix from those of the tridiagonal one, some columns at a time.
  private func turnBack(_ vectors: NDArray, _ matrix: NDArray, _ reflectors: NDArray) throws {
    let n = matrix.shape[0]
    guard n > 1 else { return }
    let width = min(n, max(32, Self.stretch / (n * n)))
    var order = Int32(n), info: Int32 = 0
    // What the routine wants for blocks of 64 reflectors.
    var workSize = Int32(width * 64 + 65 * 64)
    var work = [Double](repeating: 0, count: Int(workSize))
    for first in stride(from: 0, to: n, by: width) {
      try Interrupt.check()
      var columns = Int32(min(width, n - first))
      dormtr_(
        "L", "L", "N", &order, &columns, matrix.typed(Double.self), &order, reflectors.typed(Double.self),
        vectors.typed(Double.self) + first * n, &order, &work, &workSize, &info)
    }
  }
}
