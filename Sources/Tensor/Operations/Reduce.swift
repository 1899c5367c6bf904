// Reductions over axes, and what is composed from them.

/// Sum, largest or smallest along axes, which disappear. Axes are sorted and not empty.
struct Reduce: Primitive {
  let kind: Reduction
  let axes: [Int]

  var name: String { kind.rawValue }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    let shape = inputs[0].shape
    guard kind == .sum || axes.allSatisfy({ shape[$0] > 0 }) else {
      throw TensorError(.shape, name, inputs, "no element to choose from along axes \(axes)")
    }
    return Operand(
      shape: shape.indices.filter { !axes.contains($0) }.map { shape[$0] }, dtype: inputs[0].dtype)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.reduce(kind, inputs[0], axes: axes)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    guard let dx = dx[0] else { return nil }
    return kind == .sum ? try apply([dx]) : try sum(dx * share(x[0], y), axes: axes)
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    let spread = try dy.reshaped(x[0].shape.keeping(axes)).broadcast(to: x[0].shape)
    return [kind == .sum ? spread : try spread * share(x[0], y)]
  }

  /// How much each element contributes to the extreme: ties share alike, as in JAX.
  private func share(_ x: Tensor, _ y: Tensor) throws -> Tensor {
    let wins = try equal(x, y.reshaped(x.shape.keeping(axes))).cast(to: x.dtype)
    return try stopGradient(wins / sum(wins, axes: axes, keepDims: true))
  }
}

/// Index of the first extreme along an axis, which disappears.
struct ArgReduce: Primitive {
  let largest: Bool
  let axis: Int

  var name: String { largest ? "argmax" : "argmin" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    guard inputs[0].shape[axis] > 0 else {
      throw TensorError(.shape, name, inputs, "no element to choose from along axis \(axis)")
    }
    return Operand(shape: inputs[0].shape.without(axis), dtype: .int64)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.argReduce(largest: largest, inputs[0], axis: axis)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? { nil }
  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] { [nil] }
}

/// Running sum along an axis.
struct CumulativeSum: Primitive {
  let axis: Int

  var name: String { "cumsum" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand { inputs[0] }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.cumulativeSum(inputs[0], axis: axis)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? { try dx[0].map { try apply([$0]) } }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    [try apply([dy.flipped(axes: [axis])]).flipped(axes: [axis])]
  }
}

/// Stable ascending order along an axis, as indices.
struct ArgSort: CostlyPrimitive {
  let axis: Int

  var name: String { "argsort" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand { Operand(shape: inputs[0].shape, dtype: .int64) }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.argSort(inputs[0], axis: axis)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? { nil }
  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] { [nil] }
}

extension [Int] {
  /// A shape in which reduced axes stay with size 1.
  func keeping(_ axes: [Int]) -> [Int] {
    enumerated().map { axes.contains($0.offset) ? 1 : $0.element }
  }
}

extension Tensor {
  /// Reduces in a type for which a loop exists and gives the result the type users expect.
  fileprivate func reduced(_ kind: Reduction, _ axes: [Int]?, _ keepDims: Bool) throws -> Tensor {
    let axes = try normalized(axes: axes, rank: rank, for: kind.rawValue, [operand])
    let working: DType =
      switch dtype {
      case .bool, .uint8: kind == .sum ? .int64 : .int32
      case .int32: kind == .sum ? .int64 : .int32
      case .bfloat16: .float32
      default: dtype
      }
    let final: DType = kind == .sum && !dtype.isFloating ? .int64 : dtype
    let result =
      axes.isEmpty
      ? try cast(to: final) : try Reduce(kind: kind, axes: axes)(cast(to: working)).cast(to: final)
    return keepDims ? try result.reshaped(shape.keeping(axes)) : result
  }
}

/// Sum over axes (all where none are named). Whole numbers and bool add up as int64.
public func sum(_ x: Tensor, axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
  try x.reduced(.sum, axes, keepDims)
}

/// The largest element over axes; NaN wins.
public func max(_ x: Tensor, axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
  try x.reduced(.max, axes, keepDims)
}

/// The smallest element over axes; NaN wins.
public func min(_ x: Tensor, axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
  try x.reduced(.min, axes, keepDims)
}

