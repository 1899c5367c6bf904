// Operations composed from primitives: activations, softmax, norms. Their derivatives come by themselves.

/// max(x, 0); slope 0 at 0; NaN stays.
public func relu(_ x: Tensor) throws -> Tensor {
  x.dtype == .bool || x.dtype == .uint8 ? x : try select(lessEqual(x, Tensor.number(0, like: x)), 0, x)
}

/// x Phi(x), with the exact normal distribution function.
public func gelu(_ x: Tensor) throws -> Tensor {
  let x = try x.floating()
  return try x * 0.5 * (1 + erf(x * 0.5.squareRoot()))
}

/// log(1 + e^x) without overflow.
public func softplus(_ x: Tensor) throws -> Tensor {
  let x = try x.floating()
  return try maximum(x, 0) + log1p(exp(-abs(x)))
}

/// log(sum(e^x)) over axes without overflow.
public func logSumExp(_ x: Tensor, axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
  let x = x.dtype.isFloating ? x : try x.cast(to: .float32)
  let reduced = try normalized(axes: axes, rank: x.rank, for: "logsumexp", [x.operand])
  let shape = keepDims ? x.shape.keeping(reduced) : x.shape.indices.filter { !reduced.contains($0) }.map { x.shape[$0] }
  // The sum of nothing is 0.
  if reduced.contains(where: { x.shape[$0] == 0 }) { return try .full(shape, -.infinity, dtype: x.dtype) }
  let peak = try stopGradient(max(x, axes: axes, keepDims: true))
  // A row of -inf would give -inf - -inf, one with inf the same.
  let shift = try select(less(abs(peak), .infinity), peak, 0)
  return try (log(sum(exp(x - shift), axes: axes, keepDims: true)) + shift).reshaped(shape)
}

/// e^x / sum(e^x) along an axis.
public func softmax(_ x: Tensor, axis: Int = -1) throws -> Tensor {
  let x = x.dtype.isFloating ? x : try x.cast(to: .float32)
  let last = try normalized(axis: axis, rank: x.rank, for: "softmax", [x.operand])
  if x.count == 0 { return x }
  if last == x.rank - 1, x.dtype == .float32 { return try Softmax(scale: 1)(x) }
  let weights = try exp(x - stopGradient(max(x, axes: [last], keepDims: true)))
  return try weights / sum(weights, axes: [last], keepDims: true)
}

/// x / sqrt(mean(x^2) + eps) * weight over the last axis. x [..., D], weight [D].
public func rmsNorm(_ x: Tensor, weight: Tensor, eps: Double = 1e-6) throws -> Tensor {
  if x.dtype == .float32, weight.dtype == .float32, let width = x.shape.last, weight.shape == [width] {
    return try RMSNorm(eps: eps)(x, weight)
  }
  return try x * rsqrt(mean(x * x, axes: [-1], keepDims: true) + eps) * weight
}

/// (x - mean) / sqrt(variance + eps) over the last axis, then weight and bias where given.
public func layerNorm(_ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5) throws -> Tensor {
  let centred = try x - mean(x, axes: [-1], keepDims: true)
  var y = try centred * rsqrt(mean(centred * centred, axes: [-1], keepDims: true) + eps)
  if let weight { y = try y * weight }
  if let bias { y = try y + bias }
  return y
}

/// Whether all elements are close: |a - b| <= atol + rtol |b|. NaN is close to nothing. Computes now.
public func allClose(_ a: Tensor, _ b: Tensor, rtol: Double = 1e-5, atol: Double = 1e-6) throws -> Bool {
  let x = try a.cast(to: .float64), y = try b.cast(to: .float64)
  // Equal infinities differ by NaN.
  let near = try logicalOr(lessEqual(abs(x - y), abs(y) * rtol + atol), equal(x, y))
  return try min(near.cast(to: .int32).reshaped([-1]).padded([(1, 0)], value: 1)).item() == 1
}
