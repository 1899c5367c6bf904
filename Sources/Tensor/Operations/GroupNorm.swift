// Group normalisation of images (Wu and He, 2018) in two passes, with the SiLU that follows it in most networks. It earns
// its place: composed, it walked images larger than the cache six times, a fifth of decoding a picture. Tested against
// the composition.

/// Groups of neighbouring channels of x [n, h, w, c] brought to mean 0 and variance 1 over their pixels, times weight plus
/// bias [c]; then SiLU where asked for. Inputs x (float32 or bfloat16), weight and bias (float32).
struct GroupNorm: CostlyPrimitive {
  let groups: Int
  let eps: Double
  let silu: Bool

  var name: String { "group_norm" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand { inputs[0] }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.groupNorm(inputs[0], weight: inputs[1], bias: inputs[2], groups: groups, eps: eps, silu: silu)
  }

  // Its derivatives are rare: they go through the composition.
  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try Tensor::jvp(composed, at: x, along: dx).tangents[0]
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    try Tensor::vjp(composed, at: x).pullback([dy])
  }

  private func composed(_ x: [Tensor]) throws -> [Tensor] {
    [try composedGroupNorm(x[0], groups: groups, weight: x[1], bias: x[2], eps: eps, silu: silu)]
  }
}

/// The definition.
func composedGroupNorm(
  _ x: Tensor, groups: Int, weight: Tensor, bias: Tensor, eps: Double, silu: Bool
) throws -> Tensor {
  let parts = try x.reshaped([x.shape[0], -1, groups, x.shape[3] / groups])
  let centred = try parts - mean(parts, axes: [1, 3], keepDims: true)
  let normal = try centred * rsqrt(mean(centred * centred, axes: [1, 3], keepDims: true) + eps)
  let y = try normal.reshaped(x.shape) * weight.cast(to: x.dtype) + bias.cast(to: x.dtype)
  return silu ? try Tensor::silu(y) : y
}

/// Groups of neighbouring channels of images normalised over their pixels.
///
/// - Parameters:
///   - x: [n, h, w, c]; weight and bias [c].
///   - silu: whether the result goes through x sigmoid(x) in the same pass.
/// - Throws: `TensorError` where the channels do not divide into the groups.
public func groupNorm(
  _ x: Tensor, groups: Int, weight: Tensor, bias: Tensor, eps: Double = 1e-6, silu: Bool = false
) throws -> Tensor {
  let operands = [x.operand, weight.operand, bias.operand]
  try x.requireImages(for: "group_norm", operands)
  let channels = x.shape[3]
  guard groups > 0, channels % groups == 0, weight.shape == [channels], bias.shape == [channels] else {
    throw TensorError(
      .shape, "group_norm", operands, "\(channels) channels, weight and bias of that many, must divide into \(groups) groups")
  }
  guard x.count > 0, x.dtype == .float32 || x.dtype == .bfloat16 else {
    return try composedGroupNorm(x, groups: groups, weight: weight, bias: bias, eps: eps, silu: silu)
  }
  return try GroupNorm(groups: groups, eps: eps, silu: silu)(x, weight.cast(to: .float32), bias.cast(to: .float32))
}
