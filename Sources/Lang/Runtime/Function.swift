// Functions of the language: those written in it, with the variables they see, and builtins.

import Synchronization

/// Something that can be called. Immutable once made.
public final class Function: Sendable {
  enum Body: Sendable {
    case written(FunctionCode, captures: [Variable])
    case builtin(Builtin)
    /// Made by a builtin at run time: `grad(f)`.
    case made(@Sendable (Call) throws -> Value)
  }

  public let name: String
  public let signature: Signature
  public let doc: String
  let body: Body

  init(name: String, signature: Signature, doc: String = "", body: Body) {
    self.name = name
    self.signature = signature
    self.doc = doc
    self.body = body
  }

  /// A function made by a builtin; `signature` as for `Builtin`.
  public convenience init(
    _ signature: String, doc: String = "", _ body: @escaping @Sendable (Call) throws -> Value
  ) {
    let signature = Signature(signature)
    self.init(name: signature.name, signature: signature, doc: doc, body: .made(body))
  }

  public var isBuiltin: Bool {
    if case .builtin = body { true } else { false }
  }

  /// The source of a function that was written in the language.
  public var text: String? {
    if case .written(let code, _) = body { code.source.excerpt(code.range) } else { nil }
  }
}

/// A variable that outlives its call, or is seen from more than one function: a cell with a value.
/// Confined to the interpreter's thread.
final class Variable: @unchecked Sendable {
  @exclusivity(unchecked) var value: Value?
  init(_ value: Value? = nil) { self.value = value }
}

/// A name of the session: its value, else the builtin or constant of that name.
final class Global: @unchecked Sendable {
  let name: String
  @exclusivity(unchecked) var value: Value?
  let builtin: Value?

  init(name: String, builtin: Value?) {
    self.name = name
    self.builtin = builtin
  }
}

/// A function as compiled: shared by all the closures made from it.
final class FunctionCode: @unchecked Sendable {
  private static let made = Atomic<Int>(0)
  /// No two have the same, whatever lies where another one lay.
  let number = made.add(1, ordering: .relaxed).newValue
  let name: String
  let signature: Signature
  let documentation: String
  let source: Source
  let range: Range<Int>
  /// Slots of the frame, parameters first, in the order of the signature, then rest and settings.
  var slotCount = 0
  /// Own variables that closures capture, made at the call after the captures.
  var ownVariableCount = 0
  /// Run in order before the body: defaults, dimension checks, moves into variables.
  var prologue: [Effect] = []
  @exclusivity(unchecked) var body: Code
  /// Where the captures come from, in the frame that makes the closure.
  var captures: [VariablePlace] = []
  /// What they are called there.
  var captureNames: [String] = []
  /// The tree and the names around it, kept where the function may become number code: it captures nothing, nothing captures
  /// from it, and its parameters have no dimensions.
  var numeric: (syntax: FunctionSyntax, namespace: Namespace)?
  let numbers = NumberFunction()

  init(name: String, signature: Signature, documentation: String, source: Source, range: Range<Int>) {
    self.name = name
    self.signature = signature
    self.documentation = documentation
    self.source = source
    self.range = range
    body = { _ in .none }
  }
}
