// Finds the definitions and scopes of a text in one pass over its tokens, without recursion: any text, of any depth.
// It knows just so much of the grammar as binds names: definitions, lambdas, targets, loops, `catch`, `param`, `import`.

struct OutlineReader {
  private let source: Source
  private let tokens: [Token]
  private let brackets: Brackets
  private(set) var definitions: [Definition] = []
  private(set) var scopes: [Outline.NameScope]
  private(set) var enclosing: [Outline.Enclosure?] = []

  /// Brackets around the present token, with the indices at which they end.
  private var frames: [(enclosure: Outline.Enclosure, end: Int)] = []
  /// Functions around the present token. A body that is an expression ends where its expression does.
  private var functions: [(scope: Int, depth: Int, body: Body)] = []
  private enum Body { case pending, block, expression, statement }
  /// Scopes by the index of the bracket that closes their parameters, then by that of the brace that opens their body.
  private var parametersEnd: [Int: Int] = [:]
  private var bodies: [Int: Int] = [:]
  private var isStatementStart = true

  init(_ source: Source, _ tokens: [Token], _ brackets: Brackets) {
    self.source = source
    self.tokens = tokens
    self.brackets = brackets
    scopes = [Outline.NameScope(parent: nil, range: 0..<source.bytes.count)]
    enclosing.reserveCapacity(tokens.count)
  }

  mutating func read() {
    for index in tokens.indices {
      closeBrackets(endingAt: index)
      closeExpressions(at: index)
      enclosing.append(frames.last?.enclosure)
      visit(index)
    }
    while !functions.isEmpty { closeLast(at: tokens.count - 1) }
  }

  private mutating func visit(_ index: Int) {
    let isStart = isStatementStart
    isStatementStart = false
    if isStart { readTargets(from: index) }
    switch tokens[index].kind {
    case .newline: isStatementStart = isStart || newlinesCount
    case .symbol(.semicolon): isStatementStart = true
    case .symbol(.open):
      if let close = brackets.ends[index], isFollowed(close, by: .arrow), parametersEnd[close] == nil {
        begin(parametersFrom: index, to: close, owner: nil)
      }
      push(index, .parenthesis)
    case .symbol(.openBracket): push(index, .bracket)
    case .symbol(.openBrace): openBrace(index)
    case .symbol(.close):
      if let scope = parametersEnd[index] { beginBody(of: scope, after: index) }
    case .name(let name) where isFollowed(index, by: .arrow):
      let scope = open(scopeFrom: tokens[index].range.lowerBound, owner: nil)
      define(Definition(name, .parameter, source, at: tokens[index].range), in: scope)
      beginBody(of: scope, after: index)
    case .keyword(.fn): readFunction(index)
    case .keyword(.for): _ = readNames(from: index + 1, end: .keyword(.in), kind: .variable)
    case .keyword(.catch): bind(index + 1, .error)
    case .keyword(.param) where isStart:
      bind(index + 1, .setting, valueAfter: index + 2)
    case .keyword(.import) where isStart: readImport(index)
    default: break
    }
  }

  // MARK: brackets and ends

  private var newlinesCount: Bool { frames.last.map { $0.enclosure.kind == .block } ?? true }

  private func isFollowed(_ index: Int, by symbol: Symbol) -> Bool {
    index + 1 < tokens.count && tokens[index + 1].kind == .symbol(symbol)
  }

  private mutating func push(_ index: Int, _ kind: Outline.Enclosure.Kind) {
    guard var end = brackets.ends[index] else { return }
    // Only of a block that nothing closes more lines are to be expected.
    if kind == .record, tokens[end].kind != .symbol(.closeBrace) { end = min(end, brackets.lineEnds[index]) }
    frames.append((Outline.Enclosure(opening: index, kind: kind), end))
  }

  private mutating func closeBrackets(endingAt index: Int) {
    while let frame = frames.last, frame.end <= index {
      frames.removeLast()
      while let function = functions.last, function.depth > frames.count, function.body != .pending { closeLast(at: index) }
    }
  }

  /// Bodies without braces end with their line; a lambda's at a comma or a pipe, too.
  private mutating func closeExpressions(at index: Int) {
    let ending: [Body]
    switch tokens[index].kind {
    case .newline: ending = newlinesCount && !continues(after: index) ? [.expression, .statement] : []
    case .symbol(.semicolon), .end: ending = [.expression, .statement]
    case .symbol(.comma), .symbol(.pipe): ending = [.expression]
    default: return
    }
    while let function = functions.last, ending.contains(function.body), function.depth == frames.count { closeLast(at: index) }
  }

  /// Whether the statement goes on behind a newline: after an operator, or with a pipe.
  private func continues(after newline: Int) -> Bool {
    if isFollowed(newline, by: .pipe) { return true }
    guard newline > 0, case .symbol(let symbol) = tokens[newline - 1].kind else { return false }
    return ![.close, .closeBracket, .closeBrace].contains(symbol)
  }

