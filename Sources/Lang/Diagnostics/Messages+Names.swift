// Texts about names, arguments and calls.

extension Messages {
  static func unknownName(_ name: String, among known: [String]) -> Diagnostic {
    let aliases = [
      "True": "true", "False": "false", "None": "none", "null": "none", "nil": "none", "elif": "else if",
      "def": "fn", "function": "fn", "let": "x = ...", "var": "x = ...", "lambda": "x -> ...", "pass": "{ }",
      "raise": "fail(\"message\")", "throw": "fail(\"message\")",
      "quit": "exit()", "length": "len", "size": "len(x), or x.size", "input": "env or args",
    ]
    var hint: String?
    if let alias = aliases[name] {
      hint = "here that is `\(alias)`"
    } else if ["np", "jnp", "jax", "torch", "math"].contains(name) {
      hint = "functions stand alone here: `sum(x)`, `exp(x)`"
    } else if let near = nearestName(to: name, among: known) {
      hint = "did you mean `\(near)`?"
    }
    return Diagnostic(.name, "nothing is named `\(name)`", hint: hint)
  }

  static func noValueYet(_ name: String) -> Diagnostic {
    Diagnostic(
      .name, "`\(name)` has no value yet",
      hint: "a name assigned in a function is the function's own; pass outer values as arguments")
  }

  static func importsItself(_ path: String, _ chain: [String]) -> Diagnostic {
    // From the file on that is met again; folders that all have in common say nothing.
    let ring = chain.last.flatMap { chain.firstIndex(of: $0) }.map { Array(chain[$0...]) } ?? chain
    var parts = ring.map { $0.split(separator: "/") }
    while let first = parts.first, first.count > 1, parts.allSatisfy({ $0.count > 1 && $0[0] == first[0] }) {
      parts = parts.map { Array($0.dropFirst()) }
    }
    return Diagnostic(
      .name, "\"\(path)\" imports itself", notes: [parts.map { $0.joined(separator: "/") }.joined(separator: " -> ")])
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
    let near = nearestName(to: name, among: signature.names)
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
    let error = Diagnostic(
      .type, "\(value.kindInWords) cannot be called",
      hint: value.typeName == "number" ? "a product needs its `*`" : nil)
    return place.map { error.located(Span(source: $0.source, range: $0.callee)) } ?? error
  }

  static func noMethod(_ name: String, _ value: Value) -> Diagnostic {
    var error = noField(name, value)
    error.message = "\(value.summaryInWords) has no field `\(name)`, and no function has that name"
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
