// Matrix products on the CPU. Many small ones (attention) go to our own kernel, all batches in one call; large
// ones to oneDNN; float64 to OpenBLAS; whole numbers through float64, exact to 2^53.

import CKernels
import COpenBLAS

extension CPU {
  /// Up to this many multiply-adds a product, one library call costs more than it saves.
  private static let smallProduct = 32 * 32 * 32
  /// A right factor of up to so many numbers stays in a core's cache: our kernel, split by rows, then beats the library,
  /// which copies the factors first. So it does up to so many multiply-adds.
  private static let modestFactor = 1 << 17, modestProduct = 1 << 24

  /// Multiply-adds of a product after which it looks for an interrupt: at 50 GFLOP/s a fifth of a second.
  private static let longProduct = 5 << 30
  /// Terms of a sum after which the next begins: the libraries add them up one after the other, and float32 forgets.
  private static let longSum = 1 << 16

  func matmul(_ a: NDArray, _ b: NDArray) throws -> NDArray { try matmul(a, b, result: a.dtype) }

  func matmul(_ a: NDArray, _ b: NDArray, result type: DType) throws -> NDArray {
    let k = a.shape[a.rank - 1], n = b.shape[b.rank - 1]
    var shape = a.shape
    shape[a.rank - 1] = n
    let result = try NDArray(shape: shape, dtype: type)
    guard result.count > 0 else { return result }
    guard k > 0 else {
      result.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: result.count * type.size)
      return result
    }
    switch a.dtype {
    case .bfloat16 where !MatrixProduct.multipliesBFloat16:
      let product = try matmul(converted(a, to: .float32), converted(b, to: .float32))
      return try converted(product, to: type)
    case .float32, .bfloat16: try multiply(a, b, result)
    case .float64: try multiplyDouble(a, b, result)
    case .bool, .uint8, .int32, .int64:
      let product = try matmul(converted(a, to: .float64), converted(b, to: .float64))
      // By way of int64, so that what does not fit wraps around.
      return try converted(converted(product, to: .int64), to: a.dtype)
    }
    return result
  }

  private func multiply(_ a: NDArray, _ b: NDArray, _ result: NDArray) throws {
    let m = a.shape[a.rank - 2], k = a.shape[a.rank - 1], n = b.shape[b.rank - 1]
    let batches = a.shape.dropLast(2).reduce(1, *)
    // One right factor for all: the rows of all batches are the rows of one tall matrix.
    if b.strides.dropLast(2).allSatisfy({ $0 == 0 }) || batches == 1 {
      let flat = try matrixForm(flattened(a)), factor = try matrixForm(b.lastAxes)
      return try product(flat, factor, result.rank == 2 ? result : result.with(shape: [batches * m, n], strides: [n, 1]))
    }
    let left = try matrixForm(a), right = try matrixForm(b)
    let leftOffsets = left.batchOffsets, rightOffsets = right.batchOffsets
    if a.dtype == .float32, m * n * k <= 1 << 24 {
      let resultOffsets = result.batchOffsets
      try Threads.split(batches, grain: max(1, Self.smallProduct / (m * n * k))) { range in
        imf_batched_matmul(
          left.typed(Float.self), leftOffsets, Int64(left.strides[left.rank - 2]),
          Int64(left.strides[left.rank - 1]), right.typed(Float.self), rightOffsets,
          Int64(right.strides[right.rank - 2]), Int64(right.strides[right.rank - 1]),
          result.typed(Float.self), resultOffsets, Int64(n), 1, Int64(m), Int64(n), Int64(k),
          Int64(range.lowerBound), Int64(range.upperBound))
      }
      return
    }
    for batch in 0..<batches {
      try product(
        left.with(
          shape: [m, k], strides: Array(left.strides.suffix(2)),
          offset: left.offset + Int(leftOffsets[batch])),
        right.with(
          shape: [k, n], strides: Array(right.strides.suffix(2)),
          offset: right.offset + Int(rightOffsets[batch])),
        result.with(shape: [m, n], strides: [n, 1], offset: batch * m * n))
    }
  }

  /// Two matrices whose strides suit the libraries.
  private func product(_ a: NDArray, _ b: NDArray, _ result: NDArray) throws {
    let m = a.shape[0], k = a.shape[1], n = b.shape[1]
    if a.dtype == .float32, Self.isSumOfOuterProducts(a, b) { return try outerProducts(a, b, result) }
    if a.dtype == .float32, k <= Self.longSum, (n * k <= Self.modestFactor && a.strides[1] == 1) || m * n * k <= Self.modestProduct {
      // Each thread has rows of its own; the order of every sum is the same for any number of threads.
      try Threads.split(m, grain: max(12, Self.smallProduct / (n * k))) { rows in
        imf_batched_matmul(
          a.typed(Float.self) + rows.lowerBound * a.strides[0], [0], Int64(a.strides[0]), Int64(a.strides[1]),
          b.typed(Float.self), [0], Int64(b.strides[0]), Int64(b.strides[1]),
          result.typed(Float.self) + rows.lowerBound * n, [0], Int64(n), 1, Int64(rows.count), Int64(n), Int64(k), 0, 1)
      }
      return
    }
    // Parts of a sum are added up in float32.
    let isSummed = result.dtype == .bfloat16 && Self.blocks(m, n, k, Self.longProduct).deep > 1
    let target = isSummed ? try NDArray(shape: [m, n], dtype: .float32) : result
    try eachBlock(m, n, k, Self.longProduct) { rows, columns, depth in
      try MatrixProduct.run(
        .init(
          m: rows.count, n: columns.count, k: depth.count, a: a.strides, b: b.strides, resultRow: n, dtype: a.dtype,
          result: target.dtype, adds: depth.lowerBound > 0),
        a: a.pointer + (rows.lowerBound * a.strides[0] + depth.lowerBound * a.strides[1]) * a.dtype.size,
        b: b.pointer + (depth.lowerBound * b.strides[0] + columns.lowerBound * b.strides[1]) * b.dtype.size,
        result: target.pointer + (rows.lowerBound * n + columns.lowerBound) * target.dtype.size)
    }
    if isSummed {
      result.pointer.copyMemory(from: try converted(target, to: .bfloat16).pointer, byteCount: m * n * DType.bfloat16.size)
    }
  }

  /// Many rows of two factors, a few columns each: a weight's gradient. The result must leave room in a core's cache.
  private static func isSumOfOuterProducts(_ a: NDArray, _ b: NDArray) -> Bool {
    let m = a.shape[0], k = a.shape[1], n = b.shape[1]
    return a.strides[0] == 1 && b.strides[1] == 1 && k >= 512 && k <= longSum && 16...Int(IMF_OUTER_ROWS) ~= m && n >= 16
      && m * n <= modestFactor
  }

  /// Each half of the rows is added up by itself, whatever the number of threads, so that two can share the reading.
  private func outerProducts(_ a: NDArray, _ b: NDArray, _ result: NDArray) throws {
    let m = a.shape[0], k = a.shape[1], n = b.shape[1]
    let other = try NDArray(shape: [m, n], dtype: .float32)
    let bands = max(1, min(Threads.count / 2, m / 48))
    try Threads.forEach(2 * bands) { index in
      let (half, band) = (index % 2, index / 2)
      let rows = m * band / bands..<m * (band + 1) / bands
      imf_outer_products(
        a.typed(Float.self) + rows.lowerBound, Int64(a.strides[1]), b.typed(Float.self), Int64(b.strides[0]),
        (half == 0 ? result : other).typed(Float.self) + rows.lowerBound * n, Int64(n), Int64(rows.count), Int64(n),
        Int64(k / 2 * half), Int64(half == 0 ? k / 2 : k))
    }
    guard let add = imf_binary_kernel(IMF_ADD, IMF_FLOAT32) else { return }
    let (x, y) = (result.typed(Float.self), other.typed(Float.self))
    try Threads.split(m * n, grain: 16 << 10) { range in
      add(x + range.lowerBound, y + range.lowerBound, x + range.lowerBound, range.count)
    }
  }

  /// Into how many parts the axes of an [m, k] x [k, n] product are cut, so that each costs at most about `most`
  /// multiply-adds. Reading or writing a number costs as much as some dozen of them.
  private static func blocks(_ m: Int, _ n: Int, _ k: Int, _ most: Int) -> (down: Int, across: Int, deep: Int) {
    let parts = max(1, (m * n * k + 64 * (m * k + k * n + m * n)) / most)
    if k > 8 * max(m, n) { return (1, 1, min(max(parts, (k + longSum - 1) / longSum), k)) }
    let across = min(n, n > 4 * m ? parts : m > 4 * n ? 1 : Int(Double(parts).squareRoot().rounded(.up)))
    return (min(m, (parts + across - 1) / across), across, 1)
  }

  /// Calls the body for the blocks of a product, so that an interrupt need not wait for the end of a large one. Blocks of
  /// the inner axis follow one another; all but the first add to the result.
  private func eachBlock(
    _ m: Int, _ n: Int, _ k: Int, _ most: Int, _ body: (_ rows: Range<Int>, _ columns: Range<Int>, _ depth: Range<Int>) throws -> Void
  ) throws {
    let (down, across, deep) = Self.blocks(m, n, k, most)
    for i in 0..<down {
      for j in 0..<across {
        for l in 0..<deep {
          try Interrupt.check()
          try body(
            m * i / down..<m * (i + 1) / down, n * j / across..<n * (j + 1) / across, k * l / deep..<k * (l + 1) / deep)
        }
      }
    }
  }

  private func multiplyDouble(_ a: NDArray, _ b: NDArray, _ result: NDArray) throws {
    let m = a.shape[a.rank - 2], k = a.shape[a.rank - 1], n = b.shape[b.rank - 1]
    let left = try matrixForm(a), right = try matrixForm(b.rank == 2 ? b.broadcast(to: a.shape.dropLast(2) + b.shape) : b)
    let x = left.typed(Double.self), y = right.typed(Double.self), z = result.typed(Double.self)
    func order(_ matrix: NDArray) -> (CBLAS_TRANSPOSE, Int) {
      let row = matrix.strides[matrix.rank - 2], column = matrix.strides[matrix.rank - 1]
      return column == 1 ? (CblasNoTrans, row) : (CblasTrans, column)
    }
    let (leftOrder, leftStride) = order(left), (rightOrder, rightStride) = order(right)
    for (batch, (i, j)) in zip(left.batchOffsets, right.batchOffsets).enumerated() {
      try eachBlock(m, n, k, Self.longProduct / 4) { rows, columns, depth in
        cblas_dgemm(
          CblasRowMajor, leftOrder, rightOrder, blasint(rows.count), blasint(columns.count), blasint(depth.count), 1,
          x + Int(i) + rows.lowerBound * left.strides[left.rank - 2] + depth.lowerBound * left.strides[left.rank - 1],
          blasint(leftStride),
          y + Int(j) + depth.lowerBound * right.strides[right.rank - 2] + columns.lowerBound * right.strides[right.rank - 1],
          blasint(rightStride), depth.lowerBound > 0 ? 1 : 0,
          z + batch * m * n + rows.lowerBound * n + columns.lowerBound, blasint(n))
      }
    }
  }

  /// A view whose last two axes the libraries can walk: one stride 1, the other at least the row's length.
  private func matrixForm(_ x: NDArray) throws -> NDArray {
    let rows = x.shape[x.rank - 2], columns = x.shape[x.rank - 1]
    var strides = x.strides
    // The stride of an axis of size 1 means nothing; the libraries want it plausible all the same.
    let row = x.rank - 2, column = x.rank - 1
    if columns == 1, rows == 1 {
      (strides[row], strides[column]) = (1, 1)
    } else if columns == 1 {
      if strides[row] == 1 { strides[column] = rows } else { strides[column] = 1 }
    } else if rows == 1 {
      if strides[column] == 1 { strides[row] = columns } else { strides[row] = 1 }
    }
    let fits =
      (strides[column] == 1 && strides[row] >= columns) || (strides[row] == 1 && strides[column] >= rows)
    guard fits else { return try contiguous(x) }
    return strides == x.strides ? x : x.with(shape: x.shape, strides: strides)
  }

  /// [..., m, k] as [batches * m, k], copied where strides demand it.
  private func flattened(_ a: NDArray) throws -> NDArray {
    if a.rank == 2 { return a }
    let k = a.shape[a.rank - 1]
    let target = [a.count / max(1, k), k]
    if let view = a.reshapedView(target) { return view }
    return try contiguous(a).with(shape: target, strides: [k, 1], offset: 0)
  }
}

extension NDArray {
  /// The matrix of the last two axes, the first of all where there are several.
  fileprivate var lastAxes: NDArray { rank == 2 ? self : with(shape: Array(shape.suffix(2)), strides: Array(strides.suffix(2))) }

  /// Elements from the array's start to each matrix of the leading axes, in row-major order.
  var batchOffsets: [Int64] {
    var offsets: [Int64] = [0]
    for axis in shape.indices.dropLast(2) {
      offsets = offsets.flatMap { offset in
        (0..<shape[axis]).map { offset + Int64($0 * strides[axis]) }
      }
    }
    return offsets
  }
}
