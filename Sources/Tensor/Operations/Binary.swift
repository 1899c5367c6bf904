// Elementwise operations on two tensors and the choice between two. Operands of different types are promoted
// (DType.promoted); a Swift number takes the tensor's type.

import CKernels

extension Elementwise {
  private static func arithmetic(
    _ name: String, _ operation: imf_binary_op, _ typing: Typing = .sameNumber,
    _ left: @escaping BinaryRule, _ right: @escaping BinaryRule
  ) -> Elementwise {
    Elementwise(name: name, step: .binary(operation), typing: typing, derivative: .binary(left, right))
  }

  private static func flat(_ name: String, _ operation: imf_binary_op, _ typing: Typing) -> Elementwise {
    Elementwise(name: name, step: .binary(operation), typing: typing, derivative: .zero)
  }

  static let addition = arithmetic("add", IMF_ADD, .sameNumber, { _, _, _, d in d }, { _, _, _, d in d })
  static let subtraction = arithmetic(
    "subtract", IMF_SUBTRACT, .sameNumber, { _, _, _, d in d }, { _, _, _, d in try -d })
  static let multiplication = arithmetic(
    "multiply", IMF_MULTIPLY, .sameNumber, { _, b, _, d in try d * b }, { a, _, _, d in try d * a })
  static let division = arithmetic(
    "divide", IMF_DIVIDE, .sameFloat, { _, b, _, d in try d / b },
    { _, b, y, d in try -(d * y / b) })
  // d/da a^b = b a^(b-1), 0 where b = 0 whatever a is; d/db a^b = y log a, 0 where a = 0.
  static let powering = arithmetic(
    "power", IMF_POWER, .sameNumber,
    { a, b, _, d in
      try select(equal(b, 0), Tensor(0, dtype: d.dtype), d * b * power(a, b - 1))
    },
    { a, _, y, d in
      try select(equal(a, 0), Tensor(0, dtype: d.dtype), d * y * log(select(equal(a, 0), 1, a)))
    })
  // Where both are equal, each gets half, as in JAX.
  static let larger = arithmetic(
    "maximum", IMF_MAXIMUM, .sameNumber,
    { a, b, _, d in try d * share(greater(a, b), equal(a, b), d) },
    { a, b, _, d in try d * share(less(a, b), equal(a, b), d) })
  static let smaller = arithmetic(
    "minimum", IMF_MINIMUM, .sameNumber,
    { a, b, _, d in try d * share(less(a, b), equal(a, b), d) },
    { a, b, _, d in try d * share(greater(a, b), equal(a, b), d) })
  static let floorDivision = flat("floor_divide", IMF_FLOOR_DIVIDE, .sameNumber)
  static let modulus = arithmetic(
    "remainder", IMF_REMAINDER, .sameNumber, { _, _, _, d in d },
    { a, b, _, d in try -(d * floorDivide(a, b)) })

  // silu(a) is made anew in both rules: kept from the forward pass it would be the largest activation of a block.
  static let gate = arithmetic(
    "swiglu", IMF_SWIGLU, .sameFloat,
    { a, b, _, d in try d * b * swishSlope.apply([a]) }, { a, _, _, d in try d * swish.apply([a]) })

  static let equality = flat("equal", IMF_EQUAL, .comparison)
  static let inequality = flat("not_equal", IMF_NOT_EQUAL, .comparison)
  static let lessThan = flat("less", IMF_LESS, .comparison)
  static let atMost = flat("less_equal", IMF_LESS_EQUAL, .comparison)
  static let conjunction = flat("and", IMF_AND, .logic)
  static let disjunction = flat("or", IMF_OR, .logic)

  static let choice = Elementwise(name: "where", step: .select, typing: .select, derivative: .select)

  private static func share(_ wins: Tensor, _ ties: Tensor, _ d: Tensor) throws -> Tensor {
    try wins.cast(to: d.dtype) + ties.cast(to: d.dtype) * 0.5
  }
}

extension Elementwise {
  /// Applies to operands promoted to a common type. bfloat16 is computed in float32 and rounded back.
  fileprivate func promoting(_ a: Tensor, _ b: Tensor, least: DType = .bool) throws -> Tensor {
    let common = DType.promoted(DType.promoted(a.dtype, b.dtype), least)
    guard common == .bfloat16 else { return try apply([a.cast(to: common), b.cast(to: common)]) }
    let result = try apply([a.cast(to: .float32), b.cast(to: .float32)])
    return result.dtype == .float32 ? try result.cast(to: .bfloat16) : result
  }

