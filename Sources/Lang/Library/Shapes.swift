// Rearranging tensors.

import Tensor

extension Library {
  static let shapes = Library("Shapes", [
    Builtin("reshape(x, ...shape)", "the same elements in another shape; one -1 is inferred", example: "reshape(arange(6), [2, -1])") { call in
      .tensor(try call.tensor("x").reshaped(call.shapeOfRest("shape")))
    },
    Builtin("permute(x, ...order)", "axes in another order", example: "permute(zeros([2, 3, 4]), [2, 0, 1]).shape") { call in
      .tensor(try call.tensor("x").permuted(call.shapeOfRest("order")))
    },
    Builtin("transpose(x, a = -2, b = -1)", "two axes exchanged", example: "transpose([[1, 2], [3, 4]])") { call in
      .tensor(try call.tensor("x").transposed(call.integer("a"), call.integer("b")))
    },
    Builtin("concat(xs, axis = 0)", "tensors joined along an axis", example: "concat([ones([1, 2]), zeros([1, 2])])") { call in
      .tensor(try Tensor::concat(call.tensors("xs"), axis: call.integer("axis")))
    },
    Builtin("stack(xs, axis = 0)", "tensors side by side on a new axis", example: "stack([[1, 2], [3, 4]])") { call in
      .tensor(try Tensor::stack(call.tensors("xs"), axis: call.integer("axis")))
    },
    Builtin("split(x, sizes = none, axis = 0)", "parts along an axis (so many, or of these sizes); text at a separator, or at blanks", example: "split(arange(6), 3)") { call in
      if case .string(let text) = call["x"] {
        if call["sizes"].isNone { return .list(text.split(whereSeparator: \.isWhitespace).map { .string(String($0)) }) }
        let separator = try call.string("sizes")
        guard !separator.isEmpty else { return .list(text.map { .string(String($0)) }) }
        return .list(text.split(separator: separator, omittingEmptySubsequences: false).map { .string(String($0)) })
      }
      let x = try call.tensor("x")
      let axis = try call.integer("axis")
      let place = axis < 0 ? axis + x.rank : axis
      guard place >= 0, place < x.rank else { throw call.error(.index, "axis \(axis) is not in \(x)", argument: "axis") }
      var sizes = try call.shape("sizes")
      if case .number = call["sizes"] {
        let count = sizes[0]
        guard count > 0, count <= Swift.max(x.shape[place], 1), x.shape[place] % count == 0 else {
          throw call.error(.value, "axis \(axis) of \(x) does not split into \(count) equal parts", argument: "sizes")
        }
        sizes = [Int](repeating: x.shape[place] / count, count: count)
      }
      return .list(try x.split(sizes: sizes, axis: place).map { .tensor($0) })
    },
    Builtin(
      "pad(x, amounts, value = 0, mode = \"constant\")",
      "a border: a number, [before, after] or one such pair an axis; mode constant, edge, reflect, symmetric or wrap",
      example: "pad([1, 2, 3], [[2, 1]], mode = \"reflect\")"
    ) { call in
      let x = try call.tensor("x")
      let border = Border(rawValue: try call.choice("mode", Border.allCases.map(\.rawValue))) ?? .constant
      return .tensor(try x.padded(call.borders("amounts", rank: x.rank), border, value: call.number("value")))
    },
    Builtin("flip(x, axis = none)", "in reverse along axes", example: "flip([1, 2, 3])") { call in
      .tensor(try call.tensor("x").flipped(axes: call.axes("axis")))
    },
    Builtin("roll(x, shift, axis = none)", "moved along axes (or all in a row), the end coming in at the start", example: "roll([1, 2, 3], 1)") { call in
      .tensor(try call.tensor("x").rolled(call.shape("shift"), axes: call.axes("axis")))
    },
    Builtin("expand(x, ...shape)", "repeated without copying, as broadcasting does", example: "expand([1, 2], [3, 2])") { call in
      .tensor(try call.tensor("x").broadcast(to: call.shapeOfRest("shape")))
    },
    Builtin("unsqueeze(x, axis)", "a new axis of size 1", example: "unsqueeze([1, 2], 0).shape") { call in
      .tensor(try call.tensor("x").expanded(call.integer("axis")))
    },
    Builtin("squeeze(x, axis = none)", "without axes of size 1", example: "squeeze(ones([1, 3])).shape") { call in
      let x = try call.tensor("x")
      guard let axes = try call.axes("axis") else { return .tensor(try x.squeezed()) }
      // From the last on, so that the others keep their numbers.
      let places = Set(axes.map { $0 < 0 ? $0 + x.rank : $0 }).sorted(by: >)
      return .tensor(try places.reduce(x) { try $0.squeezed($1 < 0 ? $1 - x.rank : $1) })
    },
    Builtin("take(x, indices, axis = 0)", "elements at places along an axis", example: "take([10, 20, 30], [2, 0])") { call in
      .tensor(try Tensor::take(call.tensor("x"), call.indices("indices"), axis: call.integer("axis")))
    },
    Builtin("where(condition, a, b)", "a where the condition holds, else b", example: "where(tensor([1, -1]) > 0, 1, 0)") { call in
      let condition: Tensor
      if case .bool(let flag) = call["condition"] { condition = Tensor(flag ? 1 : 0, dtype: .bool) } else { condition = try call.tensor("condition") }
      let test = condition.dtype == .bool ? condition : try condition.cast(to: .bool)
      switch (call["a"], call["b"]) {
      case (.number(let a), .tensor(let b)): return .tensor(try select(test, a, b))
      case (.tensor(let a), .number(let b)): return .tensor(try select(test, a, b))
      default: return .tensor(try select(test, call.tensor("a"), call.tensor("b")))
      }
    },
    Builtin("sort_pair(x)", "the larger and the smaller of the two rows of x: t, r with t >= r", example: "sort_pair([[0.2, 0.9], [0.5, 0.1]])") { call in
      let x = try call.tensor("x")
      guard x.rank > 0, x.shape[0] == 2 else {
        throw call.error(.shape, "`x` is \(x); expected two rows", argument: "x")
      }
      let rows = try x.split(sizes: [1, 1], axis: 0).map { try $0.squeezed(0) }
      return .list([.tensor(try Tensor::maximum(rows[0], rows[1])), .tensor(try Tensor::minimum(rows[0], rows[1]))])
    },
  ])
}

