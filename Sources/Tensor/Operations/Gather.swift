// Rows picked by index tensors, and the reverse. Indices carry no derivative.

import Synchronization

/// Rows of x along an axis; indices [..] int64, result [before, indices' shape, after].
struct Take: Primitive {
  let axis: Int

  var name: String { "take" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    Operand(
      shape: Array(inputs[0].shape[..<axis]) + inputs[1].shape + Array(inputs[0].shape[(axis + 1)...]),
      dtype: inputs[0].dtype)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.take(inputs[0], inputs[1], axis: axis)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try dx[0].map { try Take(axis: axis)($0, x[1]) }
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    [try ScatterAdd(axis: axis, size: x[0].shape[axis])(dy, x[1]), nil]
  }
}

/// Rows added up at the places indices name: the transpose of Take.
struct ScatterAdd: Primitive {
  let axis: Int
  let size: Int

  var name: String { "scatter_add" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    let after = axis + inputs[1].shape.count
    return Operand(
      shape: Array(inputs[0].shape[..<axis]) + [size] + Array(inputs[0].shape[after...]),
      dtype: inputs[0].dtype)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.scatterAdd(inputs[0], inputs[1], axis: axis, size: size)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try dx[0].map { try ScatterAdd(axis: axis, size: size)($0, x[1]) }
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    [try Take(axis: axis)(dy, x[1]), nil]
  }
}

/// Indices of an axis, once it is known that none is outside: a flat index would meet the next row. int64.
struct Bounds: Primitive {
  let size: Int

  var name: String { "take_along" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand { inputs[0] }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    var outside: Double?
    inputs[0].eachBlock(of: 0..<inputs[0].count) { block in
      outside = block.first { $0 < Double(-size) || $0 >= Double(size) }
      return outside == nil
    }
    guard let outside else { return inputs[0] }
    throw TensorError(
      .index, name, inputs.map { Operand(shape: $0.shape, dtype: $0.dtype) },
      "index \(Int(exactly: outside) ?? .max) is outside an axis of size \(size)")
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? { nil }
  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] { [nil] }
}

/// Rows of x along an axis, in the order of indices of any shape; negative ones count from the end. An index
/// outside is an error, at once where the indices are known, else when the value is computed.
public func take(_ x: Tensor, _ indices: Tensor, axis: Int = 0) throws -> Tensor {
  let axis = try normalized(axis: axis, rank: x.rank, for: "take", [x.operand, indices.operand])
  guard indices.dtype.isInteger else {
    throw TensorError(
      .type, "take", [x.operand, indices.operand], "indices must be whole numbers, not \(indices.dtype)",
      hint: "cast(indices, \"int32\")")
  }
  try indices.requireIndices(into: x.shape[axis], axis, for: "take", [x.operand, indices.operand])
  return try Take(axis: axis)(x, indices.cast(to: .int64))
}

extension Tensor {
  /// Indices that are known are checked where they are used, not when a value is needed at last.
  fileprivate func requireIndices(into size: Int, _ axis: Int, for operation: String, _ operands: [Operand]) throws {
    guard node.value != nil, let index = try firstIndex(outside: size) else { return }
    throw TensorError(.index, operation, operands, "index \(index) is outside axis \(axis) of size \(size)")
  }

  /// The first of whole numbers that is no index into an axis of some size, from either end. Computes now.
  func firstIndex(outside size: Int) throws -> Int64? {
    let bound = Int64(size)
    return try cast(to: .int64).withBytes { bytes in
      nonisolated(unsafe) let numbers = bytes.bindMemory(to: Int64.self)
      let first = Atomic<Int>(.max)
      try Threads.split(numbers.count, grain: 16 << 10) { range in
        if let place = range.first(where: { numbers[$0] < -bound || numbers[$0] >= bound }) { first.min(place, ordering: .relaxed) }
      }
      let place = first.load(ordering: .relaxed)
      return place == .max ? nil : numbers[place]
    }
  }
}

/// x[i..., indices[i..., j], ...]: one index for every place; all axes but `axis` agree (or are 1).
public func takeAlong(_ x: Tensor, _ indices: Tensor, axis: Int) throws -> Tensor {
  let operands = [x.operand, indices.operand]
  let axis = try normalized(axis: axis, rank: x.rank, for: "take_along", operands)
  guard indices.rank == x.rank, indices.dtype.isInteger else {
    throw TensorError(.shape, "take_along", operands, "indices must be whole numbers with \(x.rank) axes")
  }
  var target = x.shape
  target[axis] = indices.shape[axis]
  try indices.requireIndices(into: x.shape[axis], axis, for: "take_along", operands)
  let rows = try Bounds(size: x.shape[axis])(indices.cast(to: .int64)).broadcast(to: target)
  // Negative indices count from the end of the axis, before the axis is merged with the others.
  let size = Int64(x.shape[axis])
  let places = try select(less(rows, 0), rows + Double(size), rows)
  var flat = try places * Double(x.shape[(axis + 1)...].reduce(1, *))
  for other in target.indices where other != axis {
    let step = x.shape[(other + 1)...].reduce(1, *)
    var shape = [Int](repeating: 1, count: x.rank)
    shape[other] = target[other]
    flat = try flat + Tensor.arange(target[other], dtype: .int64).reshaped(shape) * Double(step)
  }
  // An index outside its axis must not reach into the next row: it is sent outside altogether.
  let isInside = try logicalAnd(lessEqual(Tensor(0, dtype: .int64), places), less(places, Double(size)))
  return try take(x.reshaped([-1]), select(isInside, flat, Double(x.count)))
}

/// Rows of zeros with a 1 at each label: [...] -> [..., classes].
public func oneHot(_ labels: Tensor, classes: Int, dtype: DType = .float32) throws -> Tensor {
  guard labels.dtype.isInteger else {
    throw TensorError(.type, "one_hot", [labels.operand], "labels must be whole numbers")
  }
  return try equal(labels.expanded(-1).cast(to: .int64), .arange(classes, dtype: .int64)).cast(to: dtype)
}
