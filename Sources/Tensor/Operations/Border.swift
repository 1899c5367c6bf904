// Borders made of the tensor's own elements, and rolling. Both are gathers along axes, so their derivatives are sums.

/// What a border is filled with, in NumPy's words.
public enum Border: String, Sendable, CaseIterable {
  /// One number.
  case constant
  /// The outermost element.
  case edge
  /// A mirror through the outermost element: 3 2 | 1 2 3 | 2 1.
  case reflect
  /// A mirror beside the outermost element: 2 1 | 1 2 3 | 3 2.
  case symmetric
  /// From the other end: 2 3 | 1 2 3 | 1 2.
  case wrap

  /// The element of an axis that stands at a place, which may lie outside 0 ..< size.
  fileprivate func source(_ place: Int, _ size: Int) -> Int {
    func cycle(_ period: Int) -> Int { (place % period + period) % period }
    switch self {
    case .constant, .edge: return min(max(place, 0), size - 1)
    case .wrap: return cycle(size)
    case .symmetric:
      let index = cycle(2 * size)
      return index < size ? index : 2 * size - 1 - index
    case .reflect:
      guard size > 1 else { return 0 }
      let index = cycle(2 * size - 2)
      return index < size ? index : 2 * size - 2 - index
    }
  }
}

extension Tensor {
  /// A border as `numpy.pad` makes it: (before, after) for each axis.
  public func padded(_ amounts: [(before: Int, after: Int)], _ border: Border, value: Double = 0) throws -> Tensor {
    if border == .constant { return try padded(amounts, value: value) }
    try checkBorder(amounts)
    var result = self
    for (axis, (before, after)) in amounts.enumerated() where before + after > 0 {
      let size = shape[axis]
      guard size > 0 else {
        throw TensorError(.shape, "pad", [operand], "axis \(axis) is empty: there is nothing to continue it with")
      }
      _ = try elementCount([size + before + after], for: "pad")
      let places = (-before..<size + after).map { Int64(border.source($0, size)) }
      result = try take(result, Tensor(places), axis: axis)
    }
    return result
  }

  func checkBorder(_ amounts: [(before: Int, after: Int)]) throws {
    guard amounts.count == rank, amounts.allSatisfy({ $0.before >= 0 && $0.after >= 0 }) else {
      throw TensorError(.shape, "pad", [operand], "needs \(rank) pairs of sizes that are not negative")
    }
    guard amounts.allSatisfy({ $0.before < 1 << 47 && $0.after < 1 << 47 }) else {
      throw TensorError(.limit, "pad", [operand], "the border is too large to hold")
    }
  }

  /// Elements moved along axes, those that leave at one end coming in at the other; without axes, of all elements in
  /// row-major order.
  public func rolled(_ shifts: [Int], axes: [Int]? = nil) throws -> Tensor {
    guard let axes else {
      guard shifts.count == 1 else {
        throw TensorError(.value, "roll", [operand], "\(shifts.count) shifts need as many axes")
      }
      return try reshaped([-1]).rolled(shifts, axes: [0]).reshaped(shape)
    }
    guard shifts.count == axes.count || shifts.count == 1 else {
      throw TensorError(.value, "roll", [operand], "\(shifts.count) shifts need as many axes, not \(axes.count)")
    }
    var result = self
    for (index, axis) in axes.enumerated() {
      let axis = try normalized(axis: axis, rank: rank, for: "roll", [operand])
      let size = max(shape[axis], 1), wrapped = shifts[shifts.count == 1 ? 0 : index] % size
      let shift = wrapped < 0 ? wrapped + size : wrapped
      if shift == 0 { continue }
      result = try concat(
        [result.narrowed(axis: axis, size - shift..<size), result.narrowed(axis: axis, 0..<size - shift)], axis: axis)
    }
    return result
  }
}
