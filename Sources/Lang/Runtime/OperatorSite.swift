// Where an operator stands with its operands, for errors that show both shapes.

import Tensor

final class OperatorSite: Sendable {
  let source: Source
  let place: Range<Int>
  let left: Range<Int>
  let right: Range<Int>
  /// What the operator does, as in "cannot multiply z @ w".
  let verb: String

  init(_ source: Source, _ place: Range<Int>, left: Range<Int>, right: Range<Int>, verb: String) {
    self.source = source
    self.place = place
    self.left = left
    self.right = right
    self.verb = verb
  }

  var span: Span { Span(source: source, range: place) }

  /// The operation as written, on one line; of long ones the operator between dots.
  var text: String {
    func onOneLine(_ range: Range<Int>) -> String { source.excerpt(range).split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    let whole = onOneLine(min(left.lowerBound, place.lowerBound)..<max(right.upperBound, place.upperBound))
    guard whole.count > 60 else { return whole }
    let (a, b) = (onOneLine(left), onOneLine(right))
    return "\(a.count > 24 ? "..." : a) \(onOneLine(place)) \(b.count > 24 ? "..." : b)"
  }

  /// `w: float32[64, 32]`.
  func label(_ value: Value, _ range: Range<Int>) -> Diagnostic.Label {
    Diagnostic.Label(source, range, naming: value.operandText)
  }

  /// `step: number`, for operands of types that the operator does not take.
  func typeLabel(_ value: Value, _ range: Range<Int>) -> Diagnostic.Label {
    if case .tensor = value { return label(value, range) }
    return Diagnostic.Label(source, range, naming: value.typeName)
  }

  /// Runs an operator on values that are not two numbers; errors show where and what.
  @inline(never)
  func apply(_ operation: BinaryOperator, _ a: Value, _ b: Value) throws -> Value {
    do {
      guard Recording.isOn else { return try Operators.apply(operation, a, b) }
      return try Recording.at(span) { try Operators.apply(operation, a, b) }
    } catch {
      throw Messages.diagnostic(of: error, self, a, b)
    }
  }

  @inline(never)
  func compare(_ test: ComparisonOperator, _ a: Value, _ b: Value) throws -> Value {
    do {
      return try Operators.compare(test, a, b)
    } catch {
      throw Messages.diagnostic(of: error, self, a, b)
    }
  }
}

extension BinaryOperator {
  var verb: String {
    switch self {
    case .add: "add"
    case .subtract: "subtract"
    case .multiply, .matmul: "multiply"
    case .divide, .floorDivide, .remainder: "divide"
    case .power: "raise"
    }
  }
}

extension Value {
  /// A tensor's dtype and shape, a number's value, else the type.
  var operandText: String {
    switch self {
    case .number(let number): number.shown
    case .tensor(let tensor): tensor.description
    default: typeName
    }
  }
}
