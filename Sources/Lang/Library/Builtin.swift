// Builtins are rows: signature, documentation, example, mistakes, body. Help, completion and the reference page come from
// them, and the tests run what they show.

public import Tensor

/// A function of the language that is written in Swift. A class, as its signature is: calls pass them on at the price of
/// one count.
public final class Builtin: Sendable {
  public let signature: Signature
  /// What it is for: a line, then where one is not enough an empty line and paragraphs.
  public let doc: String
  /// What example and mistakes need before them; empty where they need nothing.
  public let given: String
  /// Runs as it stands after `given`.
  public let example: String
  /// What is likely to be done wrong with it.
  public let fails: [Misuse]
  /// The legal words of arguments that take one of a few, by name; of settings, too, which a record or `**settings` brings: all of
  /// them, without words where any value goes.
  public let options: [String: [String]]
  /// Names of builtins to look at next.
  public let see: [String]
  /// Fast paths: the result for one number, and for one tensor.
  let scalar: (@Sendable (Double) -> Double)?
  let tensor: (@Sendable (Tensor) throws -> Tensor)?
  /// Whether it can use up its first argument: `x = f(x)` then hands x over.
  let usesUpFirst: Bool
  let body: @Sendable (Call) throws -> Value

  public var name: String { signature.name }
  /// The first line of the documentation, for lists.
  public var summary: String { String(doc.prefix { $0 != "\n" }) }

  /// - Parameters:
  ///   - signature: as users write a definition: `sample(m, n = 16, ...rest, **settings)`; defaults are literals.
  ///   - options: completion offers them.
  ///   - fails: empty only where nothing can be done wrong, which is to say where there are no arguments.
  public init(
    _ signature: String, _ doc: String, given: String = "", example: String, fails: [Misuse], options: [String: [String]] = [:],
    see: [String] = [], scalar: (@Sendable (Double) -> Double)? = nil, tensor: (@Sendable (Tensor) throws -> Tensor)? = nil,
    usesUpFirst: Bool = false, _ body: @escaping @Sendable (Call) throws -> Value
  ) {
    self.signature = Signature(signature)
    self.doc = doc
    self.given = given
    self.example = example
    self.fails = fails
    // Wherever a dtype is given, it is one of these.
    self.options = self.signature.names.contains("dtype") ? options.merging(["dtype": DType.names]) { $1 } : options
    self.see = see
    self.scalar = scalar
    self.tensor = tensor
    self.usesUpFirst = usesUpFirst
    self.body = body
  }

  /// A line of its documentation with what it needs before it.
  public func code(of line: String) -> String { given.isEmpty ? line : given + "\n" + line }

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
