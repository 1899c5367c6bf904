// Attention of equal queries, keys and values as three primitives: value, tangent, cotangents. None keeps the [T, T]
// weights (Dao and others, "FlashAttention", 2022), forward mode included. Tested against the composition, derivatives
// to order 2 included; their own derivatives go through it.

/// softmax(q k^T / sqrt(d)) v. q [..., T, d], k [..., S, d], v [..., S, e] -> [..., T, e].
public func attention(_ q: Tensor, _ k: Tensor, _ v: Tensor) throws -> Tensor {
  guard q.rank >= 2, k.rank >= 2, v.rank >= 2, q.shape[q.rank - 1] == k.shape[k.rank - 1],
    k.shape[k.rank - 2] == v.shape[v.rank - 2]
  else {
    // Counted from the end, where all three have two axes.
    func size(_ tensor: Tensor, _ axis: Int) -> Int { tensor.shape[tensor.rank - axis] }
    let reason =
      [q, k, v].contains { $0.rank < 2 } ? "queries, keys and values have two axes at least"
      : q.shape.last != k.shape.last ? "queries and keys differ in size: \(size(q, 1)) and \(size(k, 1)) (last axis)"
      : "keys and values differ in number: \(size(k, 2)) and \(size(v, 2)) (axis -2)"
    throw TensorError(
      .shape, "attention", [q.operand, k.operand, v.operand], reason, hint: "q is [..., T, d], k [..., S, d], v [..., S, e]")
  }
  let isFused = [q, k, v].allSatisfy { $0.dtype == .float32 && $0.shape == q.shape }
  return isFused ? try Attention()(q, k, v) : try composedAttention(q, k, v)
}

/// The definition in products and a softmax.
func composedAttention(_ q: Tensor, _ k: Tensor, _ v: Tensor) throws -> Tensor {
  let logits = try matmul(q, k.transposed())
  let scale = 1 / Double(q.shape[q.rank - 1]).squareRoot()
  let weights = logits.dtype == .float32 ? try Softmax(scale: scale)(logits) : try softmax(logits * scale)
  return try matmul(weights, v)
}

/// Inputs q, k, v, all [..., T, d] float32; the result too.
struct Attention: CostlyPrimitive {
  var name: String { "attention" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand { inputs[0] }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.attention(inputs[0], inputs[1], inputs[2])
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    guard dx.contains(where: { $0 != nil }) else { return nil }
    return try AttentionTangent().apply(x + zip(x, dx).map { try $1 ?? Tensor.zeros($0.shape) })
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    let all = try AttentionGradient().apply(x + [dy])
    return try x.indices.map { try x[$0].isDifferentiable ? all.sliced([.index($0)]) : nil }
  }
}

/// The derivative of attention; inputs q, k, v, dq, dk, dv.
struct AttentionTangent: CostlyPrimitive {
  var name: String { "attention tangent" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand { inputs[0] }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.attentionTangent(Array(inputs[..<3]), Array(inputs[3...]))
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try Tensor::jvp(composed, at: x, along: dx).tangents[0]
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    try Tensor::vjp(composed, at: x).pullback([dy])
  }

  private func composed(_ x: [Tensor]) throws -> [Tensor] {
    try Tensor::jvp({ [try composedAttention($0[0], $0[1], $0[2])] }, at: Array(x[..<3]), along: Array(x[3...]))
      .tangents.map { try $0 ?? Tensor.zeros(x[0].shape) }
  }
}

/// The cotangents of attention, stacked: inputs q, k, v and dy, result [3, ..., T, d].
struct AttentionGradient: CostlyPrimitive {
  var name: String { "attention gradient" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    Operand(shape: [3] + inputs[0].shape, dtype: inputs[0].dtype)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.attentionGradient(Array(inputs[..<3]), inputs[3])
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try Tensor::jvp(composed, at: x, along: dx).tangents[0]
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    try Tensor::vjp(composed, at: x).pullback([dy])
  }

  private func composed(_ x: [Tensor]) throws -> [Tensor] {
    let pullback = try Tensor::vjp({ [try composedAttention($0[0], $0[1], $0[2])] }, at: Array(x[..<3])).pullback
    return [try stack(pullback([x[3]]).map { try $0 ?? Tensor.zeros(x[0].shape) })]
  }
}
