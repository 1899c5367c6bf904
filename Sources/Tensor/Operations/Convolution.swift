// Convolution of images. The number sum(output * conv(image, kernel)) is linear in each of its three parts, so each
// part's derivative is made of the two others: one primitive is closed under differentiation, to every order.
// Layout: images [n, h, w, c], kernels [kh, kw, c, outputs], as in TensorFlow and JAX.

/// One part of a convolution from the two others: the output itself, or what a cotangent of the output means for the
/// image (the transposed convolution) or for the kernel.
struct Convolution: CostlyPrimitive {
  enum Part: Int, Sendable, Hashable, CaseIterable {
    case image, kernel, output
  }

  let part: Part
  let windows: Windows
  /// Whether the parts given are rounded to bfloat16, and so those of the derivatives.
  var rounds = false

  var name: String { (part == .output ? "conv2d" : "conv2d derivative") + (rounds ? " bfloat16" : "") }
  var fusion: ElementwiseStep? { nil }

  /// The parts given, in their order.
  private var given: [Part] { Part.allCases.filter { $0 != part } }

  func result(of inputs: [Operand]) throws -> Operand {
    let a = inputs[0].shape, b = inputs[1].shape
    let shape =
      switch part {
      case .output: [a[0]] + windows.count + [b[3]]
      case .image: [b[0]] + windows.image + [a[2]]
      case .kernel: windows.size + [a[3], b[3]]
      }
    return Operand(shape: shape, dtype: inputs[0].dtype)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.convolve(part, inputs[0], inputs[1], windows, result: rounds ? .float32 : inputs[0].dtype)
  }

  func of(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try rounds ? apply([a.rounded(), b.rounded()]) : apply([a, b])
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try plus(dx[0].map { try of($0, x[1]) }, dx[1].map { try of(x[0], $0) })
  }

  // The cotangent stands in the result's place; the part asked for is the operand's.
  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    try given.indices.map { index in
      guard x[index].isDifferentiable else { return nil }
      let known = [(given[1 - index], x[1 - index]), (part, dy)].sorted { $0.0.rawValue < $1.0.rawValue }
      return try Convolution(part: given[index], windows: windows, rounds: rounds).of(known[0].1, known[1].1)
    }
  }
}

/// The cross-correlation that networks call convolution: y[n, i, j, o] = sum over the window and c of
/// x[n, i stride + a - pad, j stride + b - pad, c] w[a, b, c, o].
///
/// - Parameters: x [n, h, w, c]; w [kh, kw, c, outputs].
/// - Throws: `TensorError` where channels differ or the kernel is larger than the padded image.
public func conv2d(
  _ x: Tensor, _ w: Tensor, stride: [Int] = [1, 1], padding: Padding = .valid
) throws -> Tensor {
  let operands = [x.operand, w.operand]
  try x.requireImages(for: "conv2d", operands)
  guard w.rank == 4 else {
    throw TensorError(.shape, "conv2d", operands, "kernels have four axes [kh, kw, c, outputs], not \(w.rank)")
  }
  guard x.shape[3] == w.shape[2] else {
    throw TensorError(
      .shape, "conv2d", operands, "channels differ: \(x.shape[3]) (x, axis 3) and \(w.shape[2]) (w, axis 2)",
      hint: "images are [n, h, w, c], kernels [kh, kw, c, outputs]")
  }
  let windows = try Windows(
    over: [x.shape[1], x.shape[2]], size: [w.shape[0], w.shape[1]], stride: stride, padding: padding,
    for: "conv2d", operands)
  let common = DType.promoted(DType.promoted(x.dtype, w.dtype), .int32)
  let rounds = common == .float32 && ProductPrecision.current == .bfloat16
  return try Convolution(part: .output, windows: windows, rounds: rounds).of(x.cast(to: common), w.cast(to: common))
}
