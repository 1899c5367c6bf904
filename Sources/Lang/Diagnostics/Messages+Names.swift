// Texts about names, arguments and calls.

extension Messages {
  static func unknownName(_ name: String, among known: [String]) -> Diagnostic {
    var hint: String?
    if name == "_" {
      hint = "it stands for the value in a stage of a pipe, and at the prompt for the last result"
    } else if name == "end" {
      hint = "a block ends with `}`; the last element is `xs[-1]`"
    } else if let alias = foreignNames[name] {
      hint = "here that is `\(alias)`"
    } else if ["np", "jnp", "jax", "torch", "math"].contains(name) {
      hint = "functions stand alone here: `sum(x)`, `exp(x)`"
    } else if let near = nearestName(to: name, among: known) {
      hint = "did you mean `\(near)`?"
    }
    return Diagnostic(.name, "nothing is named `\(name)`", hint: hint)
  }

  /// - Parameter hidesOuter: the session has a value of that name, which the function's own name hides.
  static func noValueYet(_ name: String, hidesOuter: Bool) -> Diagnostic {
    Diagnostic(
      .name, "`\(name)` has no value yet",
      hint: hidesOuter
        ? "a name assigned in a function is the function's own; pass outer values as arguments"
        : "it gets one further down, or in a branch or loop that did not run")
  }

  // MARK: warnings

  static func unused(_ finding: Liveness.Finding, among read: Set<String>) -> Diagnostic {
    if finding.isReadElsewhere {
      return Diagnostic(.unused, "this value of `\(finding.name)` is never read", notes: ["another one replaces it, or the code ends first"])
    }
    let near = nearestName(to: finding.name, among: Array(read))
    return Diagnostic(
      .unused, "`\(finding.name)` is never read",
      hint: near.map { "did you mean `\($0)`?" } ?? "a name that begins with `_` may stay unread")
  }

  static let unreachable = Diagnostic(.unreachable, "this never runs", notes: ["the statement before it always leaves"])

  // MARK: arguments

  private static func takes(_ signature: Signature) -> [String] { ["it is \(signature.text)"] }

  static func tooManyArguments(_ signature: Signature, _ count: Int) -> Diagnostic {
    let most = signature.positionalCount
    let legal = most == 0 ? "no arguments" : most == 1 ? "one argument" : "at most \(most) arguments"
    return Diagnostic(
      .argument, "\(signature.name) takes \(legal), not \(count)", notes: takes(signature))
  }

  static func argumentTwice(_ signature: Signature, _ name: String) -> Diagnostic {
    Diagnostic(.argument, "\(signature.name): the argument `\(name)` is given twice", notes: takes(signature))
  }

  static func unknownArgument(_ signature: Signature, _ name: String) -> Diagnostic {
    let foreign = foreignArguments[name].flatMap { signature.names.contains($0) ? $0 : nil }
    let near = foreign ?? nearestName(to: name, among: signature.names)
    return Diagnostic(
      .argument, "\(signature.name) has no argument `\(name)`", notes: takes(signature),
      hint: near.map { "did you mean `\($0)`?" })
  }

  static func missingArguments(_ signature: Signature, _ names: [String]) -> Diagnostic {
    let list = names.map { "`\($0)`" }.joined(separator: ", ")
    return Diagnostic(
      .argument, "\(signature.name) needs \(list)", notes: takes(signature))
  }

  static func notCallable(_ value: Value, _ place: CallPlace?) -> Diagnostic {
    let name = place.map { $0.source.excerpt($0.callee) }
    let hidden = name.flatMap { name in Library.core.contains { $0.rows.contains { $0.name == name } } ? name : nil }
    let error = Diagnostic(
      .type, "\(value.kindInWords) cannot be called",
      hint: hidden.map { "`\($0)` was given a value, which hides the function; choose another name" }
        ?? (value.typeName == "number" ? "a product needs its `*`" : nil))
    return place.map { error.located(Span(source: $0.source, range: $0.callee)) } ?? error
  }

  static func noMethod(_ name: String, _ value: Value) -> Diagnostic {
    var error = noField(name, value)
    error.message = "\(value.summaryInWords) has no field `\(name)`, and no function has that name"
    if let alias = foreignNames[name] { error.hint = "here that is `\(alias)`" }
    return error
  }

  // MARK: signatures with dimensions

  static func notATensor(_ function: String, _ parameter: String, _ value: Value) -> Diagnostic {
    Diagnostic(.type, "\(function): `\(parameter)` is \(value.kindInWords); expected a tensor")
  }

  static func wrongRank(_ function: String, _ parameter: String, _ shape: [Int], _ expected: String) -> Diagnostic {
    Diagnostic(.shape, "\(function): `\(parameter)` has shape \(shape); expected \(expected)")
  }

  static func wrongSize(
    _ function: String, _ parameter: String, _ shape: [Int], _ axis: Int, _ expected: String
  ) -> Diagnostic {
    Diagnostic(
      .shape, "\(function): `\(parameter)` has shape \(shape); axis \(axis) must be \(expected), not \(shape[axis])")
  }

  // MARK: misplaced statements

  static func outsideLoop(_ word: String) -> Diagnostic {
    Diagnostic(.syntax, "`\(word)` stands outside a loop")
  }

  static let returnOutside = Diagnostic(.syntax, "`return` stands outside a function")

  static let parameterInside = Diagnostic(
    .syntax, "`param` stands inside a function or block", hint: "parameters of a script stand at its top level")

  static func parameterType(_ name: String, _ text: String, _ initial: Value) -> Diagnostic {
    var error = Diagnostic(
      .argument, "--\(name) is \"\(text)\"; expected \(initial.kindInWords)", hint: "its default is \(initial.quoted)")
    error.isUsage = true
    return error
  }
}
