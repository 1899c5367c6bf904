// RMS normalisation of the last axis as one pass a row, forward and in both derivatives. It earns its place: a
// training step of a small network spent a third of its kernels on the composed form. Tested against the
// composition, derivatives to order 2 included.

/// x / sqrt(mean(x^2) + eps) * weight over the last axis; inputs x [..., D] and weight [D], float32.
struct RMSNorm: Primitive {
  let eps: Double

  var name: String { "rms_norm" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand { inputs[0] }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.rmsNorm(inputs[0], weight: inputs[1], eps: eps)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try plus(
      dx[0].map { try RMSNormDerivative(eps: eps, weighs: .result)(x[0], $0, x[1]) },
      dx[1].map { try unweighted(x[0]) * $0 })
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    [
      x[0].isDifferentiable ? try RMSNormDerivative(eps: eps, weighs: .direction)(x[0], dy, x[1]) : nil,
      x[1].isDifferentiable ? try RMSNormWeightGradient(eps: eps)(x[0], dy) : nil,
    ]
  }

  private func unweighted(_ x: Tensor) throws -> Tensor {
    try self(x, Tensor.ones([x.shape[x.rank - 1]], dtype: x.dtype))
  }
}

/// The derivative of x / sqrt(mean(x^2) + eps) along d, weighted: with r the factor and y = x r it is
/// J d = r (d - y mean(y d)), and J is symmetric. Inputs x and d [..., D], weight [D].
struct RMSNormDerivative: Primitive {
  enum Weighs: Sendable {
    /// weight * J d: forwards.
    case result
    /// J (weight * d): backwards.
    case direction
  }

  let eps: Double
  let weighs: Weighs

  var name: String { "rms_norm derivative" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand { inputs[0] }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.rmsNormDerivative(inputs[0], inputs[1], weight: inputs[2], eps: eps, weighs: weighs)
  }

  // Its own derivatives are rare: they go through the formula.
  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try Tensor::jvp({ [try composed($0)] }, at: x, along: dx).tangents[0]
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    try Tensor::vjp({ [try composed($0)] }, at: x).pullback([dy])
  }

  private func composed(_ inputs: [Tensor]) throws -> Tensor {
    let x = inputs[0], weight = inputs[2]
    let d = weighs == .direction ? try inputs[1] * weight : inputs[1]
    let r = try rsqrt(mean(x * x, axes: [-1], keepDims: true) + eps)
    let y = try x * r
    let product = try r * (d - y * mean(y * d, axes: [-1], keepDims: true))
    return weighs == .result ? try product * weight : product
  }
}

/// What the weight gets: the sum over all rows of dy x r. Inputs x and dy [..., D], result [D].
struct RMSNormWeightGradient: Primitive {
  let eps: Double

  var name: String { "rms_norm weight gradient" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    Operand(shape: [inputs[0].shape[inputs[0].shape.count - 1]], dtype: inputs[0].dtype)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.rmsNormWeightGradient(inputs[0], inputs[1], eps: eps)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try Tensor::jvp({ [try composed($0)] }, at: x, along: dx).tangents[0]
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    try Tensor::vjp({ [try composed($0)] }, at: x).pullback([dy])
  }

  private func composed(_ inputs: [Tensor]) throws -> Tensor {
    let x = inputs[0]
    let r = try rsqrt(mean(x * x, axes: [-1], keepDims: true) + eps)
    return try sum(inputs[1] * x * r, axes: Array(0..<x.rank - 1))
  }
}
