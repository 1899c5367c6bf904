// Statements: definitions, assignments, loops, and expressions.

extension Parser {
  // statement := fn | for | while | break | continue | return | assert | param | import | assignment | expression
  mutating func statement() throws -> Statement {
    let start = token
    switch start.kind {
    case .keyword(.fn):
      guard case .name = tokens[following()].kind else { break }
      return try definition()
    case .keyword(.for): return try loop()
    case .keyword(.while):
      advance()
      let condition = try expression()
      let body = try block("to begin the loop's body")
      return made(.whileLoop(condition, body), start)
    case .keyword(.break):
      advance()
      return made(.leave, start)
    case .keyword(.continue):
      advance()
      return made(.next, start)
    case .keyword(.return):
      advance()
      let value = isAtStatementEnd ? nil : try listOrExpression()
      return made(.result(value), start)
    case .keyword(.assert):
      advance()
      let condition = try expression()
      let message = take(.comma) == nil ? nil : try expression()
      return made(.assertion(condition, message), start)
    case .keyword(.param):
      advance()
      let name = try expectName("the parameter").name
      try expect(.assign, "and the parameter's default")
      return made(.parameter(name, try expression()), start)
    case .keyword(.import): return try module()
    default: break
    }
    return try assignmentOrExpression(start)
  }

  private var isAtStatementEnd: Bool {
    switch tokens[place].kind {
    case .newline, .end, .symbol(.closeBrace), .symbol(.semicolon): true
    default: false
    }
  }

  func made(_ form: Statement.Form, _ start: Token) -> Statement {
    Statement(form: form, range: start.range.lowerBound..<max(lastEnd, start.range.upperBound))
  }

  private static let updates: [Symbol: BinaryOperator] = [
    .plusAssign: .add, .minusAssign: .subtract, .timesAssign: .multiply, .divideAssign: .divide,
    .floorDivideAssign: .floorDivide, .remainderAssign: .remainder, .powerAssign: .power, .matmulAssign: .matmul,
  ]

  // assignment := target { "," target } "=" expression | target op "=" expression
  private mutating func assignmentOrExpression(_ start: Token) throws -> Statement {
    let first = try expression()
    var parts = [first]
    if token.kind == .symbol(.comma) {
      while take(.comma) != nil { parts.append(try expression()) }
      guard token.kind == .symbol(.assign) else {
        throw failure(
          "expected `=` after these names, found \(token.described)",
          at: first.range.lowerBound..<lastEnd, hint: "a list of values is written `[a, b]`")
      }
    }
    if take(.assign) != nil {
      skipNewlines()
      let value = try listOrExpression()
      if parts.count == 1, case .list(let elements) = first.form, !elements.isEmpty {
        parts = elements.map(\.value)
        return made(.assignment(try parts.map { try target($0) }, value), start)
      }
      return made(.assignment(try parts.map { try target($0) }, value), start)
    }
    if case .symbol(let symbol) = token.kind, let operation = Self.updates[symbol] {
      let place = advance().range
      skipNewlines()
      return made(.update(try target(first), operation, try expression(), at: place), start)
    }
    return made(.expression(first), start)
  }

  /// The right side of `=` and of `return`: several values with commas make a list.
  private mutating func listOrExpression() throws -> Expression {
    let first = try expression()
    guard token.kind == .symbol(.comma) else { return first }
    var elements = [Element(value: first, isSpread: false)]
    while take(.comma) != nil { elements.append(Element(value: try expression(), isSpread: false)) }
    return Expression(form: .list(elements), range: first.range.lowerBound..<lastEnd)
  }

  /// Reads an expression as the place that an assignment changes.
  mutating func target(_ expression: Expression) throws -> Target {
    switch expression.form {
    case .name(let name) where !name.hasPrefix("_@"):
      return Target(name: name, nameRange: expression.range, steps: [], range: expression.range)
    case .field(let inner, let name, let range):
      let base = try target(inner)
      return Target(
        name: base.name, nameRange: base.nameRange, steps: base.steps + [.field(name, range)], range: expression.range)
    case .index(let inner, let subscripts):
      let base = try target(inner)
      return Target(
        name: base.name, nameRange: base.nameRange, steps: base.steps + [.index(subscripts, expression.range)],
        range: expression.range)
    case .call(let callee, _):
      throw failure(
        "this cannot be assigned to", at: expression.range,
        hint: "a function is defined by `fn \(source.excerpt(callee.range))(x) = ...`")
    default:
      throw failure(
        "this cannot be assigned to", at: expression.range,
        hint: "names, fields and elements can: `x = 1`, `r.a = 1`, `xs[0] = 1`; `==` compares")
    }
  }