  fileprivate func promoting(_ a: Tensor, _ b: Double, least: DType = .bool) throws -> Tensor {
    try promoting(a, Tensor.number(b, like: a), least: least)
  }

  fileprivate func promoting(_ a: Double, _ b: Tensor, least: DType = .bool) throws -> Tensor {
    try promoting(Tensor.number(a, like: b), b, least: least)
  }
}

extension Tensor {
  /// A number beside a tensor takes the tensor's type where that can hold it: whole numbers too large for it take the
  /// next larger whole type, fractions make float32. (NumPy 2 refuses the too large ones.)
  public static func number(_ value: Double, like tensor: Tensor) -> Tensor {
    if tensor.dtype.isFloating { return Tensor(value, dtype: tensor.dtype) }
    guard value == value.rounded(), Swift.abs(value) < 0x1p63 else { return Tensor(value, dtype: .float32) }
    if tensor.dtype == .uint8, (0...255).contains(value) { return Tensor(value, dtype: .uint8) }
    let isSmall = tensor.dtype != .int64 && (-0x1p31..<0x1p31).contains(value)
    return Tensor(value, dtype: isSmall ? .int32 : .int64)
  }
}

/// a + b; of two bool tensors "or", as NumPy has it.
public func + (a: Tensor, b: Tensor) throws -> Tensor {
  a.dtype == .bool && b.dtype == .bool ? try logicalOr(a, b) : try Elementwise.addition.promoting(a, b)
}
public func + (a: Tensor, b: Double) throws -> Tensor { try Elementwise.addition.promoting(a, b) }
public func + (a: Double, b: Tensor) throws -> Tensor { try Elementwise.addition.promoting(a, b) }
public func - (a: Tensor, b: Tensor) throws -> Tensor { try Elementwise.subtraction.promoting(a, b) }
public func - (a: Tensor, b: Double) throws -> Tensor { try Elementwise.subtraction.promoting(a, b) }
public func - (a: Double, b: Tensor) throws -> Tensor { try Elementwise.subtraction.promoting(a, b) }
/// a * b; of two bool tensors "and", as NumPy has it.
public func * (a: Tensor, b: Tensor) throws -> Tensor {
  a.dtype == .bool && b.dtype == .bool ? try logicalAnd(a, b) : try Elementwise.multiplication.promoting(a, b)
}
public func * (a: Tensor, b: Double) throws -> Tensor { try Elementwise.multiplication.promoting(a, b) }
public func * (a: Double, b: Tensor) throws -> Tensor { try Elementwise.multiplication.promoting(a, b) }
/// True division: whole numbers become float32 first.
public func / (a: Tensor, b: Tensor) throws -> Tensor { try Elementwise.division.promotingToFloat(a, b) }
public func / (a: Tensor, b: Double) throws -> Tensor {
  try Elementwise.division.promotingToFloat(a, Tensor.number(b, like: a))
}
public func / (a: Double, b: Tensor) throws -> Tensor {
  try Elementwise.division.promotingToFloat(Tensor.number(a, like: b), b)
}

extension Elementwise {
  fileprivate func promotingToFloat(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    DType.promoted(a.dtype, b.dtype).isFloating
      ? try promoting(a, b) : try promoting(a.cast(to: .float32), b.cast(to: .float32))
  }
}

/// a^b. Whole numbers to whole powers stay whole; their negative powers are an error, for which b is computed now.
public func power(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  let common = DType.promoted(a.dtype, b.dtype)
  if common.isFloating { return try Elementwise.powering.promoting(a, b) }
  guard try b.dtype == .bool || b.dtype == .uint8 || !b.holds({ try less($0, 0) }) else {
    throw TensorError(
      .value, "power", [a.operand, b.operand], "whole numbers have no negative powers",
      hint: "cast(x, \"float32\") first")
  }
  return try Elementwise.powering.promoting(a, b, least: .int32).cast(to: common == .bool ? .int32 : common)
}

/// a^b. Small whole powers are products, exact and cheap to differentiate; a whole-number tensor stays whole where b is a
/// whole number that is not negative.
public func power(_ a: Tensor, _ b: Double) throws -> Tensor {
  switch b {
  case _ where a.dtype == .bool: return try power(a.cast(to: .int32), b)
  case 1: return a
  case 2: return try a * a
  case 3: return try a * a * a
  case 0.5: return try sqrt(a)
  case -1: return try 1 / a
  default:
    let isWhole = b == b.rounded() && b >= 0
    return isWhole ? try power(a, Tensor.number(b, like: a)) : try Elementwise.powering.promotingToFloat(a, Tensor.number(b, like: a))
  }
}

