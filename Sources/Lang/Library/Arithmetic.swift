// Functions of numbers and tensors alike: a number gives a number.

import Foundation
import Tensor

extension Builtin {
  /// A row for an elementwise function.
  fileprivate static func elementwise(
    _ name: String, _ doc: String, example: String, _ scalar: @escaping @Sendable (Double) -> Double,
    _ tensor: @escaping @Sendable (Tensor) throws -> Tensor
  ) -> Builtin {
    Builtin(
      "\(name)(x)", doc, example: example,
      fails: [
        .type("\(name)(\"1\")", "\(name): `x` is a string; expected a tensor, a number or a list of numbers")
      ],
      scalar: scalar, tensor: tensor
    ) { call in
      if case .number(let number) = call["x"] { return .number(scalar(number)) }
      return .tensor(try tensor(call.tensor("x")))
    }
  }

  /// A row for a function of two numbers or tensors.
  fileprivate static func pairwise(
    _ name: String, _ doc: String, example: String, _ body: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
  ) -> Builtin {
    Builtin(
      "\(name)(a, b)", doc, example: example,
      fails: [.shape("\(name)([1, 0], [1, 0, 1])", "\(name): sizes differ: 2 (axis 0) and 3 (axis 0)")]
    ) { call in
      .tensor(try body(call.tensor("a"), call.tensor("b")))
    }
  }
}

