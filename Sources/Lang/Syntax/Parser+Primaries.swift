// Calls, indexing, fields, literals, and the expressions that begin with a word.

extension Parser {
  // postfix := primary { "(" arguments ")" | "[" subscripts "]" | "." name [ "(" arguments ")" ] }
  mutating func postfix() throws -> Expression {
    var value = try primary()
    while true {
      switch token.kind {
      case .symbol(.open):
        try link()
        let arguments = try arguments()
        value = Expression(form: .call(value, arguments), range: value.range.lowerBound..<lastEnd)
      case .symbol(.openBracket):
        try link()
        let subscripts = try subscripts()
        value = Expression(form: .index(value, subscripts), range: value.range.lowerBound..<lastEnd)
      case .symbol(.dot):
        try link()
        advance()
        let (name, place) = try memberName()
        if token.kind == .symbol(.open) {
          let arguments = try arguments()
          value = Expression(
            form: .method(value, name: name, at: place, arguments), range: value.range.lowerBound..<lastEnd)
        } else {
          value = Expression(form: .field(value, name: name, at: place), range: value.range.lowerBound..<lastEnd)
        }
      default: return value
      }
    }
  }

  /// After a dot keywords are plain names: `r.in`.
  private mutating func memberName() throws -> (String, Range<Int>) {
    if case .keyword(let keyword) = token.kind { return (keyword.rawValue, advance().range) }
    return try expectName("the field")
  }

  // arguments := "(" [ argument { "," argument } ] ")" ; argument := "..." e | name "=" e | e
  mutating func arguments() throws -> [Argument] {
    let open = try expect(.open, "and the arguments")
    return try bracketed { parser in
      var arguments: [Argument] = []
      var firstNamed: String?
      while parser.token.kind != .symbol(.close) {
        let start = parser.token
        let role: Argument.Role
        if parser.take(.ellipsis) != nil || parser.take(.powerAlias) != nil {
          role = .spread
        } else if case .name(let name) = start.kind, parser.tokens[parser.following()].kind == .symbol(.assign) {
          parser.advance()
          parser.advance()
          role = .named(name)
          firstNamed = firstNamed ?? name
        } else {
          role = .positional
        }
        let value = try parser.expression()
        if case .positional = role, let firstNamed {
          throw parser.failure(
            "an argument without a name stands after `\(firstNamed) = ...`", at: value.range,
            hint: "arguments by position come first")
        }
        arguments.append(
          Argument(role: role, value: value, range: start.range.lowerBound..<value.range.upperBound))
        if parser.take(.comma) == nil { break }
      }
      try parser.close(.close, open, "after the arguments")
      return arguments
    }
  }

  /// The closing bracket; where it is missing at the end of the text or before the next statement, the error points at the
  /// opening one.
  mutating func close(_ symbol: Symbol, _ open: Token, _ purpose: String) throws {
    let isAtEnd = token.kind == .end
    if isAtEnd || (token.kind != .symbol(symbol) && isNextStatement(after: open)) {
      var failure = failure("this `\(source.excerpt(open.range))` has no `\(symbol.rawValue)`", at: open.range)
      failure.isUnfinished = isAtEnd
      throw failure
    }
    guard take(symbol) == nil else { return }
    var failure = failure("expected `\(symbol.rawValue)` \(purpose), found \(token.described)")
    // What cannot be read at all has nothing to do with the bracket.
    if tokens[place].kind != .invalid {
      failure.diagnostic.secondary = [.init(Span(source: source, range: open.range), "opened here")]
    }
    throw failure
  }

  // subscripts := "[" subscript { "," subscript } "]" ; subscript := "..." | "new" | e | [e] ":" [e] [":" [e]]
  private mutating func subscripts() throws -> [Subscript] {
    let open = advance()
    return try bracketed { parser in
      var subscripts: [Subscript] = []
      while parser.token.kind != .symbol(.closeBracket) {
        subscripts.append(try parser.oneSubscript())
        if parser.take(.comma) == nil { break }
      }
      guard !subscripts.isEmpty || parser.token.kind == .end else {
        throw parser.failure("an index is missing between the brackets")
      }
      try parser.close(.closeBracket, open, "after the index")
      return subscripts
    }
  }

