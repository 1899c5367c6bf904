// NumPy's indexing in full: slices, numbers, integer tensors and masks mixed, read and assigned. Integer tensors and masks
// are read now, so that a wrong index is an error where it stands; the picked values stay lazy and differentiable.

/// One place of an index expression that may hold tensors.
public enum Pick: Sendable {
  case slice(Slice)
  /// An integer tensor picks along one axis; a bool tensor along as many as it has, the places where it holds.
  case places(Tensor)
}

/// An index expression applied to a shape.
private struct PickPlan {
  /// The basic part; axes picked from are whole.
  private(set) var slices: [Slice] = []
  /// Axes of the part that are picked from, and the places, checked and not negative.
  private var axes: [Int] = []
  private var places: [Tensor] = []
  private var axis = 0, source = 0
  /// Whether `...` stands between two picks: even where it is empty, they are no neighbours then (NumPy's rule).
  private var isSplit = false, followsEllipsis = false

  init(_ picks: [Pick], _ operand: Operand, for name: String) throws {
    let used = picks.reduce(0) { $0 + $1.axisCount }
    guard used <= operand.shape.count else {
      throw TensorError(.index, name, [operand], "\(used) indices for \(operand.shape.count) axes")
    }
    var isFilled = false
    for pick in picks {
      switch pick {
      case .slice(.ellipsis):
        guard !isFilled else { throw TensorError(.index, name, [operand], "... can stand once in an index") }
        isFilled = true
        followsEllipsis = !axes.isEmpty
        for _ in used..<operand.shape.count { whole() }
      case .slice(.newAxis):
        slices.append(.newAxis)
        axis += 1
      case .slice(.index(let index)):
        // Beside tensors a number is a tensor without axes.
        try add(Tensor([Int64(index)], shape: []), operand, name)
      case .slice(let slice):
        slices.append(slice)
        axis += 1
        source += 1
      case .places(let mask) where mask.dtype == .bool: try add(mask: mask, operand, name)
      case .places(let places): try add(places, operand, name)
      }
    }
  }

  private mutating func whole() {
    slices.append(.all)
    axis += 1
    source += 1
  }

  private mutating func add(_ indices: Tensor, _ operand: Operand, _ name: String) throws {
    guard indices.dtype.isInteger else {
      throw TensorError(
        .type, name, [operand, indices.operand], "indices must be whole numbers or bool, not \(indices.dtype)",
        hint: "cast(indices, \"int32\")")
    }
    let size = operand.shape[source], rows = try stopGradient(indices).cast(to: .int64)
    if let index = try rows.firstIndex(outside: size) {
      throw TensorError(.index, name, [operand], "index \(index) is outside axis \(source) of size \(size)")
    }
    let zero = Tensor(0, dtype: .int64)
    try pick(select(less(rows, zero), rows + Tensor([Int64(size)], shape: []), rows))
  }

  private mutating func add(mask: Tensor, _ operand: Operand, _ name: String) throws {
    guard mask.rank > 0, mask.shape == Array(operand.shape[source..<source + mask.rank]) else {
      throw TensorError(
        .shape, name, [operand, mask.operand], "the mask's shape \(mask.shape) is not that of the axes it stands for")
    }
    for rows in try nonzero(mask) { pick(rows) }
  }

  private mutating func pick(_ rows: Tensor) {
    isSplit = isSplit || followsEllipsis
    axes.append(axis)
    places.append(rows)
    whole()
  }

  /// Picks from the basic part: all picked axes become one, in place where they are neighbours, else in front.
  func gathered(_ part: Tensor, for name: String, _ operand: Operand) throws -> Tensor {
    _ = try broadcastShape(places.map(\.operand), for: name)
    let sizes = axes.map { part.shape[$0] }
    var flat = try Tensor([Int64(0)], shape: [])
    for (rows, size) in zip(places, sizes) { flat = try flat * Tensor([Int64(size)], shape: []) + rows }
    let others = part.shape.indices.filter { !axes.contains($0) }
    let isTogether = !isSplit && axes == Array(axes[0]..<axes[0] + axes.count)
    let front = isTogether ? axes[0] : 0
    let ordered = isTogether ? part : try part.permuted(axes + others)
    var shape = ordered.shape
    shape.replaceSubrange(front..<front + axes.count, with: [sizes.reduce(1, *)])
    return try take(ordered.reshaped(shape), flat, axis: front)
  }
}

