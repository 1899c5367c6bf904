// Softmax over the last axis as one pass a row. It earns its place: composed, it walks memory four times forward
// and its derivative rules carry the maximum along. Tested against the composition to second order.

/// softmax(scale * x) over the last axis, float32.
struct Softmax: Primitive {
  let scale: Double

  var name: String { "softmax" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    guard !inputs[0].shape.isEmpty else {
      throw TensorError(.shape, name, inputs, "a single number has no axis")
    }
    return inputs[0]
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.softmax(inputs[0], scale: scale)
  }

  // J = scale (diag(y) - y y^T) is symmetric: both rules are the same product.
  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try dx[0].map { try SoftmaxDerivative(scale: scale)(y, $0) }
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    [try SoftmaxDerivative(scale: scale)(y, dy)]
  }
}

/// scale * y * (d - sum(y d)) over the last axis; inputs y and d.
struct SoftmaxDerivative: Primitive {
  let scale: Double

  var name: String { "softmax derivative" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand { inputs[0] }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.softmaxDerivative(inputs[0], inputs[1], scale: scale)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try plus(
      dx[0].map { try alongWeights(x[0], x[1], $0) }, dx[1].map { try apply([x[0], $0]) })
  }

  // Linear and symmetric in d; in y the derivative is spelled out.
  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    let (weights, d) = (x[0], x[1])
    return [
      weights.isDifferentiable
        ? try (dy * (d - total(weights * d)) - total(dy * weights) * d) * scale : nil,
      d.isDifferentiable ? try apply([weights, dy]) : nil,
    ]
  }

  /// The derivative in the weights y along dy: scale (dy (d - sum(y d)) - y sum(dy d)).
  private func alongWeights(_ y: Tensor, _ d: Tensor, _ dy: Tensor) throws -> Tensor {
    try (dy * (d - total(y * d)) - y * total(dy * d)) * scale
  }

  private func total(_ x: Tensor) throws -> Tensor { try sum(x, axes: [-1], keepDims: true) }
}
