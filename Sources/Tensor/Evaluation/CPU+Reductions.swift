// Sums and extremes along axes on the CPU, and running sums. Long axes are walked in pieces, between which an interrupt is
// looked at; pieces depend on the shape alone, so that the order of a sum is the same for any number of threads.

import CKernels

extension CPU {
  /// Elements of a piece at most: some milliseconds.
  private static let piece = 1 << 20
  /// Columns walked together where rows are long.
  private static let columns = 1 << 14

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
    if reduced * inner > 16 * Self.piece || outer == 1 && reduced * inner >= 1 << 16 {
      for row in 0..<outer {
        try reduceLong(
          kind.kernel, source.with(shape: [reduced, inner], strides: [inner, 1], offset: source.offset + row * reduced * inner),
          result.with(shape: [inner], strides: [1], offset: row * inner))
      }
    } else {
      try Threads.split(outer, grain: max(1, 32 << 10 / max(1, reduced * inner))) { range in
        imf_reduce(
          kind.kernel, x.dtype.kernelType, source.pointer, result.pointer, Int64(outer), Int64(reduced), Int64(inner),
          Int64(range.lowerBound), Int64(range.upperBound), 0, Int64(inner))
      }
    }
    return rest.isEmpty ? result : try reduce(kind, result, axes: Array(rest))
  }

  /// One long row x [reduced, inner]: stretches of the axis and blocks of columns, then the stretches' results.
  private func reduceLong(_ operation: imf_reduction, _ x: NDArray, _ result: NDArray) throws {
    let reduced = x.shape[0], inner = x.shape[1], type = x.dtype.kernelType, size = x.dtype.size
    let width = min(inner, Self.columns), blocks = (inner + width - 1) / width
    let most = (reduced * width + Self.piece - 1) / Self.piece
    let pieces = min(max(blocks == 1 ? 16 : 1, most), reduced)
    let length = (reduced + pieces - 1) / pieces
    let used = (reduced + length - 1) / length
    let partial = used == 1 ? result : try NDArray(shape: [used, inner], dtype: x.dtype)
    try Threads.split(used * blocks, grain: 1) { range in
      for place in range where !Interrupt.isRequested {
        let (piece, first) = (place / blocks, place % blocks * width)
        let from = piece * length, count = min(length, reduced - from)
        imf_reduce(
          operation, type, x.pointer + from * inner * size, partial.pointer + piece * inner * size, 1, Int64(count),
          Int64(inner), 0, 1, Int64(first), Int64(min(inner, first + width)))
      }
    }
    if used == 1 { return }
    try Threads.split(blocks, grain: 1) { range in
      imf_reduce(
        operation, type, partial.pointer, result.pointer, 1, Int64(used), Int64(inner), 0, 1, Int64(range.lowerBound * width),
        Int64(min(inner, range.upperBound * width)))
    }
  }

  func argReduce(largest: Bool, _ x: NDArray, axis: Int) throws -> NDArray {
    let source = try contiguous(x)
    let shape = x.shape.around(axis)
    let result = try NDArray(shape: x.shape.without(axis), dtype: .int64)
    try eachStretch(shape) { stretch in
      imf_arg_reduce(
        largest, x.dtype.kernelType, source.pointer, result.typed(Int64.self), Int64(shape.middle), Int64(shape.inner), stretch)
    }
    return result
  }

  func cumulativeSum(_ x: NDArray, axis: Int) throws -> NDArray {
    let source = try contiguous(x)
    let shape = x.shape.around(axis)
    let result = try NDArray(shape: x.shape, dtype: x.dtype)
    let former = try NDArray(shape: [shape.outer, shape.inner], dtype: .float64)
    try eachStretch(shape) { stretch in
      imf_cumsum(
        x.dtype.kernelType, source.pointer, result.pointer, former.pointer, Int64(shape.middle), Int64(shape.inner), stretch)
    }
    return result
  }

  /// Calls the body with stretches that cover an array: those of one row and block of columns in order, on one thread.
  private func eachStretch(_ shape: (outer: Int, middle: Int, inner: Int), _ body: (imf_stretch) -> Void) throws {
    let (outer, middle, inner) = shape
    guard middle * inner > Self.piece else {
      return try Threads.split(outer, grain: max(1, 32 << 10 / max(1, middle * inner))) { rows in
        body(
          imf_stretch(
            from: Int64(rows.lowerBound), to: Int64(rows.upperBound), begin: 0, end: Int64(middle), first: 0,
            last: Int64(inner)))
      }
    }
    let width = min(inner, Self.columns), blocks = (inner + width - 1) / width
    let length = max(1, Self.piece / width)
    try Threads.split(outer * blocks, grain: 1) { range in
      for place in range {
        let (row, first) = (place / blocks, place % blocks * width)
        for begin in stride(from: 0, to: middle, by: length) where !Interrupt.isRequested {
          body(
            imf_stretch(
              from: Int64(row), to: Int64(row + 1), begin: Int64(begin), end: Int64(min(middle, begin + length)),
              first: Int64(first), last: Int64(min(inner, first + width))))
        }
      }
    }
    try Interrupt.check()
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