extension Library {
  static let arithmetic = Library("Arithmetic", [
    .elementwise("exp", "e to the x", example: "exp(1)", { Foundation.exp($0) }) { try Tensor::exp($0) },
    .elementwise("expm1", "exp(x) - 1, exact near 0", example: "expm1(1e-9)", { Foundation.expm1($0) }) { try Tensor::expm1($0) },
    .elementwise("log", "natural logarithm", example: "log(10)", { Foundation.log($0) }) { try Tensor::log($0) },
    .elementwise("log1p", "log(1 + x), exact near 0", example: "log1p(1e-9)", { Foundation.log1p($0) }) { try Tensor::log1p($0) },
    .elementwise("sqrt", "square root", example: "sqrt(2)", { $0.squareRoot() }) { try Tensor::sqrt($0) },
    .elementwise("rsqrt", "1 / sqrt(x)", example: "rsqrt(4)", { 1 / $0.squareRoot() }) { try Tensor::rsqrt($0) },
    .elementwise("sin", "sine", example: "sin(pi / 2)", { Foundation.sin($0) }) { try Tensor::sin($0) },
    .elementwise("cos", "cosine", example: "cos(0)", { Foundation.cos($0) }) { try Tensor::cos($0) },
    .elementwise("tanh", "hyperbolic tangent", example: "tanh(1)", { Foundation.tanh($0) }) { try Tensor::tanh($0) },
    .elementwise("sigmoid", "1 / (1 + exp(-x))", example: "sigmoid(0)", { 1 / (1 + Foundation.exp(-$0)) }) { try Tensor::sigmoid($0) },
    .elementwise("silu", "x sigmoid(x)", example: "silu(1)", { $0 / (1 + Foundation.exp(-$0)) }) { try Tensor::silu($0) },
    .elementwise("gelu", "x times the normal distribution's cdf", example: "gelu(1)", { $0 * 0.5 * (1 + Foundation.erf($0 * 0.5.squareRoot())) }) { try Tensor::gelu($0) },
    .elementwise("relu", "x where positive, else 0", example: "relu(-1)", { Swift.max($0, 0) }) { try Tensor::relu($0) },
    .elementwise("softplus", "log(1 + exp(x))", example: "softplus(0)", { Swift.max($0, 0) + Foundation.log1p(Foundation.exp(-$0.magnitude)) }) { try Tensor::softplus($0) },
    .elementwise("erf", "the error function", example: "erf(1)", { Foundation.erf($0) }) { try Tensor::erf($0) },
    .elementwise("floor", "down to a whole number", example: "floor(2.7)", { $0.rounded(.down) }) { try Tensor::floor($0) },
    .elementwise("ceil", "up to a whole number", example: "ceil(2.1)", { $0.rounded(.up) }) { try Tensor::ceil($0) },
    .elementwise("abs", "magnitude", example: "abs(-3)", { $0.magnitude }) { try Tensor::abs($0) },
    .elementwise("sign", "-1, 0 or 1", example: "sign(-3)", { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }) { try Tensor::sign($0) },
    Builtin(
      "round(x, digits = 0)",
      """
      to the nearest, halves to even

      `digits` counts behind the point; -1 rounds to tens. 2.5 and 1.5 both round to 2.
      """,
      example: "round(2.567, 2)",
      fails: [.value("round(2.567, 0.5)", "round: `digits` is 0.5; expected a whole number")]
    ) { call in
      let digits = try call.integer("digits", in: -300...300)
      // Powers of ten above 1 are exact, those below are not: so tens are divided away, not multiplied.
      let scale = pow(10, Double(digits.magnitude))
      if case .number(let number) = call["x"] {
        return .number(
          digits < 0 ? (number / scale).rounded(.toNearestOrEven) * scale : (number * scale).rounded(.toNearestOrEven) / scale)
      }
      let x = try call.tensor("x")
      if digits == 0 || (digits > 0 && !x.dtype.isFloating) { return .tensor(try Tensor::round(x)) }
      return .tensor(try (digits < 0 ? Tensor::round(x / scale) * scale : Tensor::round(x * scale) / scale).cast(to: x.dtype))
    },
    Builtin(
      "erfinv(x)", "the inverse of erf",
      example: "erfinv(0.5)",
      fails: [.type("erfinv(\"0.5\")", "erfinv: `x` is a string; expected a tensor, a number or a list of numbers")]
    ) { call in .tensor(try Tensor::erfinv(call.tensor("x"))) },
    .pairwise("maximum", "the larger of two, by element", example: "maximum([1, 5], [3, 2])") { try Tensor::maximum($0, $1) },
    .pairwise("minimum", "the smaller of two, by element", example: "minimum([1, 5], [3, 2])") { try Tensor::minimum($0, $1) },
    Builtin(
      "clip(x, low, high)", "x kept between two bounds, either of which may be none",
      example: "clip([-2, 0.5, 2], -1, 1)",
      fails: [
        .argument("clip([-2, 2], -1)", "clip needs `high`"),
        .type("clip([-2, 2], \"low\", 1)", "clip: `low` is a string; expected a tensor, a number or a list of numbers"),
      ]
    ) { call in
      if case .number(let x) = call["x"], case .number(let low) = call["low"], case .number(let high) = call["high"] {
        return .number(Swift.min(Swift.max(x, low), high))
      }
      var x = try call.tensor("x")
      for (name, bounded) in [("low", Tensor::maximum as (Tensor, Tensor) throws -> Tensor), ("high", Tensor::minimum)] {
        if case .number(let bound) = call[name] {
          x = try bounded(x, Tensor.number(bound, like: x))
        } else if let bound = try call.optionalTensor(name) {
          x = try bounded(x, bound)
        }
      }
      return .tensor(x)
    },
    Builtin(
      "isnan(x)", "where x is not a number",
      example: "isnan(0 / 0)",
      fails: [.type("isnan(\"nan\")", "isnan: `x` is a string; expected a tensor, a number or a list of numbers")]
    ) { call in
      if case .number(let number) = call["x"] { return .bool(number.isNaN) }
      return .tensor(try Tensor::isNaN(call.tensor("x")))
    },
    .pairwise("logical_and", "both, by element", example: "logical_and([true, false], [true, true])") { try logicalAnd($0, $1) },
    .pairwise("logical_or", "either, by element", example: "logical_or([true, false], [false, false])") { try logicalOr($0, $1) },
    Builtin(
      "logical_not(x)", "the opposite, by element",
      example: "logical_not([true, false])",
      fails: [
        .type("logical_not(\"true\")", "logical_not: `x` is a string; expected a tensor, a number or a list of numbers"),
      ]
    ) { call in
      .tensor(try logicalNot(call.tensor("x")))
    },
  ])
}
