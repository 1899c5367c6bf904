// What can go wrong in tensor operations, as data. Sentences for users are made by the front end, which knows
// the names of the operands; `description` is the plain form for Swift callers and logs.

/// Shape and element type of an operand: all that an operation's checks look at.
public struct Operand: Sendable, Hashable, CustomStringConvertible {
  public let shape: [Int]
  public let dtype: DType

  public init(shape: [Int], dtype: DType) {
    self.shape = shape
    self.dtype = dtype
  }

  public var description: String { "\(dtype)[\(shape.map(String.init).joined(separator: ", "))]" }
}

/// An operation was given operands that it cannot take, or could not be computed.
public struct TensorError: Error, Sendable, CustomStringConvertible {
  public enum Kind: String, Sendable { case shape, value, type, index, limit, io }

  public let kind: Kind
  /// The operation as users call it, `matmul` say.
  public let operation: String
  public let operands: [Operand]
  /// Why, without the operation's name: `inner sizes differ: 2 (axis 1) and 64 (axis 0)`.
  public let reason: String
  /// What to do about it, where one thing is likely.
  public let hint: String?
  /// More facts, a line each: the inputs' ranges, what holds the memory.
  public internal(set) var notes: [String] = []
  /// Whether memory ran short.
  public internal(set) var isMemory = false
  /// Where the operation was recorded, where that is known: laziness finds its mistakes later.
  public internal(set) var origin: Origin?

  public init(
    _ kind: Kind, _ operation: String, _ operands: [Operand] = [], _ reason: String, hint: String? = nil
  ) {
    self.kind = kind
    self.operation = operation
    self.operands = operands
    self.reason = reason
    self.hint = hint
  }

  public var description: String {
    let shown = operands.isEmpty ? "" : "(" + operands.map(\.description).joined(separator: ", ") + ")"
    return "\(operation)\(shown): \(reason)" + notes.map { "; \($0)" }.joined() + (hint.map { "; hint: \($0)" } ?? "")
  }
}
