// The CPU device: C kernels on strided memory, spread over the cores; matrix products go to oneDNN and OpenBLAS
// (CPU+Matmul.swift), elementwise chains are fused (CPU+Elementwise.swift).

import CKernels

struct CPU: Device {
  static let shared = CPU()

  /// Bytes of copying worth a thread of its own.
  static let grain = 64 << 10

  func contiguous(_ x: NDArray) throws -> NDArray {
    if x.isContiguous { return x }
    let result = try NDArray(shape: x.shape, dtype: x.dtype)
    gather(x, into: result)
    return result
  }

  /// Copies a strided array into row-major memory of the same shape.
  private func gather(_ x: NDArray, into result: NDArray) {
    let (shape, strides) = x.collapsed
    let size = x.dtype.size
    Threads.split(x.count, grain: Self.grain / size) { range in
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
    Threads.split(x.count, grain: Self.grain / size) { range in
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

  // MARK: Reductions

  func reduce(_ kind: Reduction, _ x: NDArray, axes: [Int]) throws -> NDArray {
    guard !axes.isEmpty else { return try contiguous(x) }
    // Neighbouring axes reduce in one sweep; separate runs one after the other, the last first.
    var run = [axes[axes.count - 1]]
    var rest = axes.dropLast()
    while let previous = rest.last, previous == run[0] - 1 {
      run.insert(previous, at: 0)
      rest.removeLast()
    }
    let source = try contiguous(x)
    let shape = x.shape
    let outer = shape[..<run[0]].reduce(1, *), reduced = run.map { shape[$0] }.reduce(1, *)
    let inner = shape[(run[run.count - 1] + 1)...].reduce(1, *)
    let result = try NDArray(
      shape: Array(shape[..<run[0]] + shape[(run[run.count - 1] + 1)...]), dtype: x.dtype)
    let operation = kind.kernel
    let type = x.dtype.kernelType
    let grain = max(1, 32 << 10 / max(1, reduced * inner))
    if outer > 1 || reduced * inner < 1 << 16 {
      Threads.split(outer, grain: grain) { range in
        imf_reduce(
          operation, type, source.pointer, result.pointer, Int64(outer), Int64(reduced),
          Int64(inner), Int64(range.lowerBound), Int64(range.upperBound))
      }
    } else {
      try reduceLong(operation, source, result, reduced: reduced, inner: inner)
    }
    return rest.isEmpty ? result : try reduce(kind, result, axes: Array(rest))
  }

  /// One long reduction: cut into pieces whose number depends on the shape alone, so that the order of the sum
  /// is the same for any number of threads.
  private func reduceLong(
    _ operation: imf_reduction, _ x: NDArray, _ result: NDArray, reduced: Int, inner: Int
  ) throws {
    let pieces = min(16, reduced)
    let length = (reduced + pieces - 1) / pieces
    let used = (reduced + length - 1) / length
    let partial = try NDArray(shape: [used, inner], dtype: x.dtype)
    let type = x.dtype.kernelType, size = x.dtype.size
    Threads.split(used, grain: 1) { range in
      for piece in range {
        let from = piece * length, count = min(length, reduced - from)
        imf_reduce(
          operation, type, x.pointer + from * inner * size, partial.pointer + piece * inner * size, 1,
          Int64(count), Int64(inner), 0, 1)
      }
    }
    imf_reduce(operation, type, partial.pointer, result.pointer, 1, Int64(used), Int64(inner), 0, 1)
  }

  func argReduce(largest: Bool, _ x: NDArray, axis: Int) throws -> NDArray {
    let source = try contiguous(x)
    let (outer, middle, inner) = x.shape.around(axis)
    let result = try NDArray(shape: x.shape.without(axis), dtype: .int64)
    Threads.split(outer, grain: max(1, 32 << 10 / max(1, middle * inner))) { range in
      imf_arg_reduce(
        largest, x.dtype.kernelType, source.pointer, result.typed(Int64.self), Int64(outer),
        Int64(middle), Int64(inner), Int64(range.lowerBound), Int64(range.upperBound))
    }
    return result
  }

  func cumulativeSum(_ x: NDArray, axis: Int) throws -> NDArray {
    let source = try contiguous(x)
    let (outer, middle, inner) = x.shape.around(axis)
    let result = try NDArray(shape: x.shape, dtype: x.dtype)
    Threads.split(outer, grain: max(1, 32 << 10 / max(1, middle * inner))) { range in
      imf_cumsum(
        x.dtype.kernelType, source.pointer, result.pointer, Int64(outer), Int64(middle),
        Int64(inner), Int64(range.lowerBound), Int64(range.upperBound))
    }
    return result
  }

  func argSort(_ x: NDArray, axis: Int) throws -> NDArray {
    let order = Array(0..<axis) + Array((axis + 1)..<x.rank) + [axis]
    let rows = try contiguous(
      x.permuted(order).dtype == .float64 ? x.permuted(order) : converted(x.permuted(order), to: .float64))
    let result = try NDArray(shape: rows.shape, dtype: .int64)
    let length = x.shape[axis]
    let values = rows.typed(Double.self), indices = result.typed(Int64.self)
    for row in 0..<(length > 0 ? rows.count / length : 0) {
      let line = UnsafeMutableBufferPointer(start: values + row * length, count: length)
      // NaN sorts last, as NumPy has it; equal elements keep their order.
      let sorted = try (0..<length).sorted { a, b in
        try Interrupt.check()
        let x = line[a], y = line[b]
        if x.isNaN || y.isNaN { return !x.isNaN || (y.isNaN && a < b) && x.isNaN }
        return x < y || (x == y && a < b)
      }
      for (place, index) in sorted.enumerated() { indices[row * length + place] = Int64(index) }
    }
    var inverse = [Int](repeating: 0, count: x.rank)
    for (place, axis) in order.enumerated() { inverse[axis] = place }
    return result.permuted(inverse)
  }

  /// The array's elements in another type.
  func converted(_ x: NDArray, to dtype: DType) throws -> NDArray {
    let program = ElementwiseProgram(
      instructions: [
        .init(step: .cast, operands: [.input(0)], operandTypes: [x.dtype], dtype: dtype)
      ], outputs: [0])
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
    Threads.split(indices.count, grain: max(1, Self.grain / max(1, width * outer))) { range in
      imf_take(
        source.pointer, index, result.pointer, Int64(outer), Int64(rows), Int64(indices.count), width,
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
    let result = try NDArray(
      shape: Array(x.shape[..<axis]) + [size] + Array(x.shape[(axis + indices.rank)...]), dtype: x.dtype)
    result.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: result.count * x.dtype.size)
    Threads.split(inner, grain: max(16, Self.grain / max(1, indices.count * outer * 4))) { range in
      imf_scatter_add(
        x.dtype.kernelType, source.pointer, index, result.pointer, Int64(outer), Int64(size),
        Int64(indices.count), Int64(inner), Int64(range.lowerBound), Int64(range.upperBound))
    }
    return result
  }

  /// Indices as 0 ..< rows, negative ones counted from the end.
  private func checked(_ indices: NDArray, rows: Int, operation: String) throws -> [Int64] {
    let list = try contiguous(indices)
    let raw = UnsafeBufferPointer(start: list.typed(Int64.self), count: list.count)
    return try raw.map { index in
      let row = index < 0 ? index + Int64(rows) : index
      guard (0..<Int64(rows)).contains(row) else {
        throw TensorError(
          .index, operation, [], "index \(index) is outside an axis of size \(rows)")
      }
      return row
    }
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
    gather(x, into: result)
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

extension Reduction {
  var kernel: imf_reduction {
    switch self {
    case .sum: IMF_SUM
    case .max: IMF_MAX
    case .min: IMF_MIN
    }
  }
}