extension Call {
  /// Borders as `numpy.pad` takes them: a number, [before, after], [[before, after]] or a pair an axis.
  fileprivate func borders(_ name: String, rank: Int) throws -> [(before: Int, after: Int)] {
    let pairs: [[Int]]
    if case .list(let items) = self[name], items.contains(where: \.isList) {
      pairs = try items.map { item in
        guard case .list(let ends) = item else { throw wrongBorders(name, rank) }
        return try ends.map { end in
          guard case .number(let number) = end, let size = Int(exactly: number) else { throw wrongBorders(name, rank) }
          return size
        }
      }
    } else {
      let ends = try shape(name)
      pairs = [ends.count == 1 ? [ends[0], ends[0]] : ends]
    }
    guard pairs.allSatisfy({ $0.count == 2 }), pairs.count == 1 || pairs.count == rank else {
      throw wrongBorders(name, rank)
    }
    return (0..<rank).map { axis in
      let pair = pairs[pairs.count == 1 ? 0 : axis]
      return (pair[0], pair[1])
    }
  }

  private func wrongBorders(_ name: String, _ rank: Int) -> Diagnostic {
    error(
      .type, "`\(name)` is \(self[name].quoted); expected a number, [before, after] or \(rank) such pairs",
      argument: name)
  }

  /// Whole numbers as an integer tensor, whatever they were written as; those not in one are read and checked now.
  func indices(_ name: String) throws -> Tensor {
    let given = try self[name].asTensor(.float64) ?? tensor(name)
    if given.dtype.isInteger { return given }
    let numbers = try stopGradient(given).scalars(Double.self)
    if let odd = numbers.first(where: { Int64(exactly: $0) == nil }) {
      throw error(.type, "`\(name)` holds \(odd.shown); expected whole numbers", argument: name)
    }
    return try Tensor(numbers.map { Int64($0) }, shape: given.shape)
  }
}
