// Rearranging tensors.

import Tensor

extension Library {
  static let shapes = Library("Shapes", [
    Builtin(
      "reshape(x, ...shape)",
      """
      the same elements in another shape; one -1 is inferred

      Sizes one by one or as a list: `reshape(x, 2, 3)`. The order of the elements stays; -1 is the size that makes it fit.
      """,
      example: "reshape(arange(6), [2, -1])",
      fails: [
        .shape("reshape(arange(6), [4, 2])", "reshape: 6 elements do not fill the shape [4, 2], which has 8"),
        .shape("reshape(arange(6), [-1, 4])", "reshape: 6 elements cannot be cut into [-1, 4]"),
      ],
      see: ["permute", "unsqueeze", "squeeze"]
    ) { call in
      .tensor(try call.tensor("x").reshaped(call.shapeOfRest("shape")))
    },
    Builtin(
      "permute(x, ...order)",
      """
      axes in another order

      `order` names for each new axis the old one: [2, 0, 1] puts the last axis first.
      """,
      example: "permute(zeros([2, 3, 4]), [2, 0, 1]).shape",
      fails: [.value("permute(zeros([2, 3, 4]), [0, 1])", "permute: [0, 1] does not name each of the 3 axes once")],
      see: ["transpose", "reshape"]
    ) { call in
      .tensor(try call.tensor("x").permuted(call.shapeOfRest("order")))
    },
    Builtin(
      "transpose(x, a = -2, b = -1)",
      """
      two axes exchanged

      The last two unless told otherwise, so that a batch of matrices is transposed one by one. `x.T` turns all axes around.
      """,
      example: "transpose([[1, 2], [3, 4]])",
      fails: [.index("transpose([1, 2, 3])", "transpose: axis -2 is outside -1 ... 0")]
    ) { call in
      .tensor(try call.tensor("x").transposed(call.integer("a"), call.integer("b")))
    },
    Builtin(
      "concat(xs, axis = 0)", "tensors joined along an axis",
      example: "concat([ones([1, 2]), zeros([1, 2])])",
      fails: [
        .shape("concat([ones([1, 2]), ones([1, 3])])", "concat: sizes differ: 2 and 3 (axis 1); only axis 0 may"),
      ],
      see: ["stack", "split"]
    ) { call in
      .tensor(try Tensor::concat(call.tensors("xs"), axis: call.integer("axis")))
    },
    Builtin(
      "stack(xs, axis = 0)", "tensors side by side on a new axis",
      example: "stack([[1, 2], [3, 4]])",
      fails: [.shape("stack([[1, 2], [3, 4, 5]])", "stack: the shapes differ: [2] and [3]")],
      see: ["concat"]
    ) { call in
      .tensor(try Tensor::stack(call.tensors("xs"), axis: call.integer("axis")))
    },
    Builtin(
      "split(x, sizes = none, axis = 0)",
      """
      parts along an axis (so many, or of these sizes); text at a separator, or at blanks

      `split(x, 3)` makes three equal parts, `split(x, [2, 4])` parts of 2 and 4 (sizes, not places as in NumPy);
      `split("a, b", ", ")` cuts text, `split("abc", "")` into its characters, `split("a b")` at blanks.
      """,
      example: "split(arange(6), 3)",
      fails: [
        .value("split(arange(6), 4)", "split: axis 0 of float32[6] does not split into 4 equal parts"),
        .type("split(\"a, b\", 2)", "split: `sizes` is a number; expected a string"),
      ],
      see: ["concat", "join"]
    ) { call in
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
      """
      a border: a number, [before, after] or one such pair an axis; mode constant, edge, reflect, symmetric or wrap

      `mode` says what the border is made of: "constant" (`value`), "edge" (the last element), "reflect" (mirrored without
      the edge), "symmetric" (with it) or "wrap" (the other end).
      """,
      example: "pad([1, 2, 3], [[2, 1]], mode = \"reflect\")",
      fails: [
        .value("pad([1, 2, 3], 1, mode = \"mirror\")", "pad: `mode` is \"mirror\"; expected \"constant\", \"edge\", \"reflect\", \"symmetric\", \"wrap\""),
        .type("pad([1, 2, 3], [1, 2, 3])", "pad: `amounts` is [1, 2, 3]; expected a number, [before, after] or 1 such pairs"),
      ],
      options: ["mode": Border.names]
    ) { call in
      let x = try call.tensor("x")
      let border = Border(rawValue: try call.choice("mode", Border.names)) ?? .constant
      return .tensor(try x.padded(call.borders("amounts", rank: x.rank), border, value: call.number("value")))
    },
    Builtin(
      "flip(x, axis = none)", "in reverse along axes",
      example: "flip([1, 2, 3])",
      fails: [.index("flip([1, 2, 3], axis = 1)", "flip: axis 1 is outside -1 ... 0")]
    ) { call in
      .tensor(try call.tensor("x").flipped(axes: call.axes("axis")))
    },
    Builtin(
      "roll(x, shift, axis = none)", "moved along axes (or all in a row), the end coming in at the start",
      example: "roll([1, 2, 3], 1)",
      fails: [.index("roll([1, 2, 3], 1, axis = 1)", "roll: axis 1 is outside -1 ... 0")]
    ) { call in
      .tensor(try call.tensor("x").rolled(call.shape("shift"), axes: call.axes("axis")))
    },
    Builtin(
      "expand(x, ...shape)", "repeated without copying, as broadcasting does",
      example: "expand([1, 2], [3, 2])",
      fails: [.shape("expand([1, 2], [3, 4])", "expand: sizes differ: 2 (axis 0) and 4 (axis 1)")]
    ) { call in
      .tensor(try call.tensor("x").broadcast(to: call.shapeOfRest("shape")))
    },
    Builtin(
      "unsqueeze(x, axis)", "a new axis of size 1",
      example: "unsqueeze([1, 2], 0).shape",
      fails: [.index("unsqueeze([1, 2], 3)", "unsqueeze: axis 3 is outside -2 ... 1")]
    ) { call in
      .tensor(try call.tensor("x").expanded(call.integer("axis")))
    },
    Builtin(
      "squeeze(x, axis = none)", "without axes of size 1",
      example: "squeeze(ones([1, 3])).shape",
      fails: [.shape("squeeze([[1, 2]], axis = 1)", "squeeze: axis 1 has size 2, not 1")]
    ) { call in
      let x = try call.tensor("x")
      guard let axes = try call.axes("axis") else { return .tensor(try x.squeezed()) }
      // From the last on, so that the others keep their numbers.
      let places = Set(axes.map { $0 < 0 ? $0 + x.rank : $0 }).sorted(by: >)
      return .tensor(try places.reduce(x) { try $0.squeezed($1 < 0 ? $1 - x.rank : $1) })
    },
    Builtin(
      "take(x, indices, axis = 0)",
      """
      elements at places along an axis

      Several axes at once are picked by indexing: `x[[0, 1], :, 2]`.
      """,
      example: "take([10, 20, 30], [2, 0])",
      fails: [.index("take([10, 20, 30], [2, 3])", "take: index 3 is outside axis 0 of size 3")]
    ) { call in
      .tensor(try Tensor::take(call.tensor("x"), call.indices("indices"), axis: call.integer("axis")))
    },
    Builtin(
      "where(condition, a, b)",
      """
      a where the condition holds, else b

      `condition` is a tensor of bool, made by comparing tensors; a, b and it broadcast.
      """,
      example: "where(tensor([1, -1]) > 0, 1, 0)",
      fails: [
        .type("where([1, -1] > 0, 1, 0)", "`>` cannot order a list and a number"),
        .shape("where(tensor([1, -1]) > 0, [1, 2, 3], 0)", "where: sizes differ: 2 (axis 0) and 3 (axis 0)"),
      ]
    ) { call in
      let condition: Tensor
      if case .bool(let flag) = call["condition"] { condition = Tensor(flag ? 1 : 0, dtype: .bool) } else { condition = try call.tensor("condition") }
      let test = condition.dtype == .bool ? condition : try condition.cast(to: .bool)
      switch (call["a"], call["b"]) {
      case (.number(let a), .tensor(let b)): return .tensor(try select(test, a, b))
      case (.tensor(let a), .number(let b)): return .tensor(try select(test, a, b))
      default: return .tensor(try select(test, call.tensor("a"), call.tensor("b")))
      }
    },
    Builtin(
      "sort_pair(x)",
      """
      the larger and the smaller of the two rows of x: t, r with t >= r

      How MeanFlow draws its times: two uniform draws, the larger of which is t.
      """,
      example: "sort_pair([[0.2, 0.9], [0.5, 0.1]])",
      fails: [.shape("sort_pair([0.2, 0.9, 0.5])", "sort_pair: `x` is float32[3]; expected two rows")],
      see: ["maximum", "minimum"]
    ) { call in
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