/// Arithmetic mean over axes, in floating point.
public func mean(_ x: Tensor, axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
  let x = x.dtype.isFloating ? x : try x.cast(to: .float32)
  let axes = try normalized(axes: axes, rank: x.rank, for: "mean", [x.operand])
  let count = axes.reduce(1) { $0 * x.shape[$1] }
  return try sum(x, axes: axes, keepDims: keepDims) / Double(count)
}

/// Mean of squared deviations over axes; divisor n - correction (0: population, 1: unbiased).
public func variance(
  _ x: Tensor, axes: [Int]? = nil, keepDims: Bool = false, correction: Int = 0
) throws -> Tensor {
  let x = x.dtype.isFloating ? x : try x.cast(to: .float32)
  let axes = try normalized(axes: axes, rank: x.rank, for: "var", [x.operand])
  let count = axes.reduce(1) { $0 * x.shape[$1] }
  let deviation = try x - mean(x, axes: axes, keepDims: true)
  return try sum(deviation * deviation, axes: axes, keepDims: keepDims) / Double(Swift.max(count - correction, 0))
}

/// Product over axes. A tree of multiplications, so that its derivative is right where elements are 0.
public func prod(_ x: Tensor, axes: [Int]? = nil, keepDims: Bool = false) throws -> Tensor {
  let axes = try normalized(axes: axes, rank: x.rank, for: "prod", [x.operand])
  var result = x.dtype.isFloating ? x : try x.cast(to: .int64)
  for axis in axes {
    while result.shape[axis] > 1 {
      let size = result.shape[axis], half = size / 2
      let product = try result.narrowed(axis: axis, 0..<half) * result.narrowed(axis: axis, half..<(2 * half))
      result =
        size % 2 == 0 ? product : try concat([product, result.narrowed(axis: axis, (size - 1)..<size)], axis: axis)
    }
    if result.shape[axis] == 0 {
      var shape = result.shape
      shape[axis] = 1
      result = try .ones(shape, dtype: result.dtype)
    }
  }
  return keepDims ? result : try result.reshaped(x.shape.indices.filter { !axes.contains($0) }.map { x.shape[$0] })
}

/// Index of the first largest element, along an axis or of all in row-major order. int64.
public func argmax(_ x: Tensor, axis: Int? = nil, keepDims: Bool = false) throws -> Tensor {
  try x.argReduced(largest: true, axis, keepDims)
}

/// Index of the first smallest element, along an axis or of all in row-major order. int64.
public func argmin(_ x: Tensor, axis: Int? = nil, keepDims: Bool = false) throws -> Tensor {
  try x.argReduced(largest: false, axis, keepDims)
}

extension Tensor {
  fileprivate func argReduced(largest: Bool, _ axis: Int?, _ keepDims: Bool) throws -> Tensor {
    let working: Tensor =
      switch dtype {
      case .bool, .uint8: try cast(to: .int32)
      case .bfloat16: try cast(to: .float32)
      default: self
      }
    guard let axis else {
      let result = try ArgReduce(largest: largest, axis: 0)(working.reshaped([-1]))
      return keepDims ? try result.reshaped(shape.map { _ in 1 }) : result
    }
    let place = try normalized(axis: axis, rank: rank, for: largest ? "argmax" : "argmin", [operand])
    let result = try ArgReduce(largest: largest, axis: place)(working)
    return keepDims ? try result.expanded(place) : result
  }
}

/// Running sum along an axis, or of all elements in row-major order.
public func cumsum(_ x: Tensor, axis: Int? = nil) throws -> Tensor {
  guard let given = axis else { return try cumsum(x.reshaped([-1]), axis: 0) }
  let axis = try normalized(axis: given, rank: x.rank, for: "cumsum", [x.operand])
  switch x.dtype {
  case .bool, .uint8, .int32: return try CumulativeSum(axis: axis)(x.cast(to: .int64))
  case .bfloat16: return try CumulativeSum(axis: axis)(x.cast(to: .float32)).cast(to: .bfloat16)
  default: return try CumulativeSum(axis: axis)(x)
  }
}

/// The places of elements in stable ascending order along an axis; NaN last. int64.
public func argsort(_ x: Tensor, axis: Int = -1) throws -> Tensor {
  try ArgSort(axis: normalized(axis: axis, rank: x.rank, for: "argsort", [x.operand]))(x)
}

/// Elements in ascending order along an axis; NaN last.
public func sorted(_ x: Tensor, axis: Int = -1) throws -> Tensor {
  try takeAlong(x, argsort(x, axis: axis), axis: axis)
}
