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
    "power", IMF_POWER, .sameFloat,
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
  /// A number in a tensor's type; a whole-number tensor takes only whole numbers, others make it float32.
  static func number(_ value: Double, like tensor: Tensor) -> Tensor {
    if tensor.dtype.isFloating { return Tensor(value, dtype: tensor.dtype) }
    if value == value.rounded(), Swift.abs(value) < 0x1p31 {
      return Tensor(value, dtype: tensor.dtype == .int64 ? .int64 : .int32)
    }
    return Tensor(value, dtype: .float32)
  }
}

public func + (a: Tensor, b: Tensor) throws -> Tensor { try Elementwise.addition.promoting(a, b, least: .uint8) }
public func + (a: Tensor, b: Double) throws -> Tensor { try Elementwise.addition.promoting(a, b) }
public func + (a: Double, b: Tensor) throws -> Tensor { try Elementwise.addition.promoting(a, b) }
public func - (a: Tensor, b: Tensor) throws -> Tensor { try Elementwise.subtraction.promoting(a, b, least: .uint8) }
public func - (a: Tensor, b: Double) throws -> Tensor { try Elementwise.subtraction.promoting(a, b) }
public func - (a: Double, b: Tensor) throws -> Tensor { try Elementwise.subtraction.promoting(a, b) }
public func * (a: Tensor, b: Tensor) throws -> Tensor { try Elementwise.multiplication.promoting(a, b, least: .uint8) }
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

/// a^b, in floating point.
public func power(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Elementwise.powering.promotingToFloat(a, b) }

/// a^b. Small whole powers are products, exact and cheap to differentiate.
public func power(_ a: Tensor, _ b: Double) throws -> Tensor {
  switch b {
  case 1: return a
  case 2: return try a * a
  case 3: return try a * a * a
  case 0.5: return try sqrt(a)
  case -1: return try 1 / a
  default: return try Elementwise.powering.promotingToFloat(a, Tensor.number(b, like: a))
  }
}

public func power(_ a: Double, _ b: Tensor) throws -> Tensor {
  try Elementwise.powering.promotingToFloat(Tensor.number(a, like: b), b)
}

/// x * x
public func square(_ x: Tensor) throws -> Tensor { try x * x }

/// The largest whole number not above a / b. Whole numbers divided by 0 are an error when the value is computed.
public func floorDivide(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  try Elementwise.floorDivision.promoting(a, b.checkedDivisor(of: a, "floor_divide"), least: .int32)
}

/// a - floor(a / b) * b: the sign is b's.
public func remainder(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  try Elementwise.modulus.promoting(a, b.checkedDivisor(of: a, "remainder"), least: .int32)
}

/// The larger of each pair; NaN wins.
public func maximum(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  try Elementwise.larger.promoting(a, b, least: .uint8)
}

public func maximum(_ a: Tensor, _ b: Double) throws -> Tensor { try Elementwise.larger.promoting(a, b) }

/// The smaller of each pair; NaN wins.
public func minimum(_ a: Tensor, _ b: Tensor) throws -> Tensor {
  try Elementwise.smaller.promoting(a, b, least: .uint8)
}

public func minimum(_ a: Tensor, _ b: Double) throws -> Tensor { try Elementwise.smaller.promoting(a, b) }

/// a == b element by element, as bool. NaN equals nothing.
public func equal(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Elementwise.equality.promoting(a, b) }
public func equal(_ a: Tensor, _ b: Double) throws -> Tensor { try Elementwise.equality.promoting(a, b) }

/// a != b element by element.
public func notEqual(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Elementwise.inequality.promoting(a, b) }

/// a < b element by element.
public func less(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Elementwise.lessThan.promoting(a, b) }

/// a <= b element by element.
public func lessEqual(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Elementwise.atMost.promoting(a, b) }

/// a > b element by element.
public func greater(_ a: Tensor, _ b: Tensor) throws -> Tensor { try less(b, a) }

/// a >= b element by element.
public func greaterEqual(_ a: Tensor, _ b: Tensor) throws -> Tensor { try lessEqual(b, a) }

/// a and b, for bool.
public func logicalAnd(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Elementwise.conjunction(a, b) }

/// a or b, for bool.
public func logicalOr(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Elementwise.disjunction(a, b) }

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
