// Operators to code. Two plain numbers are handled in place; slots and constants as operands get closures of their
// own, since they are most of what loops compute.

import Tensor

/// An operand in the form that its closure reads fastest.
private enum Operand {
  case slot(Int)
  case constant(Double)
  case code(Code)
}

extension Compiler {
  /// - Parameter compiled: the expression's code, made once: twice at each level would grow with 2^depth.
  private func operand(_ expression: Expression, _ compiled: @escaping Code) -> Operand {
    switch expression.form {
    case .number(let number): return .constant(number)
    case .name(let name):
      if case .slot(let slot)? = scope.place(name) { return .slot(slot) }
      return .code(compiled)
    default: return .code(compiled)
    }
  }

  func binary(_ operation: BinaryOperator, _ left: Expression, _ right: Expression, _ place: Range<Int>) -> Code {
    let site = OperatorSite(source, place, left: left.range, right: right.range, verb: operation.verb)
    let codes = (code(left), code(right))
    let operands = (operand(left, codes.0), operand(right, codes.1))
    switch operation {
    case .add: return arithmetic(.add, operands, codes, site) { $0 + $1 }
    case .subtract: return arithmetic(.subtract, operands, codes, site) { $0 - $1 }
    case .multiply: return arithmetic(.multiply, operands, codes, site) { $0 * $1 }
    case .divide: return arithmetic(.divide, operands, codes, site) { $0 / $1 }
    case .floorDivide: return arithmetic(.floorDivide, operands, codes, site) { Operators.floorQuotient($0, $1) }
    case .remainder: return arithmetic(.remainder, operands, codes, site) { Operators.remainder($0, $1) }
    case .power: return arithmetic(.power, operands, codes, site) { Operators.power($0, $1) }
    case .matmul:
      let (left, right) = codes
      return { frame in try site.apply(.matmul, try left(frame), try right(frame)) }
    }
  }

  @inline(__always)
  private func arithmetic(
    _ operation: BinaryOperator, _ operands: (Operand, Operand), _ codes: (Code, Code), _ site: OperatorSite,
    _ compute: @escaping (Double, Double) -> Double
  ) -> Code {
    let (left, right) = codes
    switch operands {
    case (.slot(let a), .constant(let y)):
      return { frame in
        if case .number(let x)? = frame.slots[a] { return .number(compute(x, y)) }
        return try site.apply(operation, try left(frame), .number(y))
      }
    case (.slot(let a), .slot(let b)):
      return { frame in
        if case .number(let x)? = frame.slots[a], case .number(let y)? = frame.slots[b] {
          return .number(compute(x, y))
        }
        return try site.apply(operation, try left(frame), try right(frame))
      }
    case (_, .constant(let y)):
      return { frame in
        let a = try left(frame)
        if case .number(let x) = a { return .number(compute(x, y)) }
        return try site.apply(operation, a, .number(y))
      }
    case (.slot, .code), (.constant, _), (.code, _):
      return { frame in
        let (a, b) = (try left(frame), try right(frame))
        if case .number(let x) = a, case .number(let y) = b { return .number(compute(x, y)) }
        return try site.apply(operation, a, b)
      }
    }
  }

  func negation(_ operand: Expression, _ range: Range<Int>) -> Code {
    let value = code(operand)
    let site = OperatorSite(source, range, left: operand.range, right: operand.range, verb: "negate")
    return { frame in
      let value = try value(frame)
      if case .number(let number) = value { return .number(-number) }
      do {
        guard Recording.isOn else { return try Operators.negate(value) }
        return try Recording.at(site.span) { try Operators.negate(value) }
      } catch {
        throw Messages.diagnostic(of: error, site, value, nil)
      }
    }
  }

  // MARK: comparisons

  func comparison(_ first: Expression, _ rest: [Comparison]) -> Code {
    if rest.count == 1 {
      let (left, right) = (code(first), code(rest[0].right))
      let (test, site) = (rest[0].test, site(rest[0], left: first))
      return { frame in
        let (a, b) = (try left(frame), try right(frame))
        if case .number(let x) = a, case .number(let y) = b {
          return .bool(try Self.ordered(test, x, y, site))
        }
        return try site.compare(test, a, b)
      }
    }
    // `a < b < c` is `a < b and b < c`, each operand computed once.
    let start = code(first)
    var links: [(test: ComparisonOperator, code: Code, site: OperatorSite)] = []
    var left = first
    for link in rest {
      links.append((link.test, code(link.right), site(link, left: left)))
      left = link.right
    }
    return { [links] frame in
      var a = try start(frame)
      for (index, link) in links.enumerated() {
        let b = try link.code(frame)
        let result = try link.site.compare(link.test, a, b)
        if index == links.count - 1 { return result }
        do {
          guard try Operators.truth(result) else { return .bool(false) }
        } catch {
          throw Messages.diagnostic(of: error, link.site, a, b)
        }
        a = b
      }
      return .bool(true)
    }
  }

