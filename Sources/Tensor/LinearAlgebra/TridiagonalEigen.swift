// Eigenvectors of a symmetric tridiagonal matrix by divide and conquer: the halves' are found first, and the element between
// them, a change of rank one, is then put in. The loops of LAPACK's dlaed0, dlaed1 and dlaed3 around its own steps, with the
// secular equation's roots spread over the threads.
// Source: Gu and Eisenstat, A divide-and-conquer algorithm for the symmetric tridiagonal eigenproblem (1995).

import COpenBLAS
import Synchronization

/// A problem of n columns, in parts that are solved one by one. Matrices are column-major, as LAPACK has them.
final class TridiagonalEigen {
  /// [n, n], the eigenvectors in the end.
  let vectors: NDArray
  /// By place in ascending order: which eigenvalue stands there, from 1.
  private(set) var order: [Int32]
  private let n: Int
  /// The diagonal, which becomes the eigenvalues, and what stands beside it.
  private let numbers: NDArray
  /// What a merge needs: the former vectors packed, and those of the change.
  private let room: NDArray

  /// Problems of so many columns are not divided.
  private static let smallest = 32
  /// Multiply-adds between two looks at an interrupt.
  private static let stretch = 1 << 30

  init(_ n: Int) throws {
    self.n = n
    vectors = try CPU.shared.contiguous(CPU.shared.fill(0, shape: [n, n], dtype: .float64))
    numbers = try NDArray(shape: [2, n], dtype: .float64)
    room = try NDArray(shape: [n + 4, n], dtype: .float64)
    order = Array(repeating: 0, count: n)
  }

  var diagonal: UnsafeMutablePointer<Double> { numbers.typed(Double.self) }
  var beside: UnsafeMutablePointer<Double> { diagonal + n }

  func solve() throws { try solve(0..<n) }

  private func corner(_ row: Int, _ column: Int) -> UnsafeMutablePointer<Double> { vectors.typed(Double.self) + column * n + row }

  private func solve(_ part: Range<Int>) throws {
    try Interrupt.check()
    guard part.count > Self.smallest else { return try solveWhole(part) }
    let middle = part.lowerBound + part.count / 2
    let between = beside[middle - 1]
    diagonal[middle - 1] -= abs(between)
    diagonal[middle] -= abs(between)
    try solve(part.lowerBound..<middle)
    try solve(middle..<part.upperBound)
    try merge(part, middle, between)
  }

  private func solveWhole(_ part: Range<Int>) throws {
    var count = Int32(part.count), stride = Int32(n), info: Int32 = 0
    var work = [Double](repeating: 0, count: 2 * part.count)
    dsteqr_(
      "I", &count, diagonal + part.lowerBound, beside + part.lowerBound, corner(part.lowerBound, part.lowerBound), &stride,
      &work, &info)
    try Self.require(info, n)
    for (place, column) in part.enumerated() { order[column] = Int32(place + 1) }
  }

  /// Joins the two halves of a part: the eigenvectors of diag(d) + rho z z^T, times those of the halves.
  private func merge(_ part: Range<Int>, _ middle: Int, _ between: Double) throws {
    let size = part.count, upper = middle - part.lowerBound
    let q = corner(part.lowerBound, part.lowerBound)
    let z = room.typed(Double.self), poles = z + size, weights = poles + size, packed = weights + size
    for column in 0..<upper { z[column] = q[column * n + upper - 1] }
    for column in upper..<size { z[column] = q[column * n + upper] }
    var kept: Int32 = 0, count = Int32(size), stride = Int32(n), first = Int32(upper), info: Int32 = 0, rho = between
    var places = [Int32](repeating: 0, count: size), rows = places, other = places, kinds = places
    var own = Array(order[part])
    dlaed2_(
      &kept, &count, &first, diagonal + part.lowerBound, q, &stride, &own, &rho, z, poles, weights, packed, &places, &rows,
      &other, &kinds, &info)
    try Self.require(info, n)
    if kept > 0 {
      let k = Int(kept)
      try changeVectors(k, part, rho, poles, weights, rows)
      // Of the halves' vectors some have zeros above, some below: what is left is multiplied.
      let above = Int(kinds[0] + kinds[1]), below = Int(kinds[1] + kinds[2])
      let space = packed + above * upper + below * (size - upper)
      try multiply(packed + upper * above, size - upper, below, q + Int(kinds[0]), k, space, into: q + upper)
      try multiply(packed, upper, above, q, k, space, into: q)
      var rest = count - kept, up: Int32 = 1, down: Int32 = -1
      dlamrg_(&kept, &rest, diagonal + part.lowerBound, &up, &down, &own)
    } else {
      for place in 0..<size { own[place] = Int32(place + 1) }
    }
    order.replaceSubrange(part, with: own)
  }

