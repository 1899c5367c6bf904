// What operators do to values that are not two plain numbers; the compiled code handles those itself.

import Foundation
import Tensor

enum Operators {
  static func apply(_ operation: BinaryOperator, _ a: Value, _ b: Value) throws -> Value {
    switch (a, b) {
    // NumPy's `@` takes no plain numbers either, and says so in shapes.
    case (.number(let x), .number(let y)) where operation == .matmul:
      return .tensor(try tensor(.matmul, Tensor(x), Tensor(y)))
    case (.number(let x), .number(let y)): return .number(number(operation, x, y))
    case (.tensor(let x), .tensor(let y)): return .tensor(try tensor(operation, x, y))
    case (.tensor(let x), .number(let y)): return .tensor(try tensor(operation, x, y))
    case (.number(let x), .tensor(let y)): return .tensor(try tensor(operation, x, y))
    case (.tensor(let x), .list):
      if let y = try b.asTensor(beside: x) { return .tensor(try tensor(operation, x, y)) }
    case (.list, .tensor(let y)):
      if let x = try a.asTensor(beside: y) { return .tensor(try tensor(operation, x, y)) }
    case (.list(let x), .list(let y)) where operation == .add: return .list(x + y)
    case (.string(let x), .string(let y)) where operation == .add:
      try admitText(x.utf8.count + y.utf8.count, for: "+")
      return .string(x + y)
    case (.string(let text), .number(let times)), (.number(let times), .string(let text)):
      if operation == .multiply { return .string(try repeated(text, times)) }
    default: break
    }
    throw Messages.noOperator(operation, a, b)
  }

  /// Longer texts are slips: whatever is done to them takes seconds in which nothing looks for an interrupt.
  static let longestText = 1 << 28

  /// - Parameter size: bytes of a text that is about to be made.
  static func admitText(_ size: Int, for operation: String) throws {
    guard size <= longestText else { throw Messages.textTooLong(operation, longestText) }
    try Memory.admit(size, of: 1, for: operation)
  }

  /// The text so many times; nothing for 0 and below, as in Python.
  private static func repeated(_ text: String, _ times: Double) throws -> String {
    guard let count = Int(exactly: times) else { throw Messages.repeatNotWhole(times) }
    let (size, isHuge) = text.utf8.count.multipliedReportingOverflow(by: max(count, 0))
    try admitText(isHuge ? .max : size, for: "*")
    return String(repeating: text, count: max(count, 0))
  }

  @inline(__always)
  static func number(_ operation: BinaryOperator, _ x: Double, _ y: Double) -> Double {
    switch operation {
    case .add: x + y
    case .subtract: x - y
    case .multiply, .matmul: x * y
    case .divide: x / y
    case .floorDivide: floorQuotient(x, y)
    case .remainder: remainder(x, y)
    case .power: power(x, y)
    }
  }

  /// The largest whole number not above x / y, which rounds: 10 // 0.1 is 99, as 0.1 is a little more than a tenth. From the
  /// remainder, as in Python, so that x = (x // y) y + x % y.
  static func floorQuotient(_ x: Double, _ y: Double) -> Double {
    guard y != 0, x.isFinite else { return (x / y).rounded(.down) }
    if y.isInfinite { return x == 0 || (x < 0) == (y < 0) ? 0 : -1 }
    return ((x - remainder(x, y)) / y).rounded()
  }

  /// The sign of the divisor, as Python's.
  @inline(__always)
  static func remainder(_ x: Double, _ y: Double) -> Double {
    let rest = x.truncatingRemainder(dividingBy: y)
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest
  }

  @inline(__always)
  static func power(_ x: Double, _ y: Double) -> Double { y == 2 ? x * x : pow(x, y) }

  private static func tensor(_ operation: BinaryOperator, _ x: Tensor, _ y: Tensor) throws -> Tensor {
    switch operation {
    case .add: try x + y
    case .subtract: try x - y
    case .multiply: try x * y
    case .divide: try x / y
    case .floorDivide: try floorDivide(x, y)
    case .remainder: try Tensor::remainder(x, y)
    case .matmul: try matmul(x, y)
    case .power: try Tensor::power(x, y)
    }
  }

