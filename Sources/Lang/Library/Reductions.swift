// Sums, means, extremes: of tensors over axes, and of lists of numbers.

import Tensor

extension Builtin {
  private static let axes = "axis = none, keepdims = false"
  private static let axesDoc = """
    `axis` is a number or a list of the axes to run over, all where it is none; `keepdims` leaves them with size 1.
    """

  /// The misuses that all rows with axes share: PyTorch's word, an axis that is not there.
  private static func misuses(_ name: String) -> [Misuse] {
    [
      .index("\(name)([[1, 2, 3]], axis = 2)", "\(name): axis 2 is outside -2 ... 1"),
      .argument("\(name)([1, 2, 3], dim = 0)", "\(name) has no argument `dim`"),
    ]
  }

  /// A row for a reduction of tensors; lists of numbers are read as tensors of float64, so that a list of numbers
  /// gives an exact number.
  fileprivate static func reduction(
    _ name: String, _ doc: String, example: String,
    _ body: @escaping @Sendable (Tensor, [Int]?, Bool) throws -> Tensor
  ) -> Builtin {
    reduction(name, doc, example: example, more: "") { try body($1, $2, $3) }
  }

  /// The same with parameters of its own.
  fileprivate static func reduction(
    _ name: String, _ doc: String, example: String, more: String,
    _ body: @escaping @Sendable (Call, Tensor, [Int]?, Bool) throws -> Tensor
  ) -> Builtin {
    Builtin("\(name)(x, \(axes)\(more))", "\(doc)\n\n\(axesDoc)", example: example, fails: misuses(name)) { call in
      let keepDims = try call.bool("keepdims")
      switch call["x"] {
      case .number, .list, .range:
        guard let tensor = try call["x"].asTensor(.float64) else { break }
        let result = try body(call, tensor, call.axes("axis"), keepDims)
        // Tensors in the list keep the answer one: a number would drop their derivatives.
        return result.rank == 0 && !result.isTraced ? .number(try result.item()) : .tensor(try result.cast(to: .float32))
      default: break
      }
      return .tensor(try body(call, call.tensor("x"), call.axes("axis"), keepDims))
    }
  }

  /// `all` and `any`: true or false of a whole value, a bool tensor where axes are named.
  fileprivate static func quantifier(
    _ name: String, _ doc: String, example: String, _ ofList: @escaping @Sendable ([Value]) throws -> Bool,
    _ body: @escaping @Sendable (Tensor, [Int]?, Bool) throws -> Tensor
  ) -> Builtin {
    Builtin(
      "\(name)(x, \(axes))", "\(doc)\n\n\(axesDoc)", example: example,
      fails: [
        .type("\(name)([1, 2])", "a number is no condition; true or false is needed"),
        .index("\(name)([true], axis = 1)", "\(name): axis 1 is outside -1 ... 0"),
      ]
    ) { call in
      let axes = try call.axes("axis"), keepDims = try call.bool("keepdims")
      if axes == nil, !keepDims {
        if case .list(let items) = call["x"] { return .bool(try ofList(items)) }
        if case .bool(let flag) = call["x"] { return .bool(flag) }
        return .bool(try body(call.tensor("x"), nil, false).item() != 0)
      }
      return .tensor(try body(call.tensor("x"), axes, keepDims))
    }
  }

  /// `max(a, b, ...)`, `max(list)` and `max(tensor, axis = ...)`.
  fileprivate static func extreme(
    _ name: String, _ doc: String, example: String, _ number: @escaping @Sendable (Double, Double) -> Double,
    _ pair: @escaping @Sendable (Tensor, Tensor) throws -> Tensor,
    _ body: @escaping @Sendable (Tensor, [Int]?, Bool) throws -> Tensor
  ) -> Builtin {
    Builtin(
      "\(name)(...values, \(axes))",
      "\(doc)\n\nOf several values tensors are compared element by element. \(axesDoc) NaN wins.", example: example,
      fails: [.value("\(name)([])", "\(name): the list is empty")] + misuses(name), see: ["arg\(name)", "\(name)imum"]
    ) { call in
      let numbers = call.rest.compactMap { if case .number(let number) = $0 { number } else { nil } }
      if numbers.count == call.rest.count, let first = numbers.first { return .number(numbers.reduce(first, number)) }
      guard call.rest.count > 1 else {
        guard let value = call.rest.first else { throw call.error(.argument, "there is nothing to compare") }
        if let next = try value.plainNumbers() {
          guard let first = next.first else { throw call.error(.value, "the list is empty") }
          return .number(next.reduce(first, number))
        }
        guard let tensor = try value.asTensor() else {
          throw call.error(.type, "\(value.kindInWords) has no \(name)")
        }
        return .tensor(try body(tensor, call.axes("axis"), call.bool("keepdims")))
      }
      let tensors = try call.rest.map { value in
        guard let tensor = try value.asTensor() else {
          throw call.error(.type, "\(value.kindInWords) has no \(name)")
        }
        return tensor
      }
      return .tensor(try tensors.dropFirst().reduce(tensors[0]) { try pair($0, $1) })
    }
  }
}

extension Value {
  /// The numbers of a list or range of nothing but numbers.
  fileprivate func plainNumbers() throws -> [Double]? {
    switch self {
    case .range(let range):
      return try range.numbers()
    case .list(let items):
      let numbers = items.compactMap { if case .number(let number) = $0 { number } else { nil } }
      return numbers.count == items.count ? numbers : nil
    default: return nil
    }
  }
}

