// grad, value_and_grad, jvp and vjp of functions of the language. The functions build the same lazy graph as every
// other code, so these nest in any order.

import Tensor

extension Library {
  static let derivatives = Library("Derivatives", [
    Builtin(
      "grad(f)",
      """
      the function that gives df by its first argument, a tensor or a tree

      f's value must be one number: end it with `sum` or `mean`. For a list or record of tensors the gradient has the same
      form, so that `map_tree((p, g) -> p - 0.1 * g, params, gradient)` is a step of descent. Other arguments of f are
      passed on: `grad(loss)(params, x, y)`. `grad(grad(f))` is the second derivative.
      """,
      example: "grad(x -> x^3)(2)",
      fails: [
        .type("grad(x -> 2 * x)([1, 2])", "grad: the function gives float32[2]; a gradient needs one number"),
        .name("grad(x^2)", "nothing is named `x`"),
      ],
      see: ["value_and_grad", "jvp", "vjp", "stop_gradient"]
    ) { call in
      let function = try call.function("f")
      return .function(Function("grad(...arguments, **named)") { inner in
        try inner.gradient(of: function, hasExtra: false).gradient
      })
    },
    Builtin(
      "value_and_grad(f, aux = false)",
      """
      as grad, with f's value: [value, gradient]; with aux f gives [value, extra]

      `aux = true` is for functions that give more than their value: f gives [value, extra], the result is
      [[value, extra], gradient].
      """,
      example: "value_and_grad(x -> x^3)(2)",
      fails: [
        .type("value_and_grad(x -> 2 * x, aux = true)(1)", "value_and_grad: with aux the function gives [value, extra], not float32[]"),
      ],
      see: ["grad"]
    ) { call in
      let function = try call.function("f")
      let hasExtra = try call.bool("aux")
      return .function(Function("value_and_grad(...arguments, **named)") { inner in
        let result = try inner.gradient(of: function, hasExtra: hasExtra)
        return .list([result.value, result.gradient])
      })
    },
    Builtin(
      "jvp(f, primals, tangents)",
      """
      [f(...primals), its derivative along the tangents]

      How f changes when its arguments move along the tangents, computed in one forward pass. `primals` and `tangents` are
      lists with one element an argument; a number stands for a tensor of it, so 0 holds an argument still. MeanFlow's
      total derivative is `jvp((z, t, r) -> u(z, t, r), [z, t, r], [v, 1, 0])`.
      """,
      example: "jvp(x -> x^2, [3], [1])",
      fails: [
        .type("jvp(x -> x^2, 3, 1)", "jvp: `primals` is a number; expected a list"),
        .argument("jvp(x -> x^2, [3], [1, 2])", "jvp: 1 primals and 2 tangents; f takes one of each"),
        .shape("jvp(x -> x^2, [[1, 2]], [[1, 2, 3]])", "jvp: `tangents` holds float32[3] for a value of shape [2]"),
      ],
      see: ["vjp", "grad"]
    ) { call in
      let function = try call.function("f")
      let (primals, tangents) = (try call.list("primals"), try call.list("tangents"))
      guard primals.count == tangents.count else {
        throw call.error(.argument, "\(primals.count) primals and \(tangents.count) tangents; f takes one of each", argument: "tangents")
      }
      let inputs = try call.leaves(of: primals, "primals")
      let along = try call.tangentLeaves(primals, tangents)
      var shape: Value?
      let result = try Tensor::jvp({ leaves in
        let output = try call.apply(function, Call.rebuilt(primals, leaves))
        shape = output
        return try call.outputLeaves(output)
      }, at: inputs, along: along)
      guard let output = shape, let tree = try output.asTree() else { return .none }
      let tangentLeaves = try zip(result.tangents, result.outputs).map { tangent, primal in
        try tangent ?? Tensor.zeros(primal.shape, dtype: primal.dtype)
      }
      return .list([
        try output.rebuilt(from: tree.rebuilt(from: result.outputs)),
        try output.rebuilt(from: tree.rebuilt(from: tangentLeaves)),
      ])
    },
    Builtin(
      "vjp(f, primals)",
      """
      [f(...primals), pullback]; pullback(cotangent) gives a list, one a primal

      The way back: from a change of the output to one of each argument, for outputs of any shape. `primals` is a list with
      one element an argument; the cotangent has the output's form.
      """,
      example: "vjp(x -> x^2, [3])[1](1)",
      fails: [
        .shape("vjp(x -> x^2, [[1, 2]])[1]([1, 2, 3])", "pullback: `cotangent` holds float32[3] for a value of shape [2]"),
        .type("vjp(x -> x^2, 3)", "vjp: `primals` is a number; expected a list"),
      ],
      see: ["jvp", "grad"]
    ) { call in
      let function = try call.function("f")
      let primals = try call.list("primals")
      let inputs = try call.leaves(of: primals, "primals")
      var shape: Value?
      let result = try Tensor::vjp({ leaves in
        let output = try call.apply(function, Call.rebuilt(primals, leaves))
        shape = output
        return try call.outputLeaves(output)
      }, at: inputs)
      guard let output = shape, let tree = try output.asTree() else { return .none }
      let pullback = Pullback(outputs: result.outputs, inputs: inputs, primals: primals, pull: result.pullback)
      return .list([
        try output.rebuilt(from: tree.rebuilt(from: result.outputs)),
        .function(Function("pullback(cotangent)") { inner in try pullback.apply(inner) }),
      ])
    },
    Builtin(
      "stop_gradient(x)", "x as a constant: no derivative passes",
      example: "grad(x -> x * stop_gradient(x))(3)",
      fails: [
        .type("stop_gradient(\"x\")", "stop_gradient: `x` is a string; expected a tensor, or lists and records of tensors"),
      ],
      see: ["grad"]
    ) { call in
      let tree = try call.tree("x")
      return try call["x"].rebuilt(from: tree.rebuilt(from: tree.leaves.map { try stopGradient($0) }))
    },
  ])
}