  private mutating func oneSubscript() throws -> Subscript {
    if take(.ellipsis) != nil { return .ellipsis }
    if token.kind == .name("new"), isSubscriptEnd(tokens[following()]) {
      advance()
      return .newAxis
    }
    let start = token.kind == .symbol(.colon) ? nil : try expression()
    guard take(.colon) != nil else {
      guard let start else { throw failure("an index is missing") }
      return .value(start)
    }
    func bound(_ parser: inout Parser) throws -> Expression? {
      parser.isSubscriptEnd(parser.token) || parser.token.kind == .symbol(.colon) ? nil : try parser.expression()
    }
    let stop = try bound(&self)
    let step = take(.colon) == nil ? nil : try bound(&self)
    return .slice(start: start, stop: stop, step: step)
  }

  private func isSubscriptEnd(_ token: Token) -> Bool {
    token.kind == .symbol(.comma) || token.kind == .symbol(.closeBracket)
  }

  // primary := literal | name | "(" e ")" | list | record | if | try
  private mutating func primary() throws -> Expression {
    let start = token
    switch start.kind {
    case .number(let value): return simple(.number(value))
    case .string(let text): return simple(.string(text))
    case .interpolation(let pieces):
      advance()
      return Expression(form: .interpolation(try pieces.map { try piece($0) }), range: start.range)
    case .name("_") where !placeholders.isEmpty:
      placeholders[placeholders.count - 1].isUsed = true
      return simple(.name(placeholders[placeholders.count - 1].name))
    case .name(let name): return simple(.name(name))
    case .keyword(.true): return simple(.bool(true))
    case .keyword(.false): return simple(.bool(false))
    case .keyword(.none): return simple(.none)
    case .keyword(.if): return try conditional()
    case .keyword(.try): return try attempt()
    case .symbol(.open): return try group()
    case .symbol(.openBracket): return try list()
    case .symbol(.openBrace): return try record()
    case .keyword(let keyword):
      throw failure("`\(keyword.rawValue)` cannot stand here", hint: "it is a word of the language, not a name")
    case .symbol(let bracket) where bracket.opening != nil && ignoresNewlines.count == 1:
      throw failure("this `\(bracket.rawValue)` has no `\(bracket.opening?.rawValue ?? "")`")
    case .symbol, .newline, .end, .invalid:
      throw failure("expected a value, found \(start.described)")
    }
  }

  private mutating func simple(_ form: Expression.Form) -> Expression {
    Expression(form: form, range: advance().range)
  }

  private mutating func piece(_ piece: StringPiece) throws -> Piece {
    switch piece {
    case .text(let text): return .text(text)
    case .expression(let range, let format):
      var inner = try Parser(source, in: range)
      inner.placeholders = placeholders
      inner.depth = depth
      inner.height = height
      do {
        let value = try inner.expression()
        inner.skipNewlines()
        guard inner.token.kind == .end else {
          throw inner.failure("expected `}` after the value, found \(inner.token.described)")
        }
        placeholders = inner.placeholders
        height = inner.height
        return .value(value, format: format)
      } catch var failure as SyntaxFailure {
        // More lines cannot mend what ends at its brace.
        failure.isUnfinished = false
        throw failure
      }
    }
  }

  private mutating func group() throws -> Expression {
    let open = advance()
    return try bracketed { parser in
      let value = try parser.expression()
      guard parser.token.kind == .symbol(.comma) else {
        try parser.close(.close, open, "after the expression")
        return Expression(form: value.form, range: open.range.lowerBound..<parser.lastEnd)
      }
      // `(a, b)` is the list `[a, b]`; as a target it unpacks.
      var elements = [Element(value: value, isSpread: false)]
      while parser.take(.comma) != nil, parser.token.kind != .symbol(.close) {
        elements.append(Element(value: try parser.expression(), isSpread: false))
      }
      try parser.close(.close, open, "after the last value")
      return Expression(form: .list(elements), range: open.range.lowerBound..<parser.lastEnd)
    }
  }

  private mutating func list() throws -> Expression {
    let open = advance()
    return try bracketed { parser in
      var elements: [Element] = []
      while parser.token.kind != .symbol(.closeBracket), parser.token.kind != .end {
        let isSpread = parser.take(.ellipsis) != nil
        elements.append(Element(value: try parser.expression(), isSpread: isSpread))
        if parser.take(.comma) == nil { break }
      }
      try parser.close(.closeBracket, open, "after the list")
      return Expression(form: .list(elements), range: open.range.lowerBound..<parser.lastEnd)
    }
  }

