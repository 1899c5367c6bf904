// Parts of tensors: strided slices as views, their replacement, concatenation and padding.

/// A strided part, as a view.
struct SliceRegion: Primitive {
  let region: Region
  /// Axes with one place in the region that the result has not, in order.
  var dropped: [Int] = []

  var name: String { "slice" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    Operand(shape: kept(region.counts), dtype: inputs[0].dtype)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    let view = region.view(of: inputs[0])
    return dropped.isEmpty ? view : view.with(shape: kept(view.shape), strides: kept(view.strides))
  }

  /// Those of numbers by axis whose axes the result has.
  private func kept(_ numbers: [Int]) -> [Int] {
    dropped.isEmpty ? numbers : numbers.indices.filter { !dropped.contains($0) }.map { numbers[$0] }
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? { try dx[0].map { try self($0) } }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    [try ReplaceRegion(region: region)(Tensor(filling: x[0].shape, with: 0, dtype: dy.dtype), dy.reshaped(region.counts))]
  }
}

/// x with a strided part replaced by a value of the part's shape.
struct ReplaceRegion: Primitive {
  let region: Region

  var name: String { "slice assignment" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    guard inputs[1].shape == region.counts, inputs[0].dtype == inputs[1].dtype else {
      throw TensorError(
        .shape, name, inputs, "the part has shape \(region.counts), the value \(inputs[1].shape)")
    }
    return inputs[0]
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.replace(inputs[0], region: region, with: inputs[1])
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    guard dx[0] != nil || dx[1] != nil else { return nil }
    return try apply([
      dx[0] ?? Tensor(filling: y.shape, with: 0, dtype: y.dtype),
      dx[1] ?? Tensor(filling: region.counts, with: 0, dtype: y.dtype),
    ])
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    [
      x[0].isDifferentiable
        ? try apply([dy, Tensor(filling: region.counts, with: 0, dtype: dy.dtype)]) : nil,
      x[1].isDifferentiable ? try SliceRegion(region: region)(dy) : nil,
    ]
  }
}

/// Tensors one after the other along an axis.
struct Concatenate: Primitive {
  let axis: Int

  var name: String { "concat" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    var shape = inputs[0].shape
    for input in inputs.dropFirst() {
      guard input.shape.count == shape.count else {
        throw TensorError(.shape, name, inputs, "all need \(shape.count) axes")
      }
      for other in shape.indices where other != axis && input.shape[other] != shape[other] {
        throw TensorError(
          .shape, name, inputs,
          "sizes differ: \(shape[other]) and \(input.shape[other]) (axis \(other)); only axis \(axis) may")
      }
      shape[axis] += input.shape[axis]
    }
    return Operand(shape: shape, dtype: inputs[0].dtype)
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    try device.concatenate(inputs, axis: axis)
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    guard dx.contains(where: { $0 != nil }) else { return nil }
    return try apply(
      zip(x, dx).map { x, dx in dx ?? Tensor(filling: x.shape, with: 0, dtype: y.dtype) })
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    var start = 0
    return try x.map { x in
      defer { start += x.shape[axis] }
      return x.isDifferentiable ? try dy.narrowed(axis: axis, start..<(start + x.shape[axis])) : nil
    }
  }
}

/// One place of an index expression, with NumPy's meaning.
public enum Slice: Sendable, Equatable {
  /// `:`
  case all
  /// A number: the axis disappears.
  case index(Int)
  /// `start:stop:step`, each may be missing, negative bounds count from the end, bounds outside are cut.
  case range(start: Int?, stop: Int?, step: Int)
  /// A new axis of size 1.
  case newAxis
  /// `...`: as many whole axes as are left over.
  case ellipsis
}

extension Tensor {
  /// The part that an index expression names. Axes not mentioned are taken whole.
  public func sliced(_ slices: [Slice]) throws -> Tensor {
    let (region, shape, dropped) = try self.region(of: slices, for: "index")
    return try part(region, without: dropped).reshaped(shape)
  }

  /// x[..., range, ...] along one axis.
  public func narrowed(axis: Int, _ range: Range<Int>) throws -> Tensor {
    let axis = try normalized(axis: axis, rank: rank, for: "slice", [operand])
    guard range.lowerBound >= 0, range.upperBound <= shape[axis] else {
      throw TensorError(.index, "slice", [operand], "\(range) is outside axis \(axis) of size \(shape[axis])")
    }
    var region = wholeRegion
    region.starts[axis] = range.lowerBound
    region.counts[axis] = range.count
    return try part(region)
  }

  /// This tensor with the named part replaced; the value is broadcast to the part's shape.
  public func replacing(_ slices: [Slice], with value: Tensor) throws -> Tensor {
    let (region, shape, _) = try self.region(of: slices, for: "assignment")
    let part = try value.fitted(toPart: shape, of: operand).cast(to: dtype).reshaped(region.counts)
    return try ReplaceRegion(region: region)(self, part)
  }

