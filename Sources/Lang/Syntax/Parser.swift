// Tokens to tree, by recursive descent: a function a production, the production above it. Reading order: this
// file (tokens, blocks, targets), Parser+Statements, Parser+Expressions (the operators, loosest first), Parser+Primaries.

/// A mistake in the text; `isUnfinished` where more text could mend it, which is how the prompt knows to go on.
struct SyntaxFailure: Error {
  var diagnostic: Diagnostic
  var isUnfinished = false
  /// It follows from one that was told already.
  var isConsequence = false
}

extension SyntaxFailure {
  fileprivate var offset: Int { diagnostic.primary?.span.range.lowerBound ?? 0 }
}

struct Program {
  let source: Source
  var statements: [Statement]
  /// A trailing `;`: the value is not shown.
  let isHidden: Bool
  let marks: StatementMarks
}

/// Where statements and the braces of blocks begin: what tokens alone do not tell the layout.
struct StatementMarks {
  var statements: Set<Int> = []
  var blocks: Set<Int> = []
}

struct Parser {
  let source: Source
  var tokens: [Token]
  var place = 0
  /// Newlines mean nothing inside parentheses and brackets; the last entry tells.
  var ignoresNewlines = [false]
  /// The names that `_` stands for in the pipe stages around this place.
  var placeholders: [(name: String, isUsed: Bool)] = []
  var placeholderCount = 0
  var depth = 0
  var blockDepth = 0
  /// The height of the tree that the present expression makes, by its links and the tallest expression inside.
  var height = 0
  var marks = StatementMarks()
  /// Mistakes of statements that were passed over.
  var failures: [SyntaxFailure] = []
  /// What the lexer could not read, by the place of its `.invalid` token.
  private let unreadable: [Int: SyntaxFailure]

  /// More mistakes than anybody reads at once.
  static let mostFailures = 20

  /// Deeper nesting than any person writes; keeps the parser's own stack safe.
  static let depthLimit = 200
  /// More operators, stages and calls in a row than any person writes. Each makes the tree a level higher, and whoever
  /// walks the tree, compiled code too, needs stack for each level.
  static let heightLimit = 1000

  init(_ source: Source, in range: Range<Int>? = nil) throws {
    self.source = source
    var lexer = Lexer(source, range)
    tokens = try lexer.tokens(passingOver: true)
    unreadable = lexer.failures
  }

  /// The program of a text without mistakes; else the first of them, by which a text is judged as unfinished or wrong.
  static func program(_ source: Source) throws -> Program {
    let (program, failures) = try reading(source)
    if let failure = failures.first(where: { !$0.isUnfinished }) ?? failures.first { throw failure }
    return program
  }

  /// What can be read of a text, and all its mistakes in order.
  static func reading(_ source: Source) throws -> (Program, failures: [SyntaxFailure]) {
    var parser = try Parser(source)
    let program = try parser.program()
    let failures = parser.failures.sorted { $0.offset < $1.offset }
    return (program, Array(failures.prefix(mostFailures)))
  }

  // MARK: tokens

  /// The token here, newlines passed over where they mean nothing.
  var token: Token {
    mutating get {
      if ignoresNewlines.last == true { skipNewlines() }
      return tokens[place]
    }
  }

  mutating func skipNewlines() {
    while tokens[place].kind == .newline { place += 1 }
  }

  /// The token after this one, newlines not counted.
  func following(_ start: Int? = nil) -> Int {
    var index = (start ?? place) + 1
    while index < tokens.count - 1, tokens[index].kind == .newline { index += 1 }
    return min(index, tokens.count - 1)
  }

  @discardableResult
  mutating func advance() -> Token {
    let current = token
    if place < tokens.count - 1 { place += 1 }
    return current
  }

  mutating func take(_ symbol: Symbol) -> Token? { token.kind == .symbol(symbol) ? advance() : nil }
  mutating func take(_ keyword: Keyword) -> Token? { token.kind == .keyword(keyword) ? advance() : nil }

  @discardableResult
  mutating func expect(_ symbol: Symbol, _ purpose: String) throws -> Token {
    if let found = take(symbol) { return found }
    throw failure("expected `\(symbol.rawValue)` \(purpose), found \(token.described)")
  }

  mutating func expectName(_ purpose: String) throws -> (name: String, range: Range<Int>) {
    let current = token
    if case .name(let name) = current.kind {
      advance()
      return (name, current.range)
    }
    if case .keyword(let keyword) = current.kind {
      throw failure("`\(keyword.rawValue)` is a word of the language, no name for \(purpose)")
    }
    throw failure("expected a name for \(purpose), found \(current.described)")
  }

