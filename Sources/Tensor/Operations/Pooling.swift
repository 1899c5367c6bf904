// Pooling of images [n, h, w, c] over windows. The largest element of a window takes the whole derivative, the first
// one where several are equal (PyTorch's rule): a window's maximum is then a gather, and so are its derivatives.

/// Largest element of each window; the border never wins, NaN does.
struct MaxPool: Primitive {
  let windows: Windows

  var name: String { "max_pool" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand { inputs[0].pooled(windows) }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.windowMaximum(inputs[0], windows)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try dx[0].map { try Take(axis: 0)($0.reshaped([-1]), places(x[0])) }
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    [try ScatterAdd(axis: 0, size: x[0].count)(dy, places(x[0])).reshaped(x[0].shape)]
  }

  private func places(_ x: Tensor) throws -> Tensor {
    try WindowArgmax(windows: windows)(x.dtype == .bfloat16 ? x.cast(to: .float32) : x)
  }
}

/// Where the largest element of each window stands among all elements, the first of equal ones.
struct WindowArgmax: Primitive {
  let windows: Windows

  var name: String { "max_pool place" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    Operand(shape: inputs[0].pooled(windows).shape, dtype: .int64)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.windowArgmax(inputs[0], windows)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? { nil }
  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] { [nil] }
}

/// Sum of each window, or its transpose: each sum spread over its window.
struct WindowSum: Primitive {
  let windows: Windows
  let isTransposed: Bool

  var name: String { isTransposed ? "avg_pool derivative" : "avg_pool" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    guard isTransposed else { return inputs[0].pooled(windows) }
    return Operand(shape: [inputs[0].shape[0]] + windows.image + [inputs[0].shape[3]], dtype: inputs[0].dtype)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try isTransposed ? device.windowSpread(inputs[0], windows) : device.windowSum(inputs[0], windows)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? { try dx[0].map { try apply([$0]) } }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    [try WindowSum(windows: windows, isTransposed: !isTransposed)(dy)]
  }
}

extension Operand {
  fileprivate func pooled(_ windows: Windows) -> Operand {
    Operand(shape: [shape[0]] + windows.count + [shape[3]], dtype: dtype)
  }
}

/// The largest element of each window of x [n, h, w, c]; steps of the window's size unless told otherwise.
///
/// - Throws: `TensorError` where the window does not fit, or lies whole in the border.
public func maxPool(
  _ x: Tensor, size: [Int], stride: [Int]? = nil, padding: Padding = .valid
) throws -> Tensor {
  let windows = try x.poolingWindows(size, stride, padding, for: "max_pool")
  switch x.dtype {
  case .bool, .uint8: return try MaxPool(windows: windows)(x.cast(to: .int32)).cast(to: x.dtype)
  default: return try MaxPool(windows: windows)(x)
  }
}

/// The mean of each window of x [n, h, w, c]; steps of the window's size unless told otherwise.
///
/// - Parameter countsPadding: whether the border's zeros count as elements (PyTorch's and Flax's default) or the mean is
///   of the image's own elements (TensorFlow's).
public func avgPool(
  _ x: Tensor, size: [Int], stride: [Int]? = nil, padding: Padding = .valid, countsPadding: Bool = true
) throws -> Tensor {
  let windows = try x.poolingWindows(size, stride, padding, for: "avg_pool")
  guard x.dtype == .float32 || x.dtype == .float64 else {
    let result = try avgPool(
      x.cast(to: .float32), size: size, stride: stride, padding: padding, countsPadding: countsPadding)
    return x.dtype == .bfloat16 ? try result.cast(to: .bfloat16) : result
  }
  let sums = try WindowSum(windows: windows, isTransposed: false)(x)
  let whole = Double(size[0] * size[1])
  guard !countsPadding, windows.before + windows.after != [0, 0, 0, 0] else { return try sums / whole }
  let covered = (0..<2).map { axis in
    (0..<windows.count[axis]).map { index -> Double in
      let start = index * windows.stride[axis] - windows.before[axis]
      return Double(min(start + size[axis], windows.image[axis]) - max(start, 0))
    }
  }
  let rows = try Tensor(covered[0], shape: [windows.count[0], 1, 1]).cast(to: x.dtype)
  return try sums / (rows * Tensor(covered[1], shape: [windows.count[1], 1]).cast(to: x.dtype))
}

extension Tensor {
  fileprivate func poolingWindows(
    _ size: [Int], _ stride: [Int]?, _ padding: Padding, for operation: String
  ) throws -> Windows {
    try requireImages(for: operation, [operand])
    let windows = try Windows(
      over: [shape[1], shape[2]], size: size, stride: stride ?? size, padding: padding, for: operation, [operand])
    for axis in 0..<2 where windows.before[axis] >= size[axis] || windows.after[axis] >= size[axis] {
      throw TensorError(
        .value, operation, [operand], "a border of \(max(windows.before[axis], windows.after[axis])) would hold whole "
          + "windows of \(size[axis])", hint: "the padding must be smaller than the window")
    }
    guard windows.image.allSatisfy({ $0 > 0 }) else {
      throw TensorError(.shape, operation, [operand], "the images have no elements to pool")
    }
    return windows
  }
}