  /// Ends the innermost function before a token, or with it where that is its brace.
  private mutating func closeLast(at index: Int) {
    let function = functions.removeLast()
    let start = scopes[function.scope].range.lowerBound
    scopes[function.scope].range = start..<max(start, tokens[index].range.lowerBound)
    guard let owner = scopes[function.scope].owner else { return }
    let isBrace = function.body == .block && tokens[index].kind == .symbol(.closeBrace)
    let last = isBrace ? tokens[index] : tokens[..<index].last { $0.kind != .newline } ?? tokens[index]
    let definition = definitions[owner]
    definitions[owner].range = definition.range.lowerBound..<max(last.range.upperBound, definition.nameRange.upperBound)
  }

  private mutating func openBrace(_ index: Int) {
    let isBlock = bodies[index] != nil || isBlock(index)
    push(index, isBlock ? .block : .record)
    if let scope = bodies[index], let place = functions.indices.last, functions[place].scope == scope {
      functions[place].depth = frames.count
      functions[place].body = .block
    }
    isStatementStart = isBlock
  }

  /// A brace behind a value, `else`, `catch` and the like begins a block, elsewhere a record.
  private func isBlock(_ index: Int) -> Bool {
    guard let before = tokens[..<index].last(where: { $0.kind != .newline }) else { return false }
    let isNextLine = tokens[index - 1].kind == .newline
    switch before.kind {
    case .number, .string, .interpolation, .name: return !isNextLine || !isRecord(index)
    case .symbol(let symbol):
      return [.close, .closeBracket, .closeBrace].contains(symbol) && (!isNextLine || !isRecord(index))
    case .keyword(.else), .keyword(.catch), .keyword(.true), .keyword(.false), .keyword(.none): return true
    case .keyword(.try): return !isRecord(index)
    case .keyword, .newline, .end, .invalid: return false
    }
  }

  /// At `{`: whether a name and a colon follow, `...` or a computed name.
  private func isRecord(_ index: Int) -> Bool {
    var first = index + 1
    while first < tokens.count - 1, tokens[first].kind == .newline { first += 1 }
    switch tokens[first].kind {
    case .name, .string, .keyword: return isFollowed(first, by: .colon)
    case .symbol(.ellipsis): return true
    case .symbol(.openBracket): return brackets.ends[first].map { isFollowed($0, by: .colon) } ?? false
    default: return false
    }
  }

  // MARK: definitions

  @discardableResult
  private mutating func define(_ definition: Definition, in scope: Int? = nil) -> Int {
    definitions.append(definition)
    scopes[scope ?? functions.last?.scope ?? 0].definitions.append(definitions.count - 1)
    return definitions.count - 1
  }

  private mutating func bind(_ index: Int, _ kind: Definition.Kind, valueAfter equals: Int? = nil) {
    guard index < tokens.count, case .name(let name) = tokens[index].kind else { return }
    var definition = Definition(name, kind, source, at: tokens[index].range)
    if let equals, equals < tokens.count, tokens[equals].kind == .symbol(.assign) {
      var value = equals + 1
      while value < tokens.count - 1, tokens[value].kind == .newline { value += 1 }
      definition.value = value
      definition.signature = signature(ofLambdaAt: value, name)
    }
    define(definition)
  }

  /// `a = `, `a, b = `, `(a, b) = `.
  private mutating func readTargets(from index: Int) {
    if case .name = tokens[index].kind, isFollowed(index, by: .assign) {
      bind(index, .variable, valueAfter: index + 1)
    } else {
      _ = readNames(from: index, end: .symbol(.assign), kind: .variable)
    }
  }

  /// Names and commas, perhaps in brackets, up to a token that must follow; binds nothing where something else stands.
  private mutating func readNames(from start: Int, end: Token.Kind, kind: Definition.Kind) -> Bool {
    var found: [Int] = []
    var index = start
    while index < tokens.count {
      switch tokens[index].kind {
      case end:
        for index in found { bind(index, kind) }
        return true
      case .name:
        found.append(index)
        // A name right behind a name: no list of targets. It keeps the pass linear, too.
        if index + 1 < tokens.count, case .name = tokens[index + 1].kind { return false }
      case .symbol(.open), .symbol(.openBracket):
        // Behind a name or a bracket: a call or an element, which binds no name.
        if index > start, tokens[index - 1].kind != .symbol(.comma) { return false }
      case .symbol(.comma), .symbol(.close), .symbol(.closeBracket): break
      default: return false
      }
      index += 1
    }
    return false
  }

  /// `import "lib.imf" as lib`.
  private mutating func readImport(_ index: Int) {
    guard index + 3 < tokens.count, case .string(let path) = tokens[index + 1].kind, tokens[index + 2].kind == .keyword(.as),
      case .name(let name) = tokens[index + 3].kind
    else { return }
    var definition = Definition(
      name, .module, source, at: tokens[index + 3].range,
      range: tokens[index].range.lowerBound..<tokens[index + 3].range.upperBound)
    definition.path = path
    define(definition)
  }

