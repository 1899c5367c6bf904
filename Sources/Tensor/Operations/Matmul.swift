// Matrix products, batched with NumPy's rules.

/// a [..., m, k] x b [..., k, n] -> [..., m, n], leading axes equal or repeated.
struct Matmul: CostlyPrimitive {
  /// Whether the factors are rounded to bfloat16, and so those of the derivatives.
  var rounds = false

  var name: String { rounds ? "matmul bfloat16" : "matmul" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    let a = inputs[0].shape, b = inputs[1].shape
    guard a[a.count - 1] == b[b.count - 2] else {
      throw Matmul.mismatch(inputs, a.count - 1, b.count - 2)
    }
    // OpenBLAS counts in 32 bits.
    guard inputs[0].dtype == .float32 || inputs[0].dtype == .bfloat16 || (a.suffix(2) + b.suffix(2)).allSatisfy({ $0 <= Int32.max }) else {
      throw TensorError(.limit, name, inputs, "an axis is longer than 2147483647")
    }
    let batch = try broadcastShape(
      inputs.map { Operand(shape: Array($0.shape.dropLast(2)), dtype: $0.dtype) }, for: name)
    return Operand(shape: batch + [a[a.count - 2], b[b.count - 1]], dtype: inputs[0].dtype)
  }

  /// The error users meet most: it says which sizes differ and what would fit.
  static func mismatch(_ inputs: [Operand], _ left: Int, _ right: Int) -> TensorError {
    let a = inputs[0].shape, b = inputs[1].shape
    var wanted = b
    wanted[right] = a[left]
    let transposeFits = b.count >= 2 && b[b.count - 1] == a[left]
    return TensorError(
      .shape, "matmul", inputs,
      "inner sizes differ: \(a[left]) (axis \(left)) and \(b[right]) (axis \(right))",
      hint: transposeFits ? "transpose the right one" : "make the right one \(wanted)")
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    let a = inputs[0], b = inputs[1]
    let batch = try broadcastShape(
      [a, b].map { Operand(shape: Array($0.shape.dropLast(2)), dtype: $0.dtype) }, for: name)
    return try device.matmul(
      a.broadcast(to: batch + a.shape.suffix(2)), b.broadcast(to: batch + b.shape.suffix(2)),
      result: rounds ? .float32 : a.dtype)
  }

  func times(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try rounds ? apply([a.rounded(), b.rounded()]) : apply([a, b])
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try plus(dx[0].map { try times($0, x[1]) }, dx[1].map { try times(x[0], $0) })
  }

  // [m n] [k n]^T -> [m k];  [m k]^T [m n] -> [k n]
  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    var db: Tensor?
    if x[1].isDifferentiable {
      if x[1].rank == 2, x[0].rank > 2 {
        // One right factor for all batches: their rows add up in one product instead of a sum of many.
        // Rounded before it is reshaped, so that the other product finds the same rounding.
        let flat = rounds ? dy.rounded() : dy
        let rows = try x[0].reshaped([-1, x[0].shape[x[0].rank - 1]])
        db = try times(rows.transposed(), flat.reshaped([-1, dy.shape[dy.rank - 1]]))
      } else {
        db = try times(x[0].transposed(), dy)
      }
    }
    return [x[0].isDifferentiable ? try times(dy, x[1].transposed()) : nil, db]
  }
}

/// The matrix product: [..., m, k] x [..., k, n]; a vector on the left is a row, on the right a column, and that
/// axis disappears again.
public func matmul(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  guard a.rank > 0, b.rank > 0 else {
    throw TensorError(
      .shape, "matmul", [a.operand, b.operand], "a single number has no axis to multiply along",
      hint: "use *")
  }
  guard a.shape[a.rank - 1] == b.shape[max(0, b.rank - 2)] else {
    throw Matmul.mismatch([a.operand, b.operand], a.rank - 1, max(0, b.rank - 2))
  }
  let common = DType.promoted(a.dtype, b.dtype)
  let left = try (a.rank == 1 ? a.expanded(0) : a).cast(to: common)
  let right = try (b.rank == 1 ? b.expanded(1) : b).cast(to: common)
  var result = try Matmul(rounds: common == .float32 && ProductPrecision.current == .bfloat16).times(left, right)
  if a.rank == 1 { result = try result.squeezed(-2) }
  if b.rank == 1 { result = try result.squeezed(-1) }
  return result
}
