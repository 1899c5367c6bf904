// Operators, loosest first: |>  ->  or  and  not  comparisons  ..  + -  * / // % @  unary -  ^.

extension Parser {
  // expression := pipe
  mutating func expression() throws -> Expression {
    let outer = height
    height = 0
    defer { height = max(outer, height + 1) }
    return try nested { try $0.pipe() }
  }

  // pipe := lambda { "|>" lambda }, each stage perhaps on a line of its own
  private mutating func pipe() throws -> Expression {
    try pipeStages(after: try lambda())
  }

  mutating func pipeStages(after first: Expression) throws -> Expression {
    var value = first
    while isAtPipe {
      try link()
      skipNewlines()
      advance()
      skipNewlines()
      placeholderCount += 1
      placeholders.append(("_@\(placeholderCount)", false))
      let stage = try lambda()
      let (name, isUsed) = placeholders.removeLast()
      let range = value.range.lowerBound..<lastEnd
      if isUsed {
        value = Expression(form: .pipe(value, name: name, stage), range: range)
        continue
      }
      let piped = Argument(role: .positional, value: value, range: value.range)
      switch stage.form {
      case .call(let callee, let arguments):
        value = Expression(form: .call(callee, [piped] + arguments), range: range)
      case .method(let receiver, let name, let place, let arguments):
        let callee = Expression(
          form: .field(receiver, name: name, at: place), range: receiver.range.lowerBound..<place.upperBound)
        value = Expression(form: .call(callee, [piped] + arguments), range: range)
      default:
        value = Expression(form: .call(stage, [piped]), range: range)
      }
    }
    return value
  }

  private var isAtPipe: Bool {
    var index = place
    while tokens[index].kind == .newline { index += 1 }
    return tokens[index].kind == .symbol(.pipe)
  }

  // lambda := (name | "(" parameters ")") "->" (block | lambda) | or
  mutating func lambda() throws -> Expression {
    let start = token
    let parameters: [ParameterSyntax]
    if case .name(let name) = start.kind, tokens[following()].kind == .symbol(.arrow) {
      advance()
      parameters = [ParameterSyntax(name: name, kind: .plain, initial: nil, dimensions: nil, range: start.range)]
    } else if start.kind == .symbol(.open), isLambdaAhead {
      advance()
      parameters = try bracketed { try $0.parameters() }
    } else if start.kind == .keyword(.fn), tokens[following()].kind == .symbol(.open) {
      advance()
      let function = try functionTail(name: nil, start: start)
      return Expression(form: .function(function), range: function.range)
    } else {
      return try disjunction()
    }
    advance()
    skipNewlines()
    let outer = placeholders
    if parameters.contains(where: { $0.name == "_" }) { placeholders = [] }
    let body: Block
    if token.kind == .symbol(.openBrace), !isRecordAhead {
      body = try block("to begin the function's body")
    } else {
      let value = try nested { try $0.lambda() }
      body = Block(statements: [Statement(form: .expression(value), range: value.range)], range: value.range)
    }
    if parameters.contains(where: { $0.name == "_" }) { placeholders = outer }
    let range = start.range.lowerBound..<lastEnd
    let function = FunctionSyntax(name: nil, parameters: parameters, body: body, documentation: "", range: range)
    return Expression(form: .function(function), range: range)
  }

  /// At `(`: whether its `)` is followed by `->`.
  private var isLambdaAhead: Bool {
    var level = 0
    var index = place
    while index < tokens.count {
      switch tokens[index].kind {
      case .symbol(.open), .symbol(.openBracket), .symbol(.openBrace): level += 1
      case .symbol(.close), .symbol(.closeBracket), .symbol(.closeBrace):
        level -= 1
        if level == 0 { return tokens[following(index)].kind == .symbol(.arrow) && tokens[index + 1].kind != .newline }
      default: break
      }
      index += 1
    }
    return false
  }

  // or := and { "or" and }
  private mutating func disjunction() throws -> Expression {
    var left = try conjunction()
    while take(.or) != nil {
      try link()
      skipNewlines()
      left = joined(Expression.Form.or, left, try conjunction())
    }
    return left
  }