  /// At the present token, or at another place. What is missing at the end of a line is missed after its last token.
  mutating func failure(_ message: String, at range: Range<Int>? = nil, hint: String? = nil) -> SyntaxFailure {
    let current = token
    if let unreadable = unreadable[place] { return unreadable }
    let isAtEnd = current.kind == .end || current.kind == .newline
    let last = tokens[..<place].last { $0.kind != .newline }?.range.upperBound ?? current.range.lowerBound
    return SyntaxFailure(
      diagnostic: Diagnostic(
        .syntax, message, at: Span(source: source, range: range ?? (isAtEnd ? last..<last : current.range)),
        hint: Messages.habit(in: tokens, at: place, source) ?? hint),
      isUnfinished: range == nil && current.kind == .end)
  }

  var lastEnd: Int { place > 0 ? tokens[place - 1].range.upperBound : 0 }

  /// Reads inside brackets: newlines ignored until `body` is done.
  mutating func bracketed<R>(_ body: (inout Parser) throws -> R) throws -> R {
    ignoresNewlines.append(true)
    defer { ignoresNewlines.removeLast() }
    return try body(&self)
  }

  mutating func nested<R>(_ body: (inout Parser) throws -> R) throws -> R {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else {
      throw failure("nested more than \(Self.depthLimit) levels deep", at: token.range)
    }
    return try body(&self)
  }

  /// One more operator, stage, call or field on what was read so far.
  mutating func link() throws {
    height += 1
    guard height <= Self.heightLimit else {
      throw failure(
        "more than \(Self.heightLimit) operators and calls in a row", at: token.range,
        hint: "give a part of the expression a name")
    }
  }

  // MARK: program and blocks

  // program := { statement (newline | ";") }
  mutating func program() throws -> Program {
    var statements: [Statement] = []
    var isHidden = false
    do {
      if case .symbol(.pipe) = tokens[following(-1)].kind {
        place = following(-1)
        statements.append(try continuedPipe())
        isHidden = try endOfStatement()
      }
      while true {
        skipNewlines()
        if token.kind == .end { break }
        isHidden = try statementOrFailure(&statements) ?? false
      }
    } catch let failure as SyntaxFailure {
      if !failure.isConsequence { failures.append(failure) }
    }
    return Program(source: source, statements: statements, isHidden: isHidden, marks: marks)
  }

  /// A cell that begins with `|>` goes on with the last result.
  private mutating func continuedPipe() throws -> Statement {
    let start = tokens[place].range
    let last = Expression(form: .name("_"), range: start)
    let value = try pipeStages(after: last)
    return Statement(form: .expression(value), range: value.range)
  }

  /// Whether the statement ended with `;`.
  mutating func endOfStatement() throws -> Bool {
    var isHidden = false
    while take(.semicolon) != nil { isHidden = true }
    if isHidden { return true }
    switch tokens[place].kind {
    case .newline, .end, .symbol(.closeBrace): return false
    case .symbol(.assign):
      throw failure(
        "this cannot be assigned to", hint: "names, fields and elements can: `x = 1`, `r.a = 1`, `xs[0] = 1`")
    default:
      throw failure(
        "expected the end of the statement, found \(tokens[place].described)",
        hint: "one statement a line; `;` between two on a line")
    }
  }

  // block := "{" { statement } "}"
  mutating func block(_ purpose: String) throws -> Block {
    skipNewlinesBeforeBrace()
    let open = try expect(.openBrace, purpose)
    marks.blocks.insert(open.range.lowerBound)
    return try nested { parser in
      parser.ignoresNewlines.append(false)
      parser.blockDepth += 1
      defer {
        parser.ignoresNewlines.removeLast()
        parser.blockDepth -= 1
      }
      var statements: [Statement] = []
      let told = parser.failures.count
      while true {
        parser.skipNewlines()
        if parser.token.kind == .symbol(.closeBrace) { break }
        if parser.token.kind == .end {
          var failure = parser.failure("this `{` has no `}`", at: open.range)
          failure.isUnfinished = true
          // A mistake inside may have cost the brace.
          failure.isConsequence = parser.failures.count > told
          throw failure
        }
        _ = try parser.statementOrFailure(&statements)
      }
      let close = parser.advance()
      return Block(statements: statements, range: open.range.lowerBound..<close.range.upperBound)
    }
  }

  private mutating func skipNewlinesBeforeBrace() {
    if tokens[place].kind == .newline, tokens[following()].kind == .symbol(.openBrace) { skipNewlines() }
  }
}
