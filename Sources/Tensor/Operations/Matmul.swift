// Matrix products, batched with NumPy's rules.

/// a [..., m, k] x b [..., k, n] -> [..., m, n], leading axes equal or repeated.
struct Matmul: CostlyPrimitive {
  /// Factors with their last two axes exchanged. Each form's derivatives are products of these forms: none needs a transpose
  /// or a reshape of its own.
  enum Form: Sendable {
    /// a b
    case plain
    /// a b^T
    case rightTransposed
    /// a^T b
    case leftTransposed
    /// a^T b, all rows of a and of b as one matrix each: the sum over the leading axes, which are equal.
    case rows
  }

  /// Whether the factors are rounded to bfloat16, and so those of the derivatives.
  var rounds = false
  var form = Form.plain

  var name: String {
    switch form {
    case .plain: product
    case .rightTransposed: rounds ? "matmul bfloat16 a b^T" : "matmul a b^T"
    case .leftTransposed, .rows: rounds ? "matmul bfloat16 a^T b" : "matmul a^T b"
    }
  }
  /// The name whatever the form: a profile counts by the shapes that are multiplied.
  var product: String { rounds ? "matmul bfloat16" : "matmul" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    let (a, b) = factors(inputs[0].shape, inputs[1].shape)
    guard a[a.count - 1] == b[b.count - 2] else {
      throw Matmul.mismatch(inputs, a.count - 1, b.count - 2)
    }
    // OpenBLAS counts in 32 bits.
    guard inputs[0].dtype == .float32 || inputs[0].dtype == .bfloat16 || (a.suffix(2) + b.suffix(2)).allSatisfy({ $0 <= Int32.max }) else {
      throw TensorError(.limit, name, inputs, "an axis is longer than 2147483647")
    }
    var shape = a
    if b.count > 2 { shape = try Matmul.batch(a, b, inputs[0].dtype) + a.suffix(2) }
    shape[shape.count - 1] = b[b.count - 1]
    return Operand(shape: shape, dtype: inputs[0].dtype)
  }

  /// The leading axes of the product of two shapes.
  private static func batch(_ a: [Int], _ b: [Int], _ dtype: DType) throws -> [Int] {
    try broadcastShape([a, b].map { Operand(shape: Array($0.dropLast(2)), dtype: dtype) }, for: "matmul")
  }

  /// The shapes that are multiplied: of factors a and b in this form.
  func factors(_ a: [Int], _ b: [Int]) -> (left: [Int], right: [Int]) {
    switch form {
    case .plain: return (a, b)
    case .rightTransposed: return (a, b.transposed)
    case .leftTransposed: return (a.transposed, b)
    case .rows:
      let rows = a.dropLast().reduce(1, *)
      return ([a[a.count - 1], rows], [rows, b[b.count - 1]])
    }
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
    var a = inputs[0], b = inputs[1]
    switch form {
    case .plain: break
    case .rightTransposed: b = b.transposed
    case .leftTransposed: a = a.transposed
    case .rows: (a, b) = try (rows(of: a, on: device).transposed, rows(of: b, on: device))
    }
    if b.rank > 2 {
      let batch = try Matmul.batch(a.shape, b.shape, a.dtype)
      (a, b) = (a.broadcast(to: batch + a.shape.suffix(2)), b.broadcast(to: batch + b.shape.suffix(2)))
    }
    return try device.matmul(a, b, result: rounds ? .float32 : a.dtype)
  }

  /// All rows as one matrix.
  private func rows(of x: NDArray, on device: any Device) throws -> NDArray {
    x.rank == 2 ? x : try Reshape(shape: [x.shape.dropLast().reduce(1, *), x.shape[x.rank - 1]]).evaluate([x], on: device)
  }

  func times(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try rounds ? apply([a.rounded(), b.rounded()]) : apply([a, b])
  }

  /// A product of another form, rounded as this one.
  private func times(_ form: Form, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    try Matmul(rounds: rounds, form: form).times(a, b)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    try plus(dx[0].map { try times($0, x[1]) }, dx[1].map { try times(x[0], $0) })
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    let (a, b) = (x[0], x[1])
    // One right factor for all batches: their rows add up in one product instead of a sum of many.
    let sum = b.rank == 2 ? Form.rows : .leftTransposed
    switch form {
    // a [m k], b [k n], dy [m n]:  dy b^T [m k],  a^T dy [k n]
    case .plain:
      return [
        a.isDifferentiable ? try times(.rightTransposed, dy, b) : nil, b.isDifferentiable ? try times(sum, a, dy) : nil,
      ]
    // a [m k], b [n k], dy [m n]:  dy b [m k],  dy^T a [n k]
    case .rightTransposed:
      return [a.isDifferentiable ? try times(.plain, dy, b) : nil, b.isDifferentiable ? try times(sum, dy, a) : nil]
    // a [k m], b [k n], dy [m n]:  b dy^T [k m],  a dy [k n]
    case .leftTransposed, .rows:
      return [
        a.isDifferentiable ? try times(.rightTransposed, b, dy) : nil, b.isDifferentiable ? try times(.plain, a, dy) : nil,
      ]
    }
  }
}

extension [Int] {
  /// A shape with its last two axes exchanged.
  fileprivate var transposed: [Int] {
    var copy = self
    copy.swapAt(count - 2, count - 1)
    return copy
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