  // MARK: functions

  private mutating func readFunction(_ index: Int) {
    guard index + 1 < tokens.count else { return }
    guard case .name(let name) = tokens[index + 1].kind else {
      if tokens[index + 1].kind == .symbol(.open), let close = brackets.ends[index + 1] {
        begin(parametersFrom: index + 1, to: close, owner: nil)
      }
      return
    }
    var definition = Definition(
      name, .function, source, at: tokens[index + 1].range,
      range: tokens[index].range.lowerBound..<tokens[index + 1].range.upperBound)
    definition.documentation = tokens[index].documentation ?? ""
    guard isFollowed(index + 1, by: .open), let close = brackets.ends[index + 2] else {
      define(definition)
      return
    }
    definition.signature = signature(name, from: index + 2, to: close)
    begin(parametersFrom: index + 2, to: close, owner: define(definition))
  }

  private mutating func open(scopeFrom start: Int, owner: Int?) -> Int {
    scopes.append(
      Outline.NameScope(parent: functions.last?.scope ?? 0, range: start..<source.bytes.count, owner: owner))
    functions.append((scopes.count - 1, frames.count, .pending))
    return scopes.count - 1
  }

  /// Opens a function's scope at its parenthesis; the body follows at `beginBody`.
  private mutating func begin(parametersFrom start: Int, to close: Int, owner: Int?) {
    let scope = open(scopeFrom: tokens[start].range.lowerBound, owner: owner)
    parametersEnd[close] = scope
    var index = start + 1
    var isNameExpected = true
    while index < close {
      switch tokens[index].kind {
      case .symbol(.comma): isNameExpected = true
      case .newline, .symbol(.ellipsis), .symbol(.powerAlias): break
      case .name(let name) where isNameExpected:
        isNameExpected = false
        var definition = Definition(name, .parameter, source, at: tokens[index].range)
        if isFollowed(index, by: .colon), isFollowed(index + 1, by: .openBracket) {
          definition.isTensor = true
          define(definition, in: scope)
          for dimension in tokens[(index + 3)..<max(brackets.ends[index + 2] ?? 0, index + 3)] {
            guard case .name(let name) = dimension.kind, name != "_" else { continue }
            define(Definition(name, .parameter, source, at: dimension.range), in: scope)
          }
        } else {
          define(definition, in: scope)
        }
      default:
        isNameExpected = false
        if let end = brackets.ends[index], end > index { index = end }
      }
      index += 1
    }
    // Cut short by a missing parenthesis: there is no body to wait for.
    if tokens[close].kind != .symbol(.close) {
      parametersEnd[close] = nil
      functions[functions.count - 1].body = .statement
    }
  }

  /// What stands behind the parameters: `{`, `=` or `->`.
  private mutating func beginBody(of scope: Int, after close: Int) {
    guard let place = functions.indices.last, functions[place].scope == scope else { return }
    var next = close + 1
    let isArrow = tokens[next].kind == .symbol(.arrow)
    if isArrow { next += 1 }
    while next < tokens.count - 1, tokens[next].kind == .newline { next += 1 }
    functions[place].depth = frames.count
    switch tokens[next].kind {
    case .symbol(.openBrace) where !isArrow || !isRecord(next): bodies[next] = scope
    case .symbol(.assign) where !isArrow: functions[place].body = .statement
    default:
      // Without a body, as while it is being written, a function ends with its line.
      functions[place].body = isArrow ? .expression : .statement
    }
  }

  /// The signature of `x -> ...`, `(x, y) -> ...` or `fn (x) ...` at a token.
  private func signature(ofLambdaAt index: Int, _ name: String) -> Signature? {
    if case .name(let parameter) = tokens[index].kind, isFollowed(index, by: .arrow) {
      let only = ParameterSyntax(name: parameter, kind: .plain, initial: nil, dimensions: nil, range: tokens[index].range)
      return try? Signature(name: name, parameters: [only], source: source, literals: false)
    }
    let open = tokens[index].kind == .keyword(.fn) ? index + 1 : index
    guard open < tokens.count, tokens[open].kind == .symbol(.open), let close = brackets.ends[open],
      open != index || isFollowed(close, by: .arrow)
    else { return nil }
    return signature(name, from: open, to: close)
  }

  /// Parsed as the program's would be; nil where it has a mistake.
  private func signature(_ name: String, from open: Int, to close: Int) -> Signature? {
    guard tokens[close].kind == .symbol(.close),
      var parser = try? Parser(source, in: tokens[open].range.lowerBound..<tokens[close].range.upperBound),
      (try? parser.expect(.open, "")) != nil,
      let parameters = try? parser.bracketed({ try $0.parameters() })
    else { return nil }
    return try? Signature(name: name, parameters: parameters, source: source, literals: false)
  }
}
