// Making tensors, and taking numbers out of them.

import Tensor

extension Library {
  static let tensors = Library("Tensors", [
    Builtin(
      "tensor(x, dtype = none)",
      """
      a tensor from numbers or nested lists (float32)

      `dtype` is bool, uint8, int32, int64, bfloat16, float32 or float64. Wherever a tensor is expected, a number or a list
      of numbers is as good.
      """,
      example: "tensor([[1, 2], [3, 4]])",
      fails: [
        .shape("tensor([[1, 2], [3]])", "tensor: the rows differ: [2] and [1]"),
        .type("tensor(\"1\")", "tensor: `x` is a string; expected a tensor, a number or a list of numbers"),
        .value("tensor([1], dtype = \"float16\")", "tensor: `dtype` is \"float16\"; expected \"bool\", \"uint8\", \"int32\", \"int64\", \"bfloat16\", \"float32\", \"float64\""),
      ],
      see: ["cast", "zeros", "tolist"]
    ) { call in
      if case .bool(let flag) = call["x"] {
        return .tensor(try Tensor(flag ? 1 : 0, dtype: .bool).cast(to: call.optionalDType("dtype") ?? .bool))
      }
      guard let dtype = try call.optionalDType("dtype") else { return .tensor(try call.tensor("x")) }
      // Through float64, so that whole numbers and doubles keep their digits.
      guard let tensor = try call["x"].asTensor(.float64) else { return .tensor(try call.tensor("x")) }
      return .tensor(try tensor.cast(to: dtype))
    },
    Builtin(
      "zeros(...shape, dtype = \"float32\")", "zeros of a shape",
      example: "zeros([2, 3])",
      fails: [
        .value("zeros([2, -3])", "zeros: the shape [2, -3] has a negative size"),
        .value("zeros([2, 3], dtype = \"float\")", "zeros: `dtype` is \"float\"; expected \"bool\", \"uint8\", \"int32\", \"int64\", \"bfloat16\", \"float32\", \"float64\""),
      ],
      see: ["ones", "full", "zeros_like"]
    ) { call in
      .tensor(try Tensor.zeros(call.sizes(), dtype: call.dtype("dtype")))
    },
    Builtin(
      "ones(...shape, dtype = \"float32\")", "ones of a shape",
      example: "ones([2, 3])",
      fails: [.type("ones([2, 0.5])", "ones: `shape` holds 0.5; expected whole numbers")]
    ) { call in
      .tensor(try Tensor.ones(call.sizes(), dtype: call.dtype("dtype")))
    },
    Builtin(
      "full(shape, value, dtype = \"float32\")", "one number everywhere",
      example: "full([2, 2], 7)",
      fails: [.type("full([2, 2], \"7\")", "full: `value` is a string; expected a number")]
    ) { call in
      let shape = try call.legal(call.shape("shape"))
      if case .tensor(let value) = call["value"], value.isTraced {
        return .tensor(try value.cast(to: call.dtype("dtype")).broadcast(to: shape))
      }
      return .tensor(try Tensor.full(shape, call.number("value"), dtype: call.dtype("dtype")))
    },
    Builtin(
      "eye(n, dtype = \"float32\")", "the identity matrix",
      example: "eye(3)",
      fails: [.value("eye(-1)", "eye: `n` is -1; expected a whole number from 0 to 1048576")]
    ) { call in
      .tensor(try Tensor.eye(call.integer("n", in: 0...1 << 20), dtype: call.dtype("dtype")))
    },
    Builtin(
      "arange(start, end = none, step = 1, dtype = \"float32\")",
      """
      numbers at equal steps, without the end

      `arange(n)` counts from 0, `arange(start, end)` from start.
      """,
      example: "arange(5)",
      fails: [.value("arange(0, 5, 0)", "arange: needs finite bounds and a step other than 0")],
      see: ["linspace", "range"]
    ) { call in
      let first = try call.number("start")
      let end = try call.optionalNumber("end")
      return .tensor(try Tensor.arange(
        from: end == nil ? 0 : first, to: end ?? first, by: call.number("step"), dtype: call.dtype("dtype")))
    },
    Builtin(
      "linspace(start, end, n = 50, dtype = \"float32\")", "n numbers from start to end",
      example: "linspace(0, 1, 5)",
      fails: [.value("linspace(0, 1, 2.5)", "linspace: `n` is 2.5; expected a whole number")]
    ) { call in
      .tensor(try Tensor.linspace(
        call.number("start"), call.number("end"), call.integer("n", in: 0...Int.max), dtype: call.dtype("dtype")))
    },
    Builtin(
      "zeros_like(x)", "zeros of the same shape and dtype",
      example: "zeros_like([1, 2])",
      fails: [
        .type("zeros_like(\"1, 2\")", "zeros_like: `x` is a string; expected a tensor, a number or a list of numbers"),
      ]
    ) { call in
      let x = try call.tensor("x")
      return .tensor(try Tensor.zeros(x.shape, dtype: x.dtype))
    },
    Builtin(
      "ones_like(x)", "ones of the same shape and dtype",
      example: "ones_like([1, 2])",
      fails: [.type("ones_like(none)", "ones_like: `x` is none; expected a tensor, a number or a list of numbers")]
    ) { call in
      let x = try call.tensor("x")
      return .tensor(try Tensor.ones(x.shape, dtype: x.dtype))
    },
    Builtin(
      "cast(x, dtype)",
      """
      the same numbers in another dtype

      To whole numbers it cuts the fraction off, to bool everything but 0 is true.
      """,
      example: "cast([1.5, 2.5], \"int32\")",
      fails: [
        .value("cast([1.5], \"int\")", "cast: `dtype` is \"int\"; expected \"bool\", \"uint8\", \"int32\", \"int64\", \"bfloat16\", \"float32\", \"float64\""),
      ],
      see: ["tensor", "round"]
    ) { call in
      let dtype = try call.dtype("dtype")
      guard let tensor = try call["x"].asTensor(.float64) else { return .tensor(try call.tensor("x")) }
      return .tensor(try tensor.cast(to: dtype))
    },
    Builtin(
      "item(x)", "the number in a tensor of one element",
      example: "item(tensor([3]))",
      fails: [.type("item([1, 2])", "item: `x` is a list; expected a number")]
    ) { call in
      .number(try call.number("x"))
    },
    Builtin(
      "tolist(x)", "nested lists of the numbers",
      example: "tolist(eye(2))",
      fails: [.type("tolist(\"1, 2\")", "tolist: `x` is a string; expected a tensor, a number or a list of numbers")]
    ) { call in
      let x = try call.tensor("x")
      try call.refuseTraced(x, "x")
      let numbers = try x.scalars(Double.self)
      return Value.nested(numbers[...], x.shape[...], isBool: x.dtype == .bool)
    },
    Builtin(
      "eval(x)",
      """
      compute now what is pending in a tree of tensors

      Tensors are computed when somebody looks; this is for measuring and for freeing what they were made of.
      """,
      example: "eval(ones([2]) + 1)",
      fails: [.type("eval(\"1 + 2\")", "eval: `x` is a string; expected a tensor, or lists and records of tensors")],
      tensor: { try $0.evaluated() }
    ) { call in
      try evaluate(call.tree("x").leaves)
      return call["x"]
    },
  ])
}

extension Call {
  /// The sizes of `zeros(2, 3)` and of `zeros([2, 3])`.
  func sizes() throws -> [Int] { try legal(shapeOfRest("shape")) }

  func legal(_ shape: [Int]) throws -> [Int] {
    guard shape.allSatisfy({ $0 >= 0 }) else { throw error(.value, "the shape \(shape) has a negative size", argument: "shape") }
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: Swift.max(size, 1))
      guard !overflow, product <= 1 << 36 else {
        throw error(.limit, "a tensor of shape \(shape) does not fit in memory", argument: "shape")
      }
      count = product
    }
    return shape
  }
}

extension Value {
  fileprivate static func nested(_ numbers: ArraySlice<Double>, _ shape: ArraySlice<Int>, isBool: Bool) -> Value {
    guard let size = shape.first else {
      let number = numbers.first ?? 0
      return isBool ? .bool(number != 0) : .number(number)
    }
    let inner = size == 0 ? 0 : numbers.count / size
    return .list((0..<size).map { index in
      let start = numbers.startIndex + index * inner
      return nested(numbers[start..<start + inner], shape.dropFirst(), isBool: isBool)
    })
  }
}