public func power(_ a: Double, _ b: Tensor) throws -> Tensor {
  try power(Tensor.number(a, like: b), b)
}

/// x * x
public func square(_ x: Tensor) throws -> Tensor { try x * x }

/// The largest whole number not above a / b. Among whole numbers a zero in b is an error, for which b is computed now.
public func floorDivide(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  try Elementwise.floorDivision.dividingWhole(a, b)
}

/// a - floor(a / b) * b: the sign is b's. Among whole numbers a zero in b is an error, as for floorDivide.
public func remainder(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Elementwise.modulus.dividingWhole(a, b) }

extension Elementwise {
  fileprivate func dividingWhole(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let common = DType.promoted(a.dtype, b.dtype)
    if common.isFloating { return try promoting(a, b) }
    guard try !b.holds({ try equal($0, 0) }) else {
      throw TensorError(
        .value, name, [a.operand, b.operand], "a whole number is divided by zero",
        hint: "cast(x, \"float32\") gives infinity or NaN instead")
    }
    return try promoting(a, b, least: .int32).cast(to: common == .bool ? .int32 : common)
  }
}

extension Tensor {
  /// Whether a condition holds for some element. Computes now.
  fileprivate func holds(_ condition: (Tensor) throws -> Tensor) throws -> Bool {
    // A repeated number answers for all.
    let one = node.fill == nil || count == 0 ? self : try Tensor(node.fill ?? 0, dtype: .float64).cast(to: dtype)
    return try one.count > 0 && max(condition(stopGradient(one))).item() != 0
  }
}

/// The larger of each pair; NaN wins.
public func maximum(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  a.dtype == .bool && b.dtype == .bool ? try logicalOr(a, b) : try Elementwise.larger.promoting(a, b)
}

public func maximum(_ a: Tensor, _ b: Double) throws -> Tensor { try Elementwise.larger.promoting(a, b) }

/// The smaller of each pair; NaN wins.
public func minimum(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  a.dtype == .bool && b.dtype == .bool ? try logicalAnd(a, b) : try Elementwise.smaller.promoting(a, b)
}

public func minimum(_ a: Tensor, _ b: Double) throws -> Tensor { try Elementwise.smaller.promoting(a, b) }

/// a == b element by element, as bool. NaN equals nothing.
public func equal(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Elementwise.equality.promoting(a, b) }
public func equal(_ a: Tensor, _ b: Double) throws -> Tensor { try Elementwise.equality.promoting(a, b) }

/// a != b element by element.
public func notEqual(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Elementwise.inequality.promoting(a, b) }

/// a < b element by element.
public func less(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Elementwise.lessThan.promoting(a, b) }
public func less(_ a: Tensor, _ b: Double) throws -> Tensor { try Elementwise.lessThan.promoting(a, b) }

/// a <= b element by element.
public func lessEqual(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Elementwise.atMost.promoting(a, b) }

/// a > b element by element.
public func greater(_ a: Tensor, _ b: Tensor) throws -> Tensor { try less(b, a) }

/// a >= b element by element.
public func greaterEqual(_ a: Tensor, _ b: Tensor) throws -> Tensor { try lessEqual(b, a) }

/// silu(a) b, the gate of SwiGLU (Shazeer, 2020).
public func swiGLU(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  try Elementwise.gate.promoting(a, b, least: a.dtype.isFloating || b.dtype.isFloating ? .bool : .float32)
}

/// a and b; numbers count as true unless 0.
public func logicalAnd(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  try Elementwise.conjunction(a.cast(to: .bool), b.cast(to: .bool))
}

/// a or b; numbers count as true unless 0.
public func logicalOr(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  try Elementwise.disjunction(a.cast(to: .bool), b.cast(to: .bool))
}

/// a where the condition holds, b elsewhere; broadcast together.
public func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
  let common = DType.promoted(a.dtype, b.dtype)
  return try Elementwise.choice(
    condition.cast(to: .bool), a.cast(to: common), b.cast(to: common))
}

public func select(_ condition: Tensor, _ a: Double, _ b: Tensor) throws -> Tensor {
  try select(condition, Tensor.number(a, like: b), b)
}

public func select(_ condition: Tensor, _ a: Tensor, _ b: Double) throws -> Tensor {
  try select(condition, a, Tensor.number(b, like: a))
}