  // and := not { "and" not }
  private mutating func conjunction() throws -> Expression {
    var left = try negation()
    while take(.and) != nil {
      try link()
      skipNewlines()
      left = joined(Expression.Form.and, left, try negation())
    }
    return left
  }

  private func joined(_ form: (Expression, Expression) -> Expression.Form, _ left: Expression, _ right: Expression)
    -> Expression
  {
    Expression(form: form(left, right), range: left.range.lowerBound..<right.range.upperBound)
  }

  // not := "not" not | comparison
  private mutating func negation() throws -> Expression {
    guard let start = take(.not) else { return try comparison() }
    let operand = try nested { try $0.negation() }
    return Expression(form: .not(operand), range: start.range.lowerBound..<operand.range.upperBound)
  }

  // comparison := range { ("==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not" "in") range }
  private mutating func comparison() throws -> Expression {
    let first = try range()
    var rest: [Comparison] = []
    while let test = comparisonOperator() {
      let place = advance().range
      if test == .notContained { advance() }
      skipNewlines()
      rest.append(Comparison(test: test, place: place, right: try range()))
    }
    guard !rest.isEmpty else { return first }
    return Expression(form: .comparison(first, rest), range: first.range.lowerBound..<lastEnd)
  }

  private mutating func comparisonOperator() -> ComparisonOperator? {
    switch token.kind {
    case .symbol(.equal): .equal
    case .symbol(.notEqual): .notEqual
    case .symbol(.less): .less
    case .symbol(.lessEqual): .lessEqual
    case .symbol(.greater): .greater
    case .symbol(.greaterEqual): .greaterEqual
    case .keyword(.in): .contained
    case .keyword(.not): tokens[following()].kind == .keyword(.in) ? .notContained : nil
    default: nil
    }
  }

  // range := sum [ ".." sum ]
  private mutating func range() throws -> Expression {
    let left = try sum()
    guard take(.range) != nil else { return left }
    return joined(Expression.Form.range, left, try sum())
  }

  // sum := product { ("+" | "-") product }
  private mutating func sum() throws -> Expression {
    var left = try product()
    while case .symbol(let symbol) = token.kind, symbol == .plus || symbol == .minus {
      try link()
      let place = advance().range
      skipNewlines()
      let right = try product()
      left = binary(symbol == .plus ? .add : .subtract, left, right, place)
    }
    return left
  }

  private static let products: [Symbol: BinaryOperator] = [
    .times: .multiply, .divide: .divide, .floorDivide: .floorDivide, .remainder: .remainder, .matmul: .matmul,
  ]

  // product := unary { ("*" | "/" | "//" | "%" | "@") unary }
  private mutating func product() throws -> Expression {
    var left = try unary()
    while case .symbol(let symbol) = token.kind, let operation = Self.products[symbol] {
      try link()
      let place = advance().range
      skipNewlines()
      left = binary(operation, left, try unary(), place)
    }
    return left
  }

  private func binary(_ operation: BinaryOperator, _ left: Expression, _ right: Expression, _ place: Range<Int>)
    -> Expression
  {
    Expression(
      form: .binary(operation, left, right, at: place), range: left.range.lowerBound..<right.range.upperBound)
  }

  // unary := ("-" | "+") unary | power
  private mutating func unary() throws -> Expression {
    if let start = take(.minus) {
      let operand = try nested { try $0.unary() }
      let range = start.range.lowerBound..<operand.range.upperBound
      if case .number(let value) = operand.form { return Expression(form: .number(-value), range: range) }
      return Expression(form: .negation(operand), range: range)
    }
    if take(.plus) != nil { return try nested { try $0.unary() } }
    return try power()
  }

  // power := postfix [ ("^" | "**") unary ]
  private mutating func power() throws -> Expression {
    let base = try postfix()
    guard case .symbol(let symbol) = token.kind, symbol == .power || symbol == .powerAlias else { return base }
    let place = advance().range
    skipNewlines()
    return binary(.power, base, try nested { try $0.unary() }, place)
  }
}