/// The way back from outputs to inputs. Confined to the interpreter's thread.
private struct Pullback: @unchecked Sendable {
  let outputs: [Tensor]
  let inputs: [Tensor]
  let primals: [Value]
  let pull: ([Tensor?]) throws -> [Tensor?]

  func apply(_ call: Call) throws -> Value {
    let leaves = try call.tree("cotangent").leaves
    guard leaves.count == outputs.count else {
      throw call.error(.argument, "\(outputs.count) cotangents are needed, \(leaves.count) given", argument: "cotangent")
    }
    let cotangents = try zip(leaves, outputs).map { try call.alike($0, $1, "cotangent") }
    let gradients = try zip(pull(cotangents), inputs).map { gradient, input in
      try gradient ?? Tensor.zeros(input.shape, dtype: input.dtype)
    }
    return .list(try Call.rebuilt(primals, gradients))
  }
}

extension Call {
  /// f's value and its gradient by the first argument.
  fileprivate func gradient(of function: Value, hasExtra: Bool) throws -> (value: Value, gradient: Value) {
    guard let first = rest.first else { throw error(.argument, "the function takes at least one argument") }
    guard let tree = try first.asTree() else {
      throw error(.type, "the first argument is \(first.kindInWords); expected a tensor or a tree of tensors")
    }
    if let whole = tree.leaves.first(where: { !$0.dtype.isFloating }) {
      throw error(
        .type, "the first argument holds \(whole); derivatives need floating point", hint: "`cast(x, \"float32\")` makes it so")
    }
    let others = rest.dropFirst()
    let result = try valueAndGrad({ leaves in
      let output = try apply(
        function, [first.rebuilt(from: tree.rebuilt(from: leaves))] + others, named: settings)
      var (value, extra) = (output, Value.none)
      if hasExtra {
        guard case .list(let parts) = output, parts.count == 2 else {
          throw error(.type, "with aux the function gives [value, extra], not \(output.kindInWords)")
        }
        (value, extra) = (parts[0], parts[1])
      }
      guard let tensor = try value.asTensor(), tensor.count == 1, !value.isList else {
        throw error(
          .type, "the function gives \(value.kindInWords); a gradient needs one number", hint: "`sum` or `mean` makes one; `jvp` and `vjp` take any outputs")
      }
      return (try tensor.reshaped([]), extra)
    }, at: tree.leaves)
    let value = Value.tensor(result.value)
    let gradient = try first.rebuilt(from: tree.rebuilt(from: result.gradients))
    return (hasExtra ? .list([value, result.aux]) : value, gradient)
  }

  fileprivate func leaves(of values: [Value], _ name: String) throws -> [Tensor] {
    try values.flatMap { value in
      guard let tree = try value.asTree() else {
        throw error(.type, "`\(name)` holds \(value.kindInWords); expected tensors", argument: name)
      }
      return try tree.leaves.map { $0.dtype.isFloating ? $0 : try $0.cast(to: .float32) }
    }
  }

  /// Tangents beside their primals; a number stands for a tensor of it, 0 for none at all.
  fileprivate func tangentLeaves(_ primals: [Value], _ tangents: [Value]) throws -> [Tensor?] {
    try zip(primals, tangents).flatMap { primal, tangent -> [Tensor?] in
      let leaves = try leaves(of: [primal], "primals")
      if tangent.isNone { return leaves.map { _ in nil } }
      if case .number(let number) = tangent {
        return try leaves.map { number == 0 ? nil : try Tensor.full($0.shape, number, dtype: $0.dtype) }
      }
      guard let given = try tangent.asTree()?.leaves, given.count == leaves.count else {
        throw error(.type, "a tangent is \(tangent.kindInWords); expected the form of its primal", argument: "tangents")
      }
      return try zip(given, leaves).map { try alike($0, $1, "tangents") }
    }
  }

  /// A tangent or cotangent in the shape and dtype of its value.
  fileprivate func alike(_ tensor: Tensor, _ value: Tensor, _ name: String) throws -> Tensor {
    let cast = tensor.dtype == value.dtype ? tensor : try tensor.cast(to: value.dtype)
    if cast.shape == value.shape { return cast }
    guard cast.count == 1 else {
      throw error(.shape, "`\(name)` holds \(tensor) for a value of shape \(value.shape)", argument: name)
    }
    return try cast.reshaped([]).broadcast(to: value.shape)
  }

  /// Values of the form of `originals` with other leaves.
  fileprivate static func rebuilt(_ originals: [Value], _ leaves: [Tensor]) throws -> [Value] {
    var rest = leaves[...]
    return try originals.map { original in
      guard let tree = try original.asTree() else { return original }
      let count = tree.leaves.count
      defer { rest = rest.dropFirst(count) }
      return try original.rebuilt(from: tree.rebuilt(from: Array(rest.prefix(count))))
    }
  }

  fileprivate func outputLeaves(_ output: Value) throws -> [Tensor] {
    guard let tree = try output.asTree() else {
      throw error(.type, "the function gives \(output.kindInWords); expected tensors", argument: "f")
    }
    return tree.leaves
  }
}

extension Value {
  var isList: Bool {
    if case .list = self { true } else { false }
  }
}
