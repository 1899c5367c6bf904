// Rotary positions as one pass over memory (Su and others, "RoFormer", 2021). It earns its place: composed, the
// exchange within pairs is a strided gather, forward and back. Tested against the composition.

/// Each pair (a, b) of the last axis turned by its position's angle: (a cos - b sin, b cos + a sin).
///
/// - Parameters:
///   - x: [..., T, H, d], d even.
///   - cosine: each angle's cosine twice, [T, 1, d].
///   - signedSine: each angle's sine as (-sin, sin), [T, 1, d].
public func rotary(_ x: Tensor, cosine: Tensor, signedSine: Tensor) throws -> Tensor {
  guard x.rank >= 3, let d = x.shape.last, d % 2 == 0 else {
    throw TensorError(.shape, "rotary", [x.operand], "needs [..., T, H, d] with d even")
  }
  let table = [x.shape[x.rank - 3], 1, d]
  guard cosine.shape == table, signedSine.shape == table else {
    throw TensorError(.shape, "rotary", [x.operand, cosine.operand, signedSine.operand], "the tables must be \(table)")
  }
  if x.dtype == .float32, cosine.dtype == .float32, signedSine.dtype == .float32 {
    return try Rotary()(x, cosine, signedSine)
  }
  return try x * cosine + exchanged(x) * signedSine
}

/// The two of each pair exchanged.
private func exchanged(_ x: Tensor) throws -> Tensor {
  let pairs = Array(x.shape.dropLast()) + [x.shape[x.rank - 1] / 2, 2]
  return try x.reshaped(pairs).flipped(axes: [-1]).reshaped(x.shape)
}

/// x cosine + exchanged(x) sine; inputs x [..., T, H, d] and tables [T, 1, d], float32.
struct Rotary: OverwritingPrimitive {
  var name: String { "rotary" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand { inputs[0] }

  func evaluate(_ inputs: consuming [NDArray], on device: any Device) throws -> NDArray {
    let isLastReader = inputs[0].isContiguous && NDArray.isOverwritable(&inputs[0])
    return try device.rotary(inputs[0], cosine: inputs[1], signedSine: inputs[2], inPlace: isLastReader)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try plus(
      dx[0].map { try self($0, x[1], x[2]) },
      plus(dx[1].map { try x[0] * $0 }, dx[2].map { try exchanged(x[0]) * $0 }))
  }

  // The exchange is its own transpose: exchanged(sine dy) = exchanged(sine) exchanged(dy), the turn back.
  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    [
      x[0].isDifferentiable ? try self(dy, x[1], exchanged(x[2])) : nil,
      x[1].isDifferentiable ? try dy * x[0] : nil,
      x[2].isDifferentiable ? try dy * exchanged(x[0]) : nil,
    ]
  }
}
