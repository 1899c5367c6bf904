// NumPy's indexing of tensors: numbers, slices, `...`, `new`, boolean masks and integer tensors.

import Tensor

enum TensorIndex {
  static func read(_ tensor: Tensor, _ indices: [Index]) throws -> Tensor {
    if indices.count == 1, case .value(let value) = indices[0], let mask = try mask(value) {
      return try tensor.masked(by: mask)
    }
    let plan = try Plan(tensor, indices)
    let part = try tensor.sliced(plan.slices)
    return try plan.gathered(part)
  }

  static func replace(_ tensor: Tensor, _ indices: [Index], _ value: Tensor) throws -> Tensor {
    if indices.count == 1, case .value(let index) = indices[0], let mask = try mask(index) {
      return try tensor.replacing(mask, with: value)
    }
    let plan = try Plan(tensor, indices)
    guard plan.picks.isEmpty else { return try replaceRows(tensor, plan, value) }
    return try tensor.replacing(plan.slices, with: value)
  }

  /// `x[tensor([2, 0])] = rows`: one integer tensor over one axis, the other axes whole.
  private static func replaceRows(_ tensor: Tensor, _ plan: Plan, _ value: Tensor) throws -> Tensor {
    guard plan.picks.count == 1, plan.slices.allSatisfy({ $0 == .all }), let pick = plan.picks.first,
      pick.indices.rank == 1
    else {
      throw TensorError(
        .index, "assignment", [Operand(shape: tensor.shape, dtype: tensor.dtype)],
        "integer tensors assign along one axis only", hint: "use slices, or a boolean mask")
    }
    let rows = try pick.indices.scalars(Double.self).map { try Plan.place($0) }
    var shape = tensor.shape
    shape[pick.axis] = rows.count
    let new = try value.cast(to: tensor.dtype).broadcast(to: shape)
    var result = tensor
    for (place, row) in rows.enumerated() {
      var slices = [Slice](repeating: .all, count: pick.axis)
      slices.append(.index(row))
      result = try result.replacing(slices, with: new.narrowed(axis: pick.axis, place..<place + 1).squeezed(pick.axis))
    }
    return result
  }

  private static func mask(_ value: Value) throws -> Tensor? {
    switch value {
    case .tensor(let tensor) where tensor.dtype == .bool: return tensor
    case .list(let items):
      if case .bool? = items.first { return try value.asTensor() }
      return nil
    default: return nil
    }
  }

  /// Basic slices, and the integer tensors with the axes of the sliced tensor that they pick from.
  private struct Plan {
    var slices: [Slice] = []
    var picks: [(axis: Int, indices: Tensor)] = []

    init(_ tensor: Tensor, _ indices: [Index]) throws {
      var axis = 0
      for index in indices {
        switch index {
        case .slice(let start, let stop, let step):
          slices.append(.range(start: start, stop: stop, step: step))
          axis += 1
        case .ellipsis:
          slices.append(.ellipsis)
          let taken = indices.count { index in
            switch index {
            case .ellipsis, .newAxis: false
            default: true
            }
          }
          axis += max(tensor.rank - taken, 0)
        case .newAxis:
          slices.append(.newAxis)
          axis += 1
        case .value(.number(let number)):
          guard let whole = Int(exactly: number) else { throw Messages.indexNotWhole(number) }
          slices.append(.index(whole))
        case .value(.range(let range)) where range.step == 1:
          slices.append(.range(start: try Subscripts.bound(range.start), stop: try Subscripts.bound(range.end), step: 1))
          axis += 1
        case .value(let value):
          guard let picks = try Self.integers(value) else { throw Messages.cannotIndex(.tensor(tensor), index) }
          if picks.rank == 0 {
            slices.append(.index(try Self.place(picks.item())))
          } else {
            self.picks.append((axis, picks))
            slices.append(.all)
            axis += 1
          }
        }
      }
    }

    /// Doubles hold int64 to 2^53 only; beyond, no axis is that long.
    static func place(_ number: Double) throws -> Int {
      guard let whole = Int(exactly: number) else { throw Messages.indexNotWhole(number) }
      return whole
    }

    private static func integers(_ value: Value) throws -> Tensor? {
      switch value {
      case .tensor(let tensor) where tensor.dtype.isInteger: return tensor
      case .list, .range: return try value.asTensor(.int32)
      default: return nil
      }
    }

    func gathered(_ part: Tensor) throws -> Tensor {
      guard let first = picks.first else { return part }
      if picks.count == 1 { return try take(part, first.indices, axis: first.axis) }
      // Several integer tensors on neighbouring axes: one flat index over the joined axis.
      let axes = picks.map(\.axis)
      guard axes == Array(first.axis..<first.axis + axes.count) else {
        throw TensorError(
          .index, "index", [Operand(shape: part.shape, dtype: part.dtype)],
          "integer tensors must index neighbouring axes", hint: "permute the axes, or index in two steps")
      }
      let sizes = axes.map { part.shape[$0] }
      var flat = try Tensor(0, dtype: .int32) + 0
      for (pick, size) in zip(picks, sizes) {
        let index = try select(less(pick.indices, Tensor(0, dtype: .int32)), pick.indices + Double(size), pick.indices)
        for bound in try [Tensor::min(index), -(Tensor::max(index)) + Double(size - 1)] where try bound.item() < 0 {
          throw TensorError(
            .index, "index", [Operand(shape: part.shape, dtype: part.dtype)],
            "an index lies outside an axis of \(size)")
        }
        flat = try flat * Double(size) + index
      }
      var shape = part.shape
      shape.replaceSubrange(first.axis..<first.axis + axes.count, with: [sizes.reduce(1, *)])
      return try take(part.reshaped(shape), flat, axis: first.axis)
    }
  }
}
