// What a builtin's body gets: its arguments, checked by the accessors of Call+Arguments, and the way back into
// the language.

import Tensor

/// One call of a builtin.
public struct Call {
  let signature: Signature
  let arguments: MatchedArguments
  let machine: Machine
  let place: CallPlace?

  /// The argument as given, or its default.
  public subscript(_ name: String) -> Value {
    guard let index = signature.index(of: name) else {
      preconditionFailure("\(signature.text) has no parameter \(name)")
    }
    return arguments.values[index] ?? signature.parameters[index].value ?? .none
  }

  /// Whether the argument was not left out; a given `none` counts as given.
  public func isGiven(_ name: String) -> Bool {
    signature.index(of: name).map { arguments.values[$0] != nil } ?? false
  }

  /// Takes the argument out of the call: where the caller gave it up as well (`x = f(x)`), nobody else holds it, and it
  /// may be changed in place. A body that fails gives it back.
  public func take(_ name: String) -> Value {
    let value = self[name]
    if let index = signature.index(of: name) { arguments.values[index] = nil }
    return value
  }

  public func giveBack(_ name: String, _ value: Value) {
    if let index = signature.index(of: name) { arguments.values[index] = value }
  }

  /// What `...rest` took.
  public var rest: [Value] { arguments.rest }
  /// What `**settings` took.
  public var settings: Record { arguments.settings }
  public var session: Session { machine.interpreter.session }
  public var interpreter: Interpreter { machine.interpreter }

  /// Calls back into the language, unless an interrupt is wished for: builtins that walk long lists need not ask themselves.
  public func apply(_ function: Value, _ arguments: [Value], named: Record = [:]) throws -> Value {
    try Interrupt.check()
    let given = GivenArguments(positional: arguments, named: named.map { ($0.key, $0.value) })
    return try machine.apply(function, given, at: place)
  }

  /// To the session's output, as it is.
  public func print(_ text: String) { machine.interpreter.output(text) }

  /// An error at an argument, or at the call.
  public func error(
    _ kind: Diagnostic.Kind = .value, _ message: String, argument: String? = nil, hint: String? = nil
  ) -> Diagnostic {
    var diagnostic = Diagnostic(kind, "\(signature.name): \(message)", hint: hint)
    if let place {
      let range = argument.flatMap { place.argument($0, in: signature) } ?? place.range
      diagnostic.primary = .init(Span(source: place.source, range: range))
    }
    return diagnostic
  }

  /// The standard message for an argument of the wrong type.
  func mismatch(_ name: String, _ expected: String, hint: String? = nil) -> Diagnostic {
    error(.type, "`\(name)` is \(self[name].kindInWords); expected \(expected)", argument: name, hint: hint)
  }
}
