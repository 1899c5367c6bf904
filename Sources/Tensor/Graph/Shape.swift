// Shape arithmetic shared by the operations' shape rules: broadcasting, axes, element counts.

/// Checks a shape and counts its elements without overflow.
func elementCount(_ shape: [Int], for operation: String, _ operands: [Operand] = []) throws -> Int {
  var count = 1
  for size in shape {
    guard size >= 0 else {
      throw TensorError(.shape, operation, operands, "a size cannot be negative: \(shape)")
    }
    let (product, overflow) = count.multipliedReportingOverflow(by: max(size, 1))
    guard !overflow, product < 1 << 47 else {
      throw TensorError(.limit, operation, operands, "a shape of \(shape) is too large to hold")
    }
    count = product
  }
  return shape.contains(0) ? 0 : count
}

/// Throws where so many elements of 8 bytes, made on the host, exceed the machine's memory.
func requireMemory(_ count: Int, for operation: String) throws {
  try Memory.admit(count, of: 8, for: operation)
}

/// The common shape of operands under NumPy's rule: align at the right, sizes equal or 1.
func broadcastShape(_ operands: [Operand], for operation: String) throws -> [Int] {
  var result = operands.first?.shape ?? []
  for operand in operands.dropFirst() where operand.shape != result {
    let rank = max(result.count, operand.shape.count)
    var merged = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let a = axis - (rank - result.count), b = axis - (rank - operand.shape.count)
      let left = a >= 0 ? result[a] : 1, right = b >= 0 ? operand.shape[b] : 1
      guard left == right || left == 1 || right == 1 else {
        throw TensorError(
          .shape, operation, operands,
          "sizes differ: \(left) (axis \(max(a, 0))) and \(right) (axis \(max(b, 0)))")
      }
      merged[axis] = left == 1 ? right : left
    }
    result = merged
  }
  return result
}

/// An axis counted from either end, as 0 ..< rank.
func normalized(axis: Int, rank: Int, for operation: String, _ operands: [Operand]) throws -> Int {
  let result = axis < 0 ? axis + rank : axis
  guard (0..<max(rank, 0)).contains(result) else {
    throw TensorError(
      .index, operation, operands,
      rank == 0
        ? "axis \(axis) of a tensor without axes"
        : "axis \(axis) is outside \(-rank) ... \(rank - 1)")
  }
  return result
}

/// Axes counted from either end, sorted; nil means all. A repeated axis is an error.
func normalized(axes: [Int]?, rank: Int, for operation: String, _ operands: [Operand]) throws -> [Int] {
  guard let axes else { return Array(0..<rank) }
  let result = try axes.map { try normalized(axis: $0, rank: rank, for: operation, operands) }.sorted()
  for (a, b) in zip(result, result.dropFirst()) where a == b {
    throw TensorError(.value, operation, operands, "axis \(a) is named twice")
  }
  return result
}

/// Strides of a row-major array of a shape, in elements.
func rowMajorStrides(_ shape: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: shape.count)
  var step = 1
  for axis in shape.indices.reversed() {
    strides[axis] = step
    step *= max(shape[axis], 1)
  }
  return strides
}
