// Elementwise operations on one tensor. The records first, with derivatives; the public functions below.

import CKernels

extension Elementwise {
  private static func unary(
    _ name: String, _ operation: imf_unary_op, _ typing: Typing = .sameFloat,
    _ rule: @escaping UnaryRule
  ) -> Elementwise {
    Elementwise(name: name, step: .unary(operation), typing: typing, derivative: .unary(rule))
  }

  private static func flat(_ name: String, _ operation: imf_unary_op, _ typing: Typing = .sameFloat)
    -> Elementwise
  {
    Elementwise(name: name, step: .unary(operation), typing: typing, derivative: .zero)
  }

  static let negation = unary("negate", IMF_NEGATE, .sameNumber) { _, _, d in try -d }
  static let absolute = unary("abs", IMF_ABS, .sameNumber) { x, _, d in try d * sign(x) }
  static let signum = flat("sign", IMF_SIGN, .sameNumber)
  static let inverse = unary("reciprocal", IMF_RECIPROCAL) { _, y, d in try -(d * y * y) }
  static let root = unary("sqrt", IMF_SQRT) { _, y, d in try d * 0.5 / y }
  static let inverseRoot = unary("rsqrt", IMF_RSQRT) { _, y, d in try d * -0.5 * y * y * y }
  static let exponential = unary("exp", IMF_EXP) { _, y, d in try d * y }
  static let exponentialMinusOne = unary("expm1", IMF_EXPM1) { _, y, d in try d * (y + 1) }
  static let logarithm = unary("log", IMF_LOG) { x, _, d in try d / x }
  static let logarithmOfOnePlus = unary("log1p", IMF_LOG1P) { x, _, d in try d / (x + 1) }
  static let sine = unary("sin", IMF_SIN) { x, _, d in try d * cos(x) }
  static let cosine = unary("cos", IMF_COS) { x, _, d in try -(d * sin(x)) }
  static let hyperbolicTangent = unary("tanh", IMF_TANH) { _, y, d in try d * (1 - y * y) }
  static let logistic = unary("sigmoid", IMF_SIGMOID) { _, y, d in try d * y * (1 - y) }
  static let swish = unary("silu", IMF_SILU) { x, _, d in try d * swishSlope.apply([x]) }
  static let swishSlope = unary("silu slope", IMF_SILU_SLOPE) { x, _, d in
    let s = try sigmoid(x)
    return try d * (s * (1 - s) * (2 + x * (1 - 2 * s)))
  }
  static let errorFunction = unary("erf", IMF_ERF) { x, _, d in
    try d * (2 / Double.pi.squareRoot()) * exp(-(x * x))
  }
  static let inverseErrorFunction = unary("erfinv", IMF_ERFINV) { _, y, d in
    try d * (Double.pi.squareRoot() / 2) * exp(y * y)
  }
  static let roundingDown = flat("floor", IMF_FLOOR)
  static let roundingUp = flat("ceil", IMF_CEIL)
  static let rounding = flat("round", IMF_ROUND)
  static let notANumber = flat("isnan", IMF_ISNAN, .comparison)
  static let complement = flat("not", IMF_NOT, .logic)
}

extension Tensor {
  /// The tensor itself where it is floating, else as float32: what `exp` and the like compute with.
  func floating() throws -> Tensor { dtype.isFloating ? self : try cast(to: .float32) }

  /// Applies an operation for which no bfloat16 loop exists: in float32, rounded back.
  fileprivate func applying(_ operation: Elementwise) throws -> Tensor {
    guard dtype == .bfloat16 else { return try operation.apply([self]) }
    let result = try operation.apply([cast(to: .float32)])
    return result.dtype == .float32 ? try result.cast(to: .bfloat16) : result
  }
}

/// -x; bytes wrap around, as all whole numbers do.
public prefix func - (x: Tensor) throws -> Tensor {
  x.dtype == .uint8 ? try x.cast(to: .int32).applying(.negation).cast(to: .uint8) : try x.applying(.negation)
}

/// |x|
public func abs(_ x: Tensor) throws -> Tensor { try x.dtype == .uint8 || x.dtype == .bool ? x : x.applying(.absolute) }

/// -1, 0 or 1; NaN stays.
public func sign(_ x: Tensor) throws -> Tensor {
  x.dtype == .uint8 ? try x.cast(to: .bool).cast(to: .uint8) : try x.applying(.signum)
}

/// 1 / x
public func reciprocal(_ x: Tensor) throws -> Tensor { try x.floating().applying(.inverse) }

/// Square root; NaN below 0.
public func sqrt(_ x: Tensor) throws -> Tensor { try x.floating().applying(.root) }

/// 1 / sqrt(x)
public func rsqrt(_ x: Tensor) throws -> Tensor { try x.floating().applying(.inverseRoot) }

/// e^x
public func exp(_ x: Tensor) throws -> Tensor { try x.floating().applying(.exponential) }

/// e^x - 1, exact near 0.
public func expm1(_ x: Tensor) throws -> Tensor { try x.floating().applying(.exponentialMinusOne) }

/// Natural logarithm; -inf at 0, NaN below.
public func log(_ x: Tensor) throws -> Tensor { try x.floating().applying(.logarithm) }

/// log(1 + x), exact near 0.
public func log1p(_ x: Tensor) throws -> Tensor { try x.floating().applying(.logarithmOfOnePlus) }

/// Sine of radians.
public func sin(_ x: Tensor) throws -> Tensor { try x.floating().applying(.sine) }

/// Cosine of radians.
public func cos(_ x: Tensor) throws -> Tensor { try x.floating().applying(.cosine) }

/// Hyperbolic tangent.
public func tanh(_ x: Tensor) throws -> Tensor { try x.floating().applying(.hyperbolicTangent) }

/// 1 / (1 + e^-x)
public func sigmoid(_ x: Tensor) throws -> Tensor { try x.floating().applying(.logistic) }

/// x sigmoid(x), also called swish.
public func silu(_ x: Tensor) throws -> Tensor { try x.floating().applying(.swish) }

/// Gauss's error function.
public func erf(_ x: Tensor) throws -> Tensor { try x.floating().applying(.errorFunction) }

/// The inverse of erf, as XLA computes it in float32 (Giles 2012).
public func erfinv(_ x: Tensor) throws -> Tensor { try x.floating().applying(.inverseErrorFunction) }

/// The largest whole number not above x.
public func floor(_ x: Tensor) throws -> Tensor { try x.dtype.isFloating ? x.applying(.roundingDown) : x }

/// The smallest whole number not below x.
public func ceil(_ x: Tensor) throws -> Tensor { try x.dtype.isFloating ? x.applying(.roundingUp) : x }

/// The nearest whole number, halves to the even one.
public func round(_ x: Tensor) throws -> Tensor { try x.dtype.isFloating ? x.applying(.rounding) : x }

/// Where x is not a number, as bool.
public func isNaN(_ x: Tensor) throws -> Tensor {
  try x.dtype.isFloating ? x.applying(.notANumber) : .zeros(x.shape, dtype: .bool)
}

/// not x; numbers count as true unless 0.
public func logicalNot(_ x: Tensor) throws -> Tensor { try Elementwise.complement(x.cast(to: .bool)) }