  private static func tensor(_ operation: BinaryOperator, _ x: Tensor, _ y: Double) throws -> Tensor {
    switch operation {
    case .add: try x + y
    case .subtract: try x - y
    case .multiply: try x * y
    case .divide: try x / y
    case .power: try Tensor::power(x, y)
    case .floorDivide, .remainder, .matmul: try tensor(operation, x, Tensor.number(y, like: x))
    }
  }

  private static func tensor(_ operation: BinaryOperator, _ x: Double, _ y: Tensor) throws -> Tensor {
    switch operation {
    case .add: try x + y
    case .subtract: try x - y
    case .multiply: try x * y
    case .divide: try x / y
    case .power: try Tensor::power(x, y)
    case .floorDivide, .remainder, .matmul: try tensor(operation, Tensor.number(x, like: y), y)
    }
  }

  static func negate(_ value: Value) throws -> Value {
    switch value {
    case .number(let number): return .number(-number)
    case .tensor(let tensor): return .tensor(try -tensor)
    default: throw Messages.cannotNegate(value)
    }
  }

  // MARK: comparisons

  static func compare(_ test: ComparisonOperator, _ a: Value, _ b: Value) throws -> Value {
    switch test {
    case .contained: return .bool(try contains(b, a))
    case .notContained: return .bool(try !contains(b, a))
    default: break
    }
    switch (a, b) {
    case (.number(let x), .number(let y)): return .bool(ordered(test, x, y))
    case (.string(let x), .string(let y)): return .bool(ordered(test, x, y))
    case (.tensor(let x), .tensor), (.tensor(let x), .number), (.tensor(let x), .list), (.tensor(let x), .bool):
      if let y = try b.asTensor(beside: x) { return .tensor(try compare(test, x, y)) }
    case (.number, .tensor(let y)), (.list, .tensor(let y)), (.bool, .tensor(let y)):
      if let x = try a.asTensor(beside: y) { return .tensor(try compare(test, x, y)) }
    default: break
    }
    switch test {
    case .equal: return .bool(try Value.equal(a, b))
    case .notEqual: return .bool(try !Value.equal(a, b))
    default: throw Messages.noOrder(test, a, b)
    }
  }

  @inline(__always)
  static func ordered<T: Comparable>(_ test: ComparisonOperator, _ x: T, _ y: T) -> Bool {
    switch test {
    case .equal: x == y
    case .notEqual: x != y
    case .less: x < y
    case .lessEqual: x <= y
    case .greater: x > y
    case .greaterEqual: x >= y
    case .contained, .notContained: false
    }
  }

  private static func compare(_ test: ComparisonOperator, _ x: Tensor, _ y: Tensor) throws -> Tensor {
    switch test {
    case .equal: try Tensor::equal(x, y)
    case .notEqual: try notEqual(x, y)
    case .less: try less(x, y)
    case .lessEqual: try lessEqual(x, y)
    case .greater: try greater(x, y)
    case .greaterEqual, .contained, .notContained: try greaterEqual(x, y)
    }
  }

  static func contains(_ container: Value, _ item: Value) throws -> Bool {
    switch (container, item) {
    case (.list(let items), _): return try items.contains { try Value.equal($0, item) }
    case (.record(let record), .string(let key)): return record.contains(key)
    case (.string(let text), .string(let part)): return part.isEmpty || text.contains(part)
    case (.range(let range), .number(let number)): return range.contains(number)
    case (.tensor(let tensor), .number(let number)): return try tensor.scalars(Double.self).contains(number)
    default: throw Messages.cannotContain(container, item)
    }
  }

  // MARK: conditions

  /// Booleans, and tensors of one element; numbers are no conditions.
  static func truth(_ value: Value) throws -> Bool {
    switch value {
    case .bool(let flag): return flag
    case .tensor(let tensor) where tensor.count == 1: return try tensor.item() != 0
    default: throw Messages.noCondition(value)
    }
  }
}
