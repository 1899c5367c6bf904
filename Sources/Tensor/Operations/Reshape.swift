// The same elements under another shape, order of axes, or repeated: views, without copying where strides allow.

/// Row-major elements cut anew.
struct Reshape: Primitive {
  let shape: [Int]

  var name: String { "reshape" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    let have = inputs[0].shape.reduce(1, *), want = try elementCount(shape, for: name)
    guard have == want else {
      throw TensorError(
        .shape, name, inputs, "\(have) elements do not fill the shape \(shape), which has \(want)")
    }
    return Operand(shape: shape, dtype: inputs[0].dtype)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    if let view = inputs[0].reshapedView(shape) { return view }
    let copy = try device.contiguous(inputs[0])
    return copy.with(shape: shape, strides: rowMajorStrides(shape))
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? { try dx[0]?.reshaped(shape) }
  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    [try dy.reshaped(x[0].shape)]
  }
}

/// Axes in another order.
struct Permute: Primitive {
  let order: [Int]

  var name: String { "permute" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    let shape = inputs[0].shape
    guard order.count == shape.count, shape.indices.allSatisfy(order.contains) else {
      throw TensorError(
        .value, name, inputs, "\(order) does not name each of the \(inputs[0].shape.count) axes once")
    }
    return Operand(shape: order.map { shape[$0] }, dtype: inputs[0].dtype)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray { inputs[0].permuted(order) }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? { try dx[0]?.permuted(order) }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    var inverse = order
    for (place, axis) in order.enumerated() { inverse[axis] = place }
    return [try dy.permuted(inverse)]
  }
}

/// Axes of size 1, and new leading ones, repeated.
struct Broadcast: Primitive {
  let shape: [Int]

  var name: String { "broadcast" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    let target = Operand(shape: shape, dtype: inputs[0].dtype)
    _ = try elementCount(shape, for: name)
    guard try broadcastShape([inputs[0], target], for: name) == shape else {
      throw TensorError(.shape, name, inputs, "does not repeat to \(shape)")
    }
    return target
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    inputs[0].broadcast(to: shape)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? { try dx[0]?.broadcast(to: shape) }
  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] { [dy] }
}

extension Tensor {
  /// The same elements in row-major order under another shape; one size may be -1 and is worked out.
  public func reshaped(_ target: [Int]) throws -> Tensor {
    var target = target
    if let open = target.firstIndex(of: -1) {
      let known = target.enumerated().filter { $0.offset != open }.map(\.element)
      let product = try elementCount(known, for: "reshape")
      guard !known.contains(-1), product > 0, count % product == 0 else {
        throw TensorError(
          .shape, "reshape", [operand],
          known.contains(-1)
            ? "only one size can be -1: \(target)"
            : "\(count) elements cannot be cut into \(target)")
      }
      target[open] = count / product
    }
    if target == shape { return self }
    if let number = node.fill, try elementCount(target, for: "reshape") == count {
      return Tensor(filling: target, with: number, dtype: dtype)
    }
    return try Reshape(shape: target)(self)
  }

  /// Axes in the order given: axis i of the result is axis order[i] of this tensor. Negative ones count from the end.
  public func permuted(_ order: [Int]) throws -> Tensor {
    let operands = [operand]
    let order = try order.map { try normalized(axis: $0, rank: rank, for: "permute", operands) }
    return order.elementsEqual(shape.indices) ? self : try Permute(order: order)(self)
  }

  /// The last two axes exchanged.
  public func transposed() throws -> Tensor { try transposed(-2, -1) }

  /// Two axes exchanged.
  public func transposed(_ a: Int, _ b: Int) throws -> Tensor {
    var order = Array(shape.indices)
    order.swapAt(
      try normalized(axis: a, rank: rank, for: "transpose", [operand]),
      try normalized(axis: b, rank: rank, for: "transpose", [operand]))
    return try permuted(order)
  }

  /// Axes of size 1, and new leading ones, repeated to a shape. Nothing is copied.
  public func broadcast(to target: [Int]) throws -> Tensor {
    if target == shape { return self }
    let result = try Broadcast(shape: target).result(of: [operand])
    if let number = node.fill {
      return Tensor(filling: result.shape, with: number, dtype: dtype)
    }
    return try Broadcast(shape: target)(self)
  }

  /// A new axis of size 1 at a place, counted in the result.
  public func expanded(_ axis: Int) throws -> Tensor {
    var shape = shape
    shape.insert(1, at: try normalized(axis: axis, rank: rank + 1, for: "expand", [operand]))
    return try reshaped(shape)
  }

  /// Without an axis of size 1; without all of them where none is named.
  public func squeezed(_ axis: Int? = nil) throws -> Tensor {
    guard let axis else { return try reshaped(shape.filter { $0 != 1 }) }
    let place = try normalized(axis: axis, rank: rank, for: "squeeze", [operand])
    guard shape[place] == 1 else {
      throw TensorError(.shape, "squeeze", [operand], "axis \(axis) has size \(shape[place]), not 1")
    }
    return try reshaped(shape.without(place))
  }
}