  /// At `{`: whether a record follows, and not a block.
  var isRecordAhead: Bool {
    let first = following()
    switch tokens[first].kind {
    case .name, .string, .keyword: return tokens[following(first)].kind == .symbol(.colon)
    case .symbol(.ellipsis): return true
    case .symbol(.openBracket):
      var level = 0
      var index = first
      while index < tokens.count {
        switch tokens[index].kind {
        case .symbol(.openBracket): level += 1
        case .symbol(.closeBracket):
          level -= 1
          if level == 0 { return tokens[following(index)].kind == .symbol(.colon) }
        default: break
        }
        index += 1
      }
      return false
    default: return false
    }
  }

  // record := "{" [ entry { "," entry } ] "}" ; entry := name ":" e | string ":" e | "[" e "]" ":" e | "..." e
  private mutating func record() throws -> Expression {
    let open = advance()
    return try bracketed { parser in
      var entries: [Entry] = []
      while parser.token.kind != .symbol(.closeBrace), parser.token.kind != .end {
        entries.append(try parser.entry())
        if parser.take(.comma) == nil { break }
      }
      try parser.close(.closeBrace, open, "after the record")
      return Expression(form: .record(entries), range: open.range.lowerBound..<parser.lastEnd)
    }
  }

  private mutating func entry() throws -> Entry {
    if take(.ellipsis) != nil { return .spread(try expression()) }
    let start = token
    switch start.kind {
    case .symbol(.openBracket):
      advance()
      let key = try expression()
      try expect(.closeBracket, "after the field's name")
      try expect(.colon, "and the field's value")
      return .computed(key: key, try expression())
    case .name(let name), .string(let name):
      advance()
      // `{a, b}` abbreviates `{a: a, b: b}`.
      if case .name = start.kind, token.kind == .symbol(.comma) || token.kind == .symbol(.closeBrace) {
        return .field(key: name, Expression(form: .name(name), range: start.range))
      }
      try expect(.colon, "and the value of the field `\(name)`")
      return .field(key: name, try expression())
    case .keyword(let keyword):
      advance()
      try expect(.colon, "and the value of the field `\(keyword.rawValue)`")
      return .field(key: keyword.rawValue, try expression())
    default:
      throw failure("expected a field `name: value`, found \(start.described)")
    }
  }

  // if := "if" e block { "else" "if" e block } [ "else" block ]
  private mutating func conditional() throws -> Expression {
    let start = token
    var branches: [Branch] = []
    var otherwise: Block?
    repeat {
      advance()
      let condition = try expression()
      branches.append(Branch(condition: condition, body: try block("to begin the branch")))
      guard isAtElse else { break }
      skipNewlines()
      advance()
      if token.kind != .keyword(.if) {
        otherwise = try block("or `if` after `else`")
        break
      }
    } while true
    return Expression(
      form: .conditional(branches, otherwise: otherwise), range: start.range.lowerBound..<lastEnd)
  }

  /// `else` may stand on the line after the brace.
  private var isAtElse: Bool {
    var index = place
    while tokens[index].kind == .newline { index += 1 }
    return tokens[index].kind == .keyword(.else)
  }

  // try := "try" (block | e) "catch" [name] block
  private mutating func attempt() throws -> Expression {
    let start = advance()
    let body: Block
    if token.kind == .symbol(.openBrace), !isRecordAhead {
      body = try block("to begin the attempt")
    } else {
      let value = try expression()
      body = Block(statements: [Statement(form: .expression(value), range: value.range)], range: value.range)
    }
    if tokens[place].kind == .newline, tokens[following()].kind == .keyword(.catch) { skipNewlines() }
    guard take(.catch) != nil else {
      throw failure("expected `catch` after `try`, found \(token.described)", hint: "try e catch err { ... }")
    }
    let name = token.kind == .symbol(.openBrace) ? "_error" : try expectName("the error").name
    let recovery = try block("to begin what happens on an error")
    return Expression(
      form: .attempt(body, name: name, recovery: recovery), range: start.range.lowerBound..<lastEnd)
  }
}