extension Library {
  static let reductions = Library("Reductions", [
    .reduction("sum", "the sum, over all axes or some", example: "sum([1, 2, 3])") { try Tensor::sum($0, axes: $1, keepDims: $2) },
    .reduction("mean", "the mean", example: "mean([[1, 2], [3, 4]], axis = 0)") { try Tensor::mean($0, axes: $1, keepDims: $2) },
    .reduction("var", "the variance, divided by n - ddof", example: "var([1, 2, 3, 4], ddof = 1)", more: ", ddof = 0") { call, x, axes, keepDims in
      try Tensor::variance(x, axes: axes, keepDims: keepDims, correction: call.integer("ddof"))
    },
    .reduction("std", "the standard deviation: the root of var", example: "std([1, 2, 3, 4])", more: ", ddof = 0") { call, x, axes, keepDims in
      try Tensor::sqrt(Tensor::variance(x, axes: axes, keepDims: keepDims, correction: call.integer("ddof")))
    },
    .reduction("prod", "the product", example: "prod([1, 2, 3, 4])") { try Tensor::prod($0, axes: $1, keepDims: $2) },
    .reduction("logsumexp", "log(sum(exp(x))), without overflow", example: "logsumexp([1000, 1000])") {
      try Tensor::logSumExp($0, axes: $1, keepDims: $2)
    },
    .extreme("max", "the largest, of several values or of a tensor's axes", example: "max(3, 7, 5)", { $0 > $1 || $0.isNaN ? $0 : $1 }, { try Tensor::maximum($0, $1) }) {
      try Tensor::max($0, axes: $1, keepDims: $2)
    },
    .extreme("min", "the smallest, of several values or of a tensor's axes", example: "min([3, 7, 5])", { $0 < $1 || $0.isNaN ? $0 : $1 }, { try Tensor::minimum($0, $1) }) {
      try Tensor::min($0, axes: $1, keepDims: $2)
    },
    Builtin(
      "argmax(x, axis = none, keepdims = false)",
      """
      the place of the largest

      Of all elements in a row where no axis is named; the first of equal ones.
      """,
      example: "argmax([3, 7, 5])",
      fails: [
        .index("argmax([3, 7, 5], axis = 1)", "argmax: axis 1 is outside -1 ... 0"),
        .shape("argmax([])", "argmax: no element to choose from along axis 0"),
      ]
    ) { call in
      .tensor(try Tensor::argmax(call.tensor("x"), axis: call.optionalInteger("axis"), keepDims: call.bool("keepdims")))
    },
    Builtin(
      "argmin(x, axis = none, keepdims = false)", "the place of the smallest",
      example: "argmin([3, 7, 5])",
      fails: [.index("argmin([3, 7, 5], axis = 1)", "argmin: axis 1 is outside -1 ... 0")]
    ) { call in
      .tensor(try Tensor::argmin(call.tensor("x"), axis: call.optionalInteger("axis"), keepDims: call.bool("keepdims")))
    },
    Builtin(
      "cumsum(x, axis = none)", "running sums along an axis, or of all elements",
      example: "cumsum([1, 2, 3])",
      fails: [.index("cumsum([1, 2, 3], axis = 1)", "cumsum: axis 1 is outside -1 ... 0")]
    ) { call in
      .tensor(try Tensor::cumsum(call.tensor("x"), axis: call.optionalInteger("axis")))
    },
    Builtin(
      "sort(x, axis = -1)", "in order along an axis",
      example: "sort(tensor([3, 1, 2]))",
      fails: [
        .index("sort(3)", "sort: axis -1 of a tensor without axes"),
        .index("sort([3, 1], axis = 1)", "sort: axis 1 is outside -1 ... 0"),
      ]
    ) { call in
      .tensor(try Tensor::sorted(call.tensor("x"), axis: call.integer("axis")))
    },
    Builtin(
      "argsort(x, axis = -1)", "the places that put an axis in order",
      example: "argsort(tensor([3, 1, 2]))",
      fails: [.index("argsort([3, 1, 2], axis = 1)", "argsort: axis 1 is outside -1 ... 0")]
    ) { call in
      .tensor(try Tensor::argsort(call.tensor("x"), axis: call.integer("axis")))
    },
    Builtin(
      "norm(x, axis = none, keepdims = false)",
      """
      the Euclidean length

      The root of the sum of squares, over all elements or along `axis`, a number or a list.
      """,
      example: "norm([3, 4])",
      fails: [.index("norm([3, 4], axis = 1)", "norm: axis 1 is outside -1 ... 0")]
    ) { call in
      let x = try call.tensor("x")
      return .tensor(try Tensor::sqrt(Tensor::sum(x * x, axes: call.axes("axis"), keepDims: call.bool("keepdims"))))
    },
    .quantifier("all", "whether every element is true; by axes a tensor of such answers", example: "all([1, 2] == tensor([1, 2]))") { items in
      try items.allSatisfy { try Operators.truth($0) }
    } _: { x, axes, keepDims in
      try equal(Tensor::sum(logicalNot(x), axes: axes, keepDims: keepDims), 0)
    },
    .quantifier("any", "whether some element is true; by axes a tensor of such answers", example: "any(tensor([0, 1]) > 0)") { items in
      try items.contains { try Operators.truth($0) }
    } _: { x, axes, keepDims in
      try notEqual(Tensor::sum(x.cast(to: .bool), axes: axes, keepDims: keepDims), Tensor(0, dtype: .int64))
    },
    Builtin(
      "allclose(a, b, rtol = 1e-5, atol = 1e-6)", "whether |a - b| <= atol + rtol |b| everywhere",
      example: "allclose(1, 1 + 1e-9)",
      fails: [.shape("allclose([1, 2], [1, 2, 3])", "allclose: sizes differ: 2 (axis 0) and 3 (axis 0)")],
      see: ["same"]
    ) { call in
      .bool(try Tensor::allClose(call.tensor("a"), call.tensor("b"), rtol: call.number("rtol"), atol: call.number("atol")))
    },
  ])
}
