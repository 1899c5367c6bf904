// A convolution whose weights stay as they are: networks that only run forwards. Its kernel is brought into the library's
// layout once, and bias, a sum with another image and ReLU cost no pass of their own. It earns its place: of Inception's
// time a quarter went into those. Images stay [n, h, w, c], in which the library's kernels reach the processor's peak as
// they do in its blocked layouts (docs/performance.md).

import Synchronization

/// relu(conv2d(x, kernel) + bias + residual) with fixed kernel and bias; residual and relu only where asked for.
public final class ConvolutionLayer: Sendable {
  /// [kh, kw, c, outputs], float32.
  public let kernel: Tensor
  /// [outputs], float32.
  public let bias: Tensor
  let stride: [Int]
  let padding: Padding
  let rectifies: Bool
  let kernelValue: NDArray
  let biasValue: NDArray
  /// What the library made of the kernel, by the form of the images.
  let prepared = Mutex(PreparedConvolutions())

  /// - Parameters:
  ///   - kernel: [kh, kw, c, outputs]; bias [outputs], zeros where it is nil.
  ///   - rectifies: whether negative results become 0.
  public init(
    kernel: Tensor, bias: Tensor? = nil, stride: [Int] = [1, 1], padding: Padding = .valid, rectifies: Bool = false
  ) throws {
    let outputs = kernel.shape.last ?? 0
    guard kernel.rank == 4, bias == nil || bias?.shape == [outputs] else {
      throw TensorError(
        .shape, "convolution layer", [kernel.operand] + (bias.map { [$0.operand] } ?? []),
        "kernels have four axes [kh, kw, c, outputs], and a bias one element an output")
    }
    self.kernel = try kernel.cast(to: .float32).evaluated()
    self.bias = try (bias ?? Tensor.zeros([outputs])).cast(to: .float32).evaluated()
    kernelValue = try Evaluator.shared.value(of: self.kernel.node).contiguous()
    biasValue = try Evaluator.shared.value(of: self.bias.node).contiguous()
    (self.stride, self.padding, self.rectifies) = (stride, padding, rectifies)
  }

  /// - Parameters:
  ///   - x: [n, h, w, c], float32 or bfloat16, which is the result's type too; sums are float32.
  ///   - residual: of the result's shape and type.
  public func callAsFunction(_ x: Tensor, adding residual: Tensor? = nil) throws -> Tensor {
    let operands = [x.operand, kernel.operand]
    try x.requireImages(for: "convolution layer", operands)
    guard x.shape[3] == kernel.shape[2] else {
      throw TensorError(
        .shape, "convolution layer", operands, "channels differ: \(x.shape[3]) (x, axis 3) and \(kernel.shape[2]) (kernel, axis 2)")
    }
    guard x.dtype == .float32 || x.dtype == .bfloat16, residual?.dtype ?? x.dtype == x.dtype else {
      throw TensorError(.type, "convolution layer", operands, "images are float32 or bfloat16, a sum's parts of one type")
    }
    let windows = try Windows(
      over: [x.shape[1], x.shape[2]], size: Array(kernel.shape[..<2]), stride: stride, padding: padding,
      for: "convolution layer", operands)
    let shape = [x.shape[0]] + windows.count + [kernel.shape[3]]
    guard residual?.shape ?? shape == shape else {
      throw TensorError(.shape, "convolution layer", operands, "what is added must have the result's shape \(shape)")
    }
    return try FixedConvolution(layer: self, windows: windows).apply([x] + (residual.map { [$0] } ?? []))
  }
}

/// A layer on images of one size; inputs x and, where there is one, what is added.
struct FixedConvolution: CostlyPrimitive {
  let layer: ConvolutionLayer
  let windows: Windows

  static func == (a: FixedConvolution, b: FixedConvolution) -> Bool { a.layer === b.layer && a.windows == b.windows }

  var name: String { "convolution layer" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    Operand(shape: [inputs[0].shape[0]] + windows.count + [layer.kernel.shape[3]], dtype: inputs[0].dtype)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.convolve(layer, inputs[0], adding: inputs.count > 1 ? inputs[1] : nil, windows)
  }

  // Its derivatives are rare: they go through the composition.
  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try Tensor::jvp(composed, at: x, along: dx).tangents[0]
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    try Tensor::vjp(composed, at: x).pullback([dy])
  }

  /// The definition.
  func composed(_ x: [Tensor]) throws -> [Tensor] {
    var y = try conv2d(
      x[0], layer.kernel.cast(to: x[0].dtype), stride: windows.stride,
      padding: .sizes(before: windows.before, after: windows.after)) + layer.bias.cast(to: x[0].dtype)
    if x.count > 1 { y = try y + x[1] }
    return [layer.rectifies ? try relu(y) : y]
  }
}