  // for := "for" target { "," target } "in" expression block
  private mutating func loop() throws -> Statement {
    let start = advance()
    var targets: [Target] = []
    if take(.open) != nil {
      try bracketed { parser in
        targets = try parser.loopTargets()
        try parser.expect(.close, "after the loop's variables")
      }
    } else {
      targets = try loopTargets()
    }
    guard take(.in) != nil else { throw failure("expected `in` after the loop's variable, found \(token.described)") }
    let sequence = try expression()
    let body = try block("to begin the loop's body")
    return made(.loop(targets, in: sequence, body), start)
  }

  private mutating func loopTargets() throws -> [Target] {
    var targets: [Target] = []
    repeat {
      let (name, range) = try expectName("the loop's variable")
      targets.append(Target(name: name, nameRange: range, steps: [], range: range))
    } while take(.comma) != nil && token.kind != .symbol(.close)
    return targets
  }

  // fn := "fn" name "(" parameters ")" ( "=" expression | block )
  private mutating func definition() throws -> Statement {
    let start = advance()
    let (name, _) = try expectName("the function")
    let function = try functionTail(name: name, start: start)
    return made(.function(function), start)
  }

  /// From the opening parenthesis of the parameters on.
  mutating func functionTail(name: String?, start: Token) throws -> FunctionSyntax {
    try expect(.open, "and the parameters")
    let outer = placeholders
    placeholders = []
    defer { placeholders = outer }
    let parameters = try bracketed { try $0.parameters() }
    let body: Block
    if take(.assign) != nil {
      skipNewlines()
      let value = try expression()
      body = Block(statements: [Statement(form: .expression(value), range: value.range)], range: value.range)
    } else {
      body = try block("or `=` and the function's body")
    }
    return FunctionSyntax(
      name: name, parameters: parameters, body: body, documentation: start.documentation ?? "",
      range: start.range.lowerBound..<lastEnd)
  }

  // parameters := [ parameter { "," parameter } ] ")" ; parameter := ["..." | "**"] name [":" dims] ["=" expression]
  mutating func parameters() throws -> [ParameterSyntax] {
    var parameters: [ParameterSyntax] = []
    var names: Set<String> = []
    while token.kind != .symbol(.close) {
      let start = token
      let kind: ParameterSyntax.Kind =
        take(.ellipsis) != nil ? .rest : take(.powerAlias) != nil ? .settings : .plain
      let (name, range) = try expectName("the parameter")
      if !names.insert(name).inserted {
        throw failure("the parameter `\(name)` stands twice", at: range)
      }
      let dimensions = take(.colon) == nil ? nil : try dimensions()
      let initial = kind == .plain && take(.assign) != nil ? try expression() : nil
      if initial == nil, kind == .plain, parameters.last?.initial != nil {
        throw failure(
          "`\(name)` needs a default, since the parameter before it has one", at: range,
          hint: "parameters without a default come first")
      }
      parameters.append(
        ParameterSyntax(
          name: name, kind: kind, initial: initial, dimensions: dimensions, range: start.range.lowerBound..<lastEnd))
      if take(.comma) == nil { break }
    }
    try expect(.close, "after the parameters")
    return parameters
  }

  // dims := "[" [ dim { "," dim } ] "]" ; dim := number | name | "_"
  private mutating func dimensions() throws -> [ParameterSyntax.Dimension] {
    try expect(.openBracket, "and the dimensions")
    var dimensions: [ParameterSyntax.Dimension] = []
    while token.kind != .symbol(.closeBracket) {
      let current = advance()
      switch current.kind {
      case .number(let size) where size >= 0 && size.rounded() == size && size < 0x1p53:
        dimensions.append(.size(Int(size)))
      case .name("_"): dimensions.append(.any)
      case .name(let name): dimensions.append(.name(name))
      default:
        throw failure("a dimension is a whole number, a name or `_`, not \(current.described)", at: current.range)
      }
      if take(.comma) == nil { break }
    }
    try expect(.closeBracket, "after the dimensions")
    return dimensions
  }

  // import := "import" string "as" name
  private mutating func module() throws -> Statement {
    let start = advance()
    guard case .string(let path) = token.kind else {
      throw failure("expected the file's name in quotes, found \(token.described)", hint: "import \"lib.imf\" as lib")
    }
    advance()
    guard take(.as) != nil else {
      throw failure("expected `as` and a name, found \(token.described)", hint: "import \"\(path)\" as lib")
    }
    return made(.module(path: path, name: try expectName("the module").name), start)
  }
}