  /// Eigenvalues of the change, and its eigenvectors [k, k] in the corner of the part, rows in the order of `rows`.
  private func changeVectors(
    _ k: Int, _ part: Range<Int>, _ rho: Double, _ poles: UnsafeMutablePointer<Double>,
    _ weights: UnsafeMutablePointer<Double>, _ rows: [Int32]
  ) throws {
    let q = corner(part.lowerBound, part.lowerBound), n = n, grain = max(1, (4 << 10) / k)
    let failure = Atomic<Int32>(0)
    try Threads.split(k, grain: grain) { columns in
      var size = Int32(k), info: Int32 = 0, rho = rho
      for column in columns where !Interrupt.isRequested {
        var root = Int32(column + 1)
        dlaed4_(&size, &root, poles, weights, q + column * n, &rho, diagonal + part.lowerBound + column, &info)
        if info != 0 { failure.store(info, ordering: .relaxed) }
      }
    }
    try Interrupt.check()
    try Self.require(failure.load(ordering: .relaxed), n)
    if k == 1 { return }
    if k > 2 {
      // Weights for which these roots are exact: with them the vectors are orthogonal to the last bit.
      try Threads.split(k, grain: grain) { range in
        for i in range {
          var product = q[i * n + i]
          for j in 0..<k where j != i { product *= q[j * n + i] / (poles[i] - poles[j]) }
          let size = (-product).squareRoot()
          weights[i] = weights[i] < 0 ? -size : size
        }
      }
    }
    try Threads.split(k, grain: grain) { columns in
      var vector = [Double](repeating: 0, count: k)
      for column in columns {
        let target = q + column * n
        var squares = 0.0
        for i in 0..<k {
          // Of two, the library answers the vectors themselves.
          vector[i] = k > 2 ? weights[i] / target[i] : target[i]
          squares += vector[i] * vector[i]
        }
        let length = k > 2 ? squares.squareRoot() : 1
        for i in 0..<k { target[i] = vector[Int(rows[i]) - 1] / length }
      }
    }
  }

  /// former [height, depth] x change [depth, k] -> target, whose column stride is that of all vectors, as the change's is.
  private func multiply(
    _ former: UnsafeMutablePointer<Double>, _ height: Int, _ depth: Int, _ change: UnsafeMutablePointer<Double>, _ k: Int,
    _ space: UnsafeMutablePointer<Double>, into target: UnsafeMutablePointer<Double>
  ) throws {
    // The target may lie over the change.
    for column in 0..<k { (space + column * depth).update(from: change + column * n, count: depth) }
    let width = max(1, Self.stretch / max(1, height * depth))
    for start in stride(from: 0, to: k, by: width) {
      try Interrupt.check()
      let columns = min(width, k - start)
      if depth == 0 {
        for column in start..<start + columns { (target + column * n).update(repeating: 0, count: height) }
      } else {
        cblas_dgemm(
          CblasColMajor, CblasNoTrans, CblasNoTrans, blasint(height), blasint(columns), blasint(depth), 1, former,
          blasint(height), space + start * depth, blasint(depth), 0, target + start * n, blasint(n))
      }
    }
  }

  private static func require(_ info: Int32, _ n: Int) throws {
    guard info == 0 else {
      throw TensorError(
        .value, "eigh", [Operand(shape: [n, n], dtype: .float64)], "did not converge (LAPACK info \(info))")
    }
  }
}