extension Pick {
  fileprivate var axisCount: Int {
    switch self {
    case .slice(.newAxis), .slice(.ellipsis): 0
    case .slice: 1
    case .places(let tensor): tensor.dtype == .bool ? tensor.rank : 1
    }
  }
}

extension [Pick] {
  /// The slices, where there are no tensors among them.
  fileprivate var basic: [Slice]? {
    let slices = compactMap { if case .slice(let slice) = $0 { slice } else { nil } }
    return slices.count == count ? slices : nil
  }
}

extension Tensor {
  /// x[index], with NumPy's meaning. Axes not mentioned are taken whole.
  ///
  /// - Throws: `TensorError` where an index lies outside its axis or a mask has another shape than its axes.
  public func picked(_ picks: [Pick]) throws -> Tensor {
    if let slices = picks.basic { return try sliced(slices) }
    let plan = try PickPlan(picks, operand, for: "index")
    return try plan.gathered(sliced(plan.slices), for: "index", operand)
  }

  /// This tensor with x[index] = value; the value is broadcast to the part's shape and takes this tensor's type. Of values
  /// for one place the last stays.
  public func replacing(_ picks: [Pick], with value: Tensor) throws -> Tensor {
    let name = "assignment"
    if let slices = picks.basic { return try replacing(slices, with: value) }
    if picks.count == 1, value.count == 1, value.rank == 0, case .places(let mask) = picks[0], mask.dtype == .bool,
      mask.rank > 0, mask.shape == Array(shape.prefix(mask.rank))
    {
      let whole = try mask.reshaped(mask.shape + shape[mask.rank...].map { _ in 1 })
      return try select(whole, value.cast(to: dtype), self)
    }
    let plan = try PickPlan(picks, operand, for: name)
    let numbers = try Tensor.arange(count, dtype: .int64).reshaped(shape)
    let targets = try plan.gathered(numbers.sliced(plan.slices), for: name, operand)
    let part = try value.fitted(toPart: targets.shape, of: operand)
    guard targets.count > 0 else { return self }
    // By element: the last place of the part that it is, -1 where it is none.
    let origins = try targets.withBytes { bytes in
      let targets = bytes.bindMemory(to: Int64.self)
      return try Tensor(shape: shape, dtype: .int64) { memory in
        memory.initializeMemory(as: UInt8.self, repeating: 0xff)
        let origins = memory.bindMemory(to: Int64.self)
        for place in targets.indices {
          if place & 0xffff == 0 { try Interrupt.check() }
          origins[Int(targets[place])] = Int64(place)
        }
      }
    }
    let zero = Tensor(0, dtype: .int64)
    return try select(less(origins, zero), self, take(part.cast(to: dtype).reshaped([-1]), maximum(origins, zero)))
  }

  /// A value for a part of a tensor, broadcast; leading axes of size 1 too many are dropped, as NumPy does.
  func fitted(toPart shape: [Int], of operand: Operand) throws -> Tensor {
    var value = self
    while value.rank > shape.count, value.shape[0] == 1 { value = try value.squeezed(0) }
    let merged = try? broadcastShape([value.operand, Operand(shape: shape, dtype: dtype)], for: "assignment")
    guard merged == shape else {
      throw TensorError(
        .shape, "assignment", [operand, self.operand], "the part has shape \(shape), the value \(self.shape)")
    }
    return try value.broadcast(to: shape)
  }
}

/// Where elements are not 0 (or true): one int64 vector an axis. Computes now.
public func nonzero(_ x: Tensor) throws -> [Tensor] {
  let flags = try stopGradient(x).cast(to: .bool)
  let count = try Int(sum(flags).scalars(Int64.self)[0])
  let places = try flags.withBytes { flags in
    try Tensor(shape: [count], dtype: .int64) { memory in
      let places = memory.bindMemory(to: Int64.self)
      var found = 0
      for place in flags.indices {
        if place & 0xffff == 0 { try Interrupt.check() }
        if flags[place] != 0 {
          places[found] = Int64(place)
          found += 1
        }
      }
    }
  }
  func whole(_ number: Int) throws -> Tensor { try Tensor([Int64(Swift.max(1, number))], shape: []) }
  return try zip(x.shape, rowMajorStrides(x.shape)).map { size, stride in
    // Where an axis is empty there is no place to divide.
    try remainder(floorDivide(places, whole(stride)), whole(size))
  }
}