  private func site(_ link: Comparison, left: Expression) -> OperatorSite {
    OperatorSite(source, link.place, left: left.range, right: link.right.range, verb: "compare")
  }

  @inline(__always)
  private static func ordered(_ test: ComparisonOperator, _ x: Double, _ y: Double, _ site: OperatorSite) throws -> Bool {
    switch test {
    case .contained, .notContained: try Operators.truth(site.compare(test, .number(x), .number(y)))
    default: Operators.ordered(test, x, y)
    }
  }

  // MARK: conditions

  func test(_ expression: Expression) -> Test {
    switch expression.form {
    case .not(let operand):
      let inner = test(operand)
      return { frame in try !inner(frame) }
    case .and(let left, let right):
      let (first, second) = (test(left), test(right))
      return { frame in try first(frame) && second(frame) }
    case .or(let left, let right):
      let (first, second) = (test(left), test(right))
      return { frame in try first(frame) || second(frame) }
    case .comparison(let first, let rest) where rest.count == 1:
      return comparisonTest(first, rest[0], expression.range)
    default:
      let value = code(expression)
      let place = span(expression.range)
      return { frame in
        let value = try value(frame)
        if case .bool(let flag) = value { return flag }
        return try Self.truth(value, place)
      }
    }
  }

  private static func truth(_ value: Value, _ place: Span) throws -> Bool {
    do {
      return try Operators.truth(value)
    } catch is Diagnostic {
      let text = place.text, isNamed = text.count <= 20 && text.utf8.first?.startsName == true
      throw Messages.noCondition(value, isNamed ? text : "x").located(place)
    } catch {
      throw Messages.located(error, place)
    }
  }

  private func comparisonTest(_ first: Expression, _ rest: Comparison, _ range: Range<Int>) -> Test {
    let codes = (code(first), code(rest.right))
    let operands = (operand(first, codes.0), operand(rest.right, codes.1))
    let (site, place, test) = (site(rest, left: first), span(range), rest.test)
    let slow: (Value, Value) throws -> Bool = { a, b in try Self.truth(try site.compare(test, a, b), place) }
    switch test {
    case .less: return numeric(operands, codes, slow) { $0 < $1 }
    case .lessEqual: return numeric(operands, codes, slow) { $0 <= $1 }
    case .greater: return numeric(operands, codes, slow) { $0 > $1 }
    case .greaterEqual: return numeric(operands, codes, slow) { $0 >= $1 }
    case .equal: return numeric(operands, codes, slow) { $0 == $1 }
    case .notEqual: return numeric(operands, codes, slow) { $0 != $1 }
    case .contained, .notContained:
      let (left, right) = codes
      return { frame in try slow(try left(frame), try right(frame)) }
    }
  }

  @inline(__always)
  private func numeric(
    _ operands: (Operand, Operand), _ codes: (Code, Code), _ slow: @escaping (Value, Value) throws -> Bool,
    _ compare: @escaping (Double, Double) -> Bool
  ) -> Test {
    let (left, right) = codes
    switch operands {
    case (.slot(let a), .constant(let y)):
      return { frame in
        if case .number(let x)? = frame.slots[a] { return compare(x, y) }
        return try slow(try left(frame), .number(y))
      }
    case (.slot(let a), .slot(let b)):
      return { frame in
        if case .number(let x)? = frame.slots[a], case .number(let y)? = frame.slots[b] { return compare(x, y) }
        return try slow(try left(frame), try right(frame))
      }
    case (.slot, .code), (.constant, _), (.code, _):
      return { frame in
        let (a, b) = (try left(frame), try right(frame))
        if case .number(let x) = a, case .number(let y) = b { return compare(x, y) }
        return try slow(a, b)
      }
    }
  }
}
