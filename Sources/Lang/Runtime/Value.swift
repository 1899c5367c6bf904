// The values of the language: one enumeration of 16 bytes, all of them values. Text in Value+Text, comparison in
// Value+Equality, loops in Value+Iteration, parameter trees in Value+Tree.

public import Tensor

public enum Value: Sendable {
  case none
  case bool(Bool)
  /// IEEE double; whole numbers are exact to 2^53.
  case number(Double)
  /// Boxed: 16 bytes of its own would make every value larger.
  indirect case string(String)
  case list([Value])
  case record(Record)
  indirect case range(NumberRange)
  case tensor(Tensor)
  case function(Function)
  case key(RandomKey)
  indirect case error(Diagnostic)
  indirect case object(any LanguageObject)
}

extension Value {
  public var typeName: String {
    switch self {
    case .none: "none"
    case .bool: "bool"
    case .number: "number"
    case .string: "string"
    case .list: "list"
    case .record: "record"
    case .range: "range"
    case .tensor: "tensor"
    case .function: "function"
    case .key: "key"
    case .error: "error"
    case .object(let object): object.typeName
    }
  }

  /// The type with its article, for sentences.
  public var kindInWords: String {
    switch self {
    case .none: "none"
    case .tensor(let tensor): tensor.description
    default: ("aeiou".contains(typeName.first ?? "x") ? "an " : "a ") + typeName
    }
  }

  public var isNone: Bool {
    if case .none = self { true } else { false }
  }
}

extension Value: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByArrayLiteral
{
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: Value...) { self = .list(elements) }
}

/// `start..end`, or `range(start, end, step)`: numbers made as they are asked for.
public struct NumberRange: Sendable, Hashable {
  public let start: Double
  public let end: Double
  public let step: Double

  /// `step` is not 0.
  public init(start: Double, end: Double, step: Double = 1) {
    self.start = start
    self.end = end
    self.step = step
  }

  public var count: Int {
    let steps = ((end - start) / step).rounded(.up)
    return steps > 0 ? Int(min(steps, 0x1p53)) : 0
  }

  public subscript(index: Int) -> Double { start + Double(index) * step }

  func contains(_ number: Double) -> Bool {
    let steps = (number - start) / step
    return steps >= 0 && steps < Double(count) && steps.rounded() == steps
  }
}