  /// Cut along an axis into parts of given sizes.
  public func split(sizes: [Int], axis: Int) throws -> [Tensor] {
    let axis = try normalized(axis: axis, rank: rank, for: "split", [operand])
    guard sizes.allSatisfy({ (0...shape[axis]).contains($0) }), sizes.reduce(0, &+) == shape[axis] else {
      throw TensorError(.shape, "split", [operand], "sizes \(sizes) do not add up to \(shape[axis])")
    }
    var start = 0
    return try sizes.map { size in
      defer { start += size }
      return try narrowed(axis: axis, start..<(start + size))
    }
  }

  /// Elements in reverse order along axes, all of them where none are named.
  public func flipped(axes: [Int]? = nil) throws -> Tensor {
    var region = wholeRegion
    for axis in try normalized(axes: axes, rank: rank, for: "flip", [operand]) {
      region.starts[axis] = max(0, shape[axis] - 1)
      region.steps[axis] = -1
    }
    return try part(region)
  }

  /// A border of a value: (before, after) for each axis.
  public func padded(_ amounts: [(before: Int, after: Int)], value: Double = 0) throws -> Tensor {
    try checkBorder(amounts)
    var region = wholeRegion
    region.starts = amounts.map(\.before)
    let shape = zip(shape, amounts).map { $0 + $1.before + $1.after }
    return try ReplaceRegion(region: region)(.full(shape, value, dtype: dtype), self)
  }

  private var wholeRegion: Region {
    Region(starts: shape.map { _ in 0 }, steps: shape.map { _ in 1 }, counts: shape)
  }

  /// The region as a view; of all there is the tensor itself, with the axes it has.
  private func part(_ region: Region, without dropped: [Int] = []) throws -> Tensor {
    region == wholeRegion ? self : try SliceRegion(region: region, dropped: dropped)(self)
  }

  /// The region an index expression covers, the shape of the result (indices removed, new axes put in), and the axes removed.
  private func region(of slices: [Slice], for name: String) throws -> (Region, shape: [Int], dropped: [Int]) {
    let used = slices.count { $0 != .newAxis && $0 != .ellipsis }
    guard used <= rank else {
      throw TensorError(.index, name, [operand], "\(used) indices for \(rank) axes")
    }
    var slices = slices
    switch slices.count(where: { $0 == .ellipsis }) {
    case 0: slices += Array(repeating: .all, count: rank - used)
    case 1:
      let place = slices.firstIndex(of: .ellipsis) ?? 0
      slices.replaceSubrange(place...place, with: Array(repeating: .all, count: rank - used))
    default: throw TensorError(.index, name, [operand], "... can stand once in an index")
    }
    var region = wholeRegion, result: [Int] = [], dropped: [Int] = [], axis = 0
    for slice in slices {
      switch slice {
      case .newAxis:
        result.append(1)
        continue
      case .all, .ellipsis: result.append(shape[axis])
      case .index(let index):
        let place = index < 0 ? index + shape[axis] : index
        guard (0..<shape[axis]).contains(place) else {
          throw TensorError(
            .index, name, [operand], "index \(index) is outside axis \(axis) of size \(shape[axis])")
        }
        region.starts[axis] = place
        region.counts[axis] = 1
        dropped.append(axis)
      case .range(let start, let stop, let step):
        guard step != 0, step != .min else {
          throw TensorError(.value, name, [operand], "a slice's step cannot be \(step)")
        }
        let size = shape[axis], step = min(max(step, -size - 1), size + 1), lowest = step > 0 ? 0 : -1, highest = step > 0 ? size : size - 1
        func bound(_ value: Int) -> Int { min(max(value < 0 ? max(value, -size - 1) + size : value, lowest), highest) }
        let from = start.map(bound) ?? (step > 0 ? 0 : size - 1)
        let to = stop.map(bound) ?? (step > 0 ? size : -1)
        // Rounded up without adding the step, which may be as large as an Int.
        let span = step > 0 ? to - from : from - to
        let length = span > 0 ? (span - 1) / Swift.abs(step) + 1 : 0
        region.starts[axis] = length > 0 ? from : 0
        region.steps[axis] = step
        region.counts[axis] = length
        result.append(length)
      }
      axis += 1
    }
    return (region, result, dropped)
  }
}

/// Tensors one after the other along an axis; types are promoted.
public func concat(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
  guard let first = tensors.first else {
    throw TensorError(.value, "concat", [], "needs at least one tensor")
  }
  let axis = try normalized(axis: axis, rank: first.rank, for: "concat", tensors.map(\.operand))
  if tensors.count == 1 { return first }
  let common = tensors.dropFirst().reduce(first.dtype) { DType.promoted($0, $1.dtype) }
  return try Concatenate(axis: axis).apply(tensors.map { try $0.cast(to: common) })
}

/// Tensors of one shape side by side along a new axis.
public func stack(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
  for tensor in tensors where tensor.shape != tensors[0].shape {
    throw TensorError(.shape, "stack", [tensors[0].operand, tensor.operand], "the shapes differ: \(tensors[0].shape) and \(tensor.shape)")
  }
  return try concat(tensors.map { try $0.expanded(axis) }, axis: axis)
}
