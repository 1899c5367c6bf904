// The CPU device: C kernels on strided memory, spread over the cores; here what moves elements. Matrix products go to oneDNN
// and OpenBLAS (CPU+Matmul.swift), elementwise chains are fused (CPU+Elementwise.swift).

import CKernels
import Synchronization

struct CPU: Device {
  static let shared = CPU()

  /// Bytes of copying worth a thread of its own.
  static let grain = 64 << 10

  func contiguous(_ x: NDArray) throws -> NDArray {
    if x.isContiguous { return x }
    let result = try NDArray(shape: x.shape, dtype: x.dtype)
    try gather(x, into: result)
    return result
  }

  /// Copies a strided array into row-major memory of the same shape.
  private func gather(_ x: NDArray, into result: NDArray) throws {
    let (shape, strides) = x.collapsed
    let size = x.dtype.size
    try Threads.split(x.count, grain: Self.grain / size) { range in
      imf_gather_block(
        x.pointer, size, Int32(shape.count), shape, strides, Int64(range.lowerBound),
        Int64(range.count), result.pointer + range.lowerBound * size)
    }
  }

  /// Copies an array into a strided view of the same shape.
  private func copy(_ x: NDArray, into view: NDArray) throws {
    let source = try contiguous(x)
    let (shape, strides) = view.collapsed
    let size = x.dtype.size
    try Threads.split(x.count, grain: Self.grain / size) { range in
      imf_scatter_block(
        view.pointer, size, Int32(shape.count), shape, strides, Int64(range.lowerBound),
        Int64(range.count), source.pointer + range.lowerBound * size)
    }
  }

  func fill(_ value: Double, shape: [Int], dtype: DType) throws -> NDArray {
    let storage = try Storage(byteCount: dtype.size)
    dtype.withBytes(of: value) { storage.pointer.copyMemory(from: $0, byteCount: dtype.size) }
    return NDArray(
      storage: storage, offset: 0, shape: shape, strides: shape.map { _ in 0 }, dtype: dtype)
  }

  /// The array's elements in another type.
  func converted(_ x: NDArray, to dtype: DType) throws -> NDArray {
    let program = ElementwiseProgram(.cast, [.input(0)], of: x.dtype, dtype: dtype)
    return try elementwise(program, [x], shape: x.shape)[0]
  }

  // MARK: Movement

  func take(_ x: NDArray, _ indices: NDArray, axis: Int) throws -> NDArray {
    let source = try contiguous(x)
    let (outer, rows, inner) = x.shape.around(axis)
    let index = try checked(indices, rows: rows, operation: "take")
    let result = try NDArray(
      shape: Array(x.shape[..<axis]) + indices.shape + Array(x.shape[(axis + 1)...]), dtype: x.dtype)
    let width = inner * x.dtype.size
    try Threads.split(outer * index.count, grain: max(1, Self.grain / max(16, width))) { range in
      imf_take(
        source.pointer, index.typed(Int64.self), result.pointer, Int64(rows), Int64(index.count), width,
        Int64(range.lowerBound), Int64(range.upperBound))
    }
    return result
  }

  func scatterAdd(_ x: NDArray, _ indices: NDArray, axis: Int, size: Int) throws -> NDArray {
    // Sums of bfloat16 are made in float32.
    if x.dtype == .bfloat16 {
      return try converted(scatterAdd(converted(x, to: .float32), indices, axis: axis, size: size), to: .bfloat16)
    }
    let source = try contiguous(x)
    let outer = x.shape[..<axis].reduce(1, *)
    let inner = x.shape[(axis + indices.rank)...].reduce(1, *)
    let index = try checked(indices, rows: size, operation: "take")
    let result = try contiguous(
      fill(0, shape: Array(x.shape[..<axis]) + [size] + Array(x.shape[(axis + indices.rank)...]), dtype: x.dtype))
    let count = index.count, bytes = inner * x.dtype.size
    try Threads.split(inner, grain: max(16, Self.grain / max(1, count * outer * 4))) { columns in
      // An interrupt is looked at between stretches of indices.
      let stretch = max(1, (1 << 18) / columns.count)
      for row in 0..<outer {
        for start in stride(from: 0, to: count, by: stretch) where !Interrupt.isRequested {
          imf_scatter_add(
            x.dtype.kernelType, source.pointer + (row * count + start) * bytes, index.typed(Int64.self) + start,
            result.pointer + row * size * bytes, Int64(min(stretch, count - start)), Int64(inner),
            Int64(columns.lowerBound), Int64(columns.upperBound))
        }
      }
    }
    try Interrupt.check()
    return result
  }

  /// Indices as 0 ..< rows in row-major order, negative ones counted from the end.
  private func checked(_ indices: NDArray, rows: Int, operation: String) throws -> NDArray {
    let list = try contiguous(indices)
    let result = try NDArray(shape: [list.count], dtype: .int64)
    let firstBad = Atomic<Int>(.max)
    try Threads.split(list.count, grain: Self.grain / 8) { range in
      let given = list.typed(Int64.self), places = result.typed(Int64.self)
      for place in range {
        let index = given[place] < 0 ? given[place] + Int64(rows) : given[place]
        places[place] = index
        if !(0..<Int64(rows)).contains(index) { firstBad.min(place, ordering: .relaxed) }
      }
    }
    let bad = firstBad.load(ordering: .relaxed)
    guard bad == .max else {
      throw TensorError(.index, operation, [], "index \(list.typed(Int64.self)[bad]) is outside an axis of size \(rows)")
    }
    return result
  }

  func concatenate(_ arrays: [NDArray], axis: Int) throws -> NDArray {
    var shape = arrays[0].shape
    shape[axis] = arrays.reduce(0) { $0 + $1.shape[axis] }
    let result = try NDArray(shape: shape, dtype: arrays[0].dtype)
    var start = 0
    for array in arrays where array.count > 0 {
      let part = result.with(
        shape: array.shape, strides: result.strides, offset: start * result.strides[axis])
      try copy(array, into: part)
      start += array.shape[axis]
    }
    return result
  }

  func replace(_ x: NDArray, region: Region, with value: NDArray) throws -> NDArray {
    let result = try NDArray(shape: x.shape, dtype: x.dtype)
    try gather(x, into: result)
    if value.count > 0 { try copy(value, into: region.view(of: result)) }
    return result
  }
}

extension [Int] {
  /// A shape cut at an axis: elements before it, its size, elements after it.
  func around(_ axis: Int) -> (outer: Int, middle: Int, inner: Int) {
    (self[..<axis].reduce(1, *), self[axis], self[(axis + 1)...].reduce(1, *))
  }

  func without(_ axis: Int) -> [Int] {
    var copy = self
    copy.remove(at: axis)
    return copy
  }
}
