// Convolution and pooling on the CPU: float32 and bfloat16 convolutions go to oneDNN, all others through patches and
// a matrix product in float64; pooling to our own kernels, rows of windows spread over the cores.

import CKernels

extension CPU {
  func convolve(
    _ part: Convolution.Part, _ a: NDArray, _ b: NDArray, _ windows: Windows, result type: DType
  ) throws -> NDArray {
    let shape = try Convolution(part: part, windows: windows).result(of: [
      Operand(shape: a.shape, dtype: a.dtype), Operand(shape: b.shape, dtype: b.dtype),
    ]).shape
    if a.count == 0 || b.count == 0 || shape.contains(0) { return try contiguous(fill(0, shape: shape, dtype: type)) }
    switch a.dtype {
    case .bfloat16 where !MatrixProduct.multipliesBFloat16:
      let result = try convolve(part, converted(a, to: .float32), converted(b, to: .float32), windows, result: .float32)
      return try converted(result, to: type)
    case .float32, .bfloat16:
      let first = try contiguous(a), second = try contiguous(b)
      return try convolveInBlocks(part, first, second, windows, shape, type)
    case .float64: return try convolveByPatches(part, contiguous(a), contiguous(b), windows, shape)
    case .bool, .uint8, .int32, .int64:
      let result = try convolve(part, converted(a, to: .float64), converted(b, to: .float64), windows, result: .float64)
      return try converted(converted(result, to: .int64), to: a.dtype)
    }
  }

  /// patches [n windows, kh kw c] x kernel [kh kw c, o] = output [n windows, o], solved for the part.
  private func convolveByPatches(
    _ part: Convolution.Part, _ a: NDArray, _ b: NDArray, _ windows: Windows, _ shape: [Int]
  ) throws -> NDArray {
    func flat(_ x: NDArray, _ columns: Int) -> NDArray {
      x.with(shape: [x.count / columns, columns], strides: [columns, 1])
    }
    switch part {
    case .output:
      let outputs = shape[3]
      let result = try matmul(patches(of: a, windows), flat(b, outputs))
      return result.with(shape: shape, strides: rowMajorStrides(shape))
    case .kernel:
      let result = try matmul(patches(of: a, windows).permuted([1, 0]), flat(b, shape[3]))
      return result.with(shape: shape, strides: rowMajorStrides(shape))
    case .image:
      let rows = try contiguous(matmul(flat(b, b.shape[3]), flat(a, a.shape[3]).permuted([1, 0])))
      let image = try NDArray(shape: shape, dtype: .float64)
      try windows.withKernelForm(channels: shape[3]) { form in
        try Threads.split(shape[0] * shape[1], grain: windows.grain(shape)) {
          imf_patches_sum(
            rows.typed(Double.self), image.typed(Double.self), form, Int64($0.lowerBound), Int64($0.upperBound))
        }
      }
      return image
    }
  }

  private func patches(of x: NDArray, _ windows: Windows) throws -> NDArray {
    let rows = x.shape[0] * windows.count[0]
    let result = try NDArray(
      shape: [rows * windows.count[1], windows.size[0] * windows.size[1] * x.shape[3]], dtype: .float64)
    try windows.withKernelForm(channels: x.shape[3]) { form in
      try Threads.split(rows, grain: 4) {
        imf_patches(x.typed(Double.self), result.typed(Double.self), form, Int64($0.lowerBound), Int64($0.upperBound))
      }
    }
    return result
  }

  func windowMaximum(_ x: NDArray, _ windows: Windows) throws -> NDArray {
    try pool(x, windows, to: x.dtype) { imf_window_max(x.dtype.kernelType, $0, $1, $2, $3, $4) }
  }

  func windowArgmax(_ x: NDArray, _ windows: Windows) throws -> NDArray {
    try pool(x, windows, to: .int64) {
      imf_window_argmax(x.dtype.kernelType, $0, $1.assumingMemoryBound(to: Int64.self), $2, $3, $4)
    }
  }

  func windowSum(_ x: NDArray, _ windows: Windows) throws -> NDArray {
    try pool(x, windows, to: x.dtype) { imf_window_sum(x.dtype.kernelType, $0, $1, $2, $3, $4) }
  }

  func windowSpread(_ sums: NDArray, _ windows: Windows) throws -> NDArray {
    let source = try contiguous(sums)
    let result = try NDArray(shape: [sums.shape[0]] + windows.image + [sums.shape[3]], dtype: sums.dtype)
    try windows.withKernelForm(channels: sums.shape[3]) { form in
      try Threads.split(result.shape[0] * result.shape[1], grain: windows.grain(result.shape)) {
        imf_window_spread(
          sums.dtype.kernelType, source.pointer, result.pointer, form, Int64($0.lowerBound), Int64($0.upperBound))
      }
    }
    return result
  }

  private typealias PoolingKernel = (
    UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafePointer<imf_windows>, Int64, Int64
  ) -> Void

  /// Runs a kernel that answers one element a window and channel.
  private func pool(_ x: NDArray, _ windows: Windows, to dtype: DType, _ kernel: PoolingKernel) throws -> NDArray {
    let source = try contiguous(x)
    let result = try NDArray(shape: [x.shape[0]] + windows.count + [x.shape[3]], dtype: dtype)
    try windows.withKernelForm(channels: x.shape[3]) { form in
      try Threads.split(result.shape[0] * result.shape[1], grain: windows.grain(result.shape)) {
        kernel(source.pointer, result.pointer, form, Int64($0.lowerBound), Int64($0.upperBound))
      }
    }
    return result
  }
}

extension Windows {
  /// Rows of a batch of images worth a thread of their own, where each element is met by so many of the windows' elements.
  fileprivate func grain(_ shape: [Int]) -> Int { max(1, (32 << 10) / max(1, shape[2] * shape[3] * size[0] * size[1])) }

  /// The windows as kernels take them, for the duration of the call.
  fileprivate func withKernelForm(channels: Int, _ body: (UnsafePointer<imf_windows>) throws -> Void) rethrows {
    func pair(_ values: [Int]) -> (Int64, Int64) { (Int64(values[0]), Int64(values[1])) }
    let form = imf_windows(
      image: pair(image), size: pair(size), stride: pair(stride), before: pair(before), count: pair(count),
      channels: Int64(channels))
    try withUnsafePointer(to: form, body)
  }
}
