// Builtins are rows: signature, one-line doc, example, body. Help, completion and the reference page come from them.

/// A function of the language that is written in Swift. A class, as its signature is: calls pass them on at the price of
/// one count.
public final class Builtin: Sendable {
  public let signature: Signature
  /// One line.
  public let doc: String
  /// A line that runs as it stands, for help and the tests.
  public let example: String
  /// Fast path: the result for one number.
  let scalar: (@Sendable (Double) -> Double)?
  /// Whether it can use up its first argument: `x = f(x)` then hands x over.
  let usesUpFirst: Bool
  let body: @Sendable (Call) throws -> Value

  public var name: String { signature.name }

  /// - Parameter signature: as users write a definition: `sample(m, n = 16, ...rest, **settings)`; defaults are literals.
  public init(
    _ signature: String, _ doc: String, example: String, scalar: (@Sendable (Double) -> Double)? = nil, usesUpFirst: Bool = false,
    _ body: @escaping @Sendable (Call) throws -> Value
  ) {
    self.signature = Signature(signature)
    self.doc = doc
    self.example = example
    self.scalar = scalar
    self.usesUpFirst = usesUpFirst
    self.body = body
  }

  var function: Function { Function(name: name, signature: signature, doc: doc, body: .builtin(self)) }
}

/// Builtins of one subject: a group in help and in the reference.
public struct Library: Sendable {
  public let name: String
  public let rows: [Builtin]

  public init(_ name: String, _ rows: [Builtin]) {
    self.name = name
    self.rows = rows
  }
}
