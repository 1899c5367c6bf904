// What people bring along from Python, Julia, JavaScript and Swift: the remedy, told from the tokens around the place
// where the parser gave up, or from the character that the lexer does not know.

extension Messages {
  /// A remedy where the text is right in another language; nil where it is in none we know.
  static func habit(in tokens: [Token], at place: Int, _ source: Source) -> String? {
    func symbol(_ offset: Int) -> Symbol? {
      guard tokens.indices.contains(place + offset), case .symbol(let symbol) = tokens[place + offset].kind else {
        return nil
      }
      return symbol
    }
    func word(_ offset: Int) -> String? {
      guard tokens.indices.contains(place + offset), case .name(let name) = tokens[place + offset].kind else { return nil }
      return name
    }
    func text(_ offset: Int) -> String {
      tokens.indices.contains(place + offset) ? source.excerpt(tokens[place + offset].range) : ""
    }
    func isQuoted(_ offset: Int) -> Bool { text(offset).hasPrefix("\"") || text(offset).hasPrefix("'") || text(offset).hasPrefix("f\"") }
    func isNumber(_ offset: Int) -> Bool { text(offset).utf8.first?.isDigit ?? false }
    // Signs that stand close together, as `++` and `=>` do.
    func touches(_ offset: Int) -> Bool {
      tokens.indices.contains(place + offset - 1) && tokens.indices.contains(place + offset)
        && tokens[place + offset - 1].range.upperBound == tokens[place + offset].range.lowerBound
    }

    if let here = symbol(0), touches(0), let before = symbol(-1), let remedy = signs["\(before.rawValue)\(here.rawValue)"] {
      return remedy
    }
    if let here = symbol(0), touches(1), let next = symbol(1), let remedy = signs["\(here.rawValue)\(next.rawValue)"] {
      return remedy
    }
    if let before = symbol(-1), before == symbol(-2), touches(-1), before == .plus || before == .minus {
      return "`\(word(-3) ?? "x") \(before.rawValue)= 1` counts \(before == .plus ? "up" : "down")"
    }
    if symbol(0) == .dot, tokens[..<place].last?.kind == .newline { return "`|>` takes a value to the next line: `|> f`" }
    if ["import", "from"].contains(text(-1)), let library = word(0), libraries.contains(library) {
      return "tensors and their functions are here already: `zeros([2])`, `exp(x)`"
    }
    if tokens.indices.contains(place), case .keyword(let keyword) = tokens[place].kind {
      if keyword == .for { return "`map(xs, x -> e)` makes a list of another, `filter` keeps some" }
      if keyword == .if { return "a choice is written `if c { a } else { b }`" }
    }
    if let here = word(0), ["elif", "elseif", "elsif", "except", "finally"].contains(here) { return openingWords[here] }
    if tokens[..<min(place + 1, tokens.count)].last(where: { $0.kind != .newline && $0.kind != .end })?.kind == .name("end") {
      return "a block ends with `}`"
    }
    if let here = word(0), let remedy = infixWords[here] { return remedy }
    let isStart = place < 2 || tokens[place - 2].isStatementEnd
    if isStart || word(-1) == "lambda", let first = word(-1), let remedy = openingWords[first] { return remedy }
    switch symbol(0) {
    case .colon where tokens[..<place].last(where: { $0.isStatementEnd || $0.opensBlock })?.opensBlock == true:
      return "blocks stand in braces: `{ ... }`"
    case .colon where symbol(1) == .assign: return "`=` assigns: `x = 1`"
    case .colon: return "types are not declared; `x = 1` gives a name its value"
    case .assign:
      let opener = tokens[..<place].last { $0.isStatementEnd || $0.opensBlock }
      if opener?.kind == .keyword(.for) { return "a loop counts with `for i in 0..n { ... }`" }
      if opener?.opensBlock == true { return "`==` compares" }
    case .arrow: return "`fn f(x) = e` names a function, `x -> e` is one without a name"
    default: break
    }
    if symbol(-1) == .colon, word(0) != nil { return "types are not declared; `x: [b, d]` checks the axes of a tensor" }
    if touches(0), text(0).hasPrefix("'"), place > 0, tokens[place - 1].endsValue { return transposed }
    if word(-1) == "print", isQuoted(0) || word(0) != nil || isNumber(0) {
      return "calls need parentheses: `print(\(text(0)))`"
    }
    return nil
  }

  /// Two signs written as one.
  private static let signs = [
    "===": "`==` compares", "!==": "`!=` compares", "=>": "a function is written `x -> e`",
    "<>": "`!=` says that two values differ", "..=": "`..` leaves its end out: `0..n + 1`", "%%": "cells begin with `#%%`",
    "::": "types are not declared", ".*": elementwise, ".+": elementwise, ".-": elementwise, "./": elementwise, ".^": elementwise,
    ".(": "functions of tensors work by element; `map(xs, f)` walks a list",
  ]
  static let transposed = "the transpose is written `x.T`"
  private static let elementwise = "operators work by element already: `a * b`"

  /// Words that stand between two values elsewhere.
  private static let infixWords = [
    "is": "`==` compares", "isa": "`type(x) == \"list\"` asks for a type", "then": "blocks stand in braces: `{ ... }`",
    "do": "blocks stand in braces: `{ ... }`", "mod": "`%` is the remainder", "div": "`//` divides to whole numbers",
    "xor": "`a != b` says that two conditions differ",
  ]

  private static let declaration = "names are not declared: `x = 1`"

  /// Libraries whose functions the language has itself.
  private static let libraries: Set = ["numpy", "np", "torch", "jax", "math", "random", "tensorflow", "scipy"]

  /// Words that begin a statement elsewhere.
  private static let openingWords = [
    "def": "functions are written `fn f(x) { ... }`", "function": "functions are written `fn f(x) { ... }`",
    "func": "functions are written `fn f(x) { ... }`", "lambda": "a function is written `x -> e`",
    "let": declaration, "var": declaration, "const": declaration, "local": declaration,
    "global": "functions give values back: `n = f(n)`", "nonlocal": "functions give values back: `n = f(n)`",
    "elif": "it is written `else if`", "elseif": "it is written `else if`", "elsif": "it is written `else if`",
    "unless": "it is written `if not c { ... }`", "until": "it is written `while not c { ... }`",
    "foreach": "it is written `for x in xs { ... }`", "loop": "it is written `while true { ... }`",
    "switch": "it is written `if ... { } else if ... { }`", "match": "it is written `if ... { } else if ... { }`",
    "case": "it is written `if ... { } else if ... { }`",
    "from": "files are imported whole: `import \"lib.imf\" as lib`", "using": "`import \"lib.imf\" as lib` reads a file",
    "include": "`import \"lib.imf\" as lib` reads a file", "raise": "`fail(\"message\")` stops with an error",
    "throw": "`fail(\"message\")` stops with an error", "except": "it is written `try { ... } catch err { ... }`",
    "finally": "it is written `try { ... } catch err { ... }`", "with": "files need no closing: `read_text(path)`",
    "del": "`without(r, \"name\")` leaves a field out", "class": "records hold fields: `{name: value}`",
    "struct": "records hold fields: `{name: value}`", "type": "`type(x)` names a value's type",
    "yield": "functions give their values at the end: a list", "await": "nothing runs in the background; leave it out",
    "async": "nothing runs in the background; leave it out",
  ]

  /// Characters that begin nothing, by how they are written; the longest that stands there counts.
  static let strangeSigns: [(sign: String, remedy: String)] = [
    ("&&", "`and` joins conditions"), ("&", "`and` joins conditions; `logical_and` works by element"),
    ("||", "`or` joins conditions"), ("|", "`or` joins conditions, `|>` pipes a value"),
    ("!", "`not` negates a condition"), ("~", "`not` negates a condition; `logical_not` works by element"),
    ("?", "a choice is written `if c { a } else { b }`; `help(name)` explains a name"),
    ("$", "f\"{x}\" puts a value into text"), ("`", "strings stand between `\"`"),
    ("“", "strings stand between `\"`"), ("”", "strings stand between `\"`"), ("„", "strings stand between `\"`"),
    ("«", "strings stand between `\"`"), ("»", "strings stand between `\"`"),
    ("‘", "strings stand between `\"`"), ("’", "strings stand between `\"`"),
    ("−", "minus is the sign `-`"), ("–", "minus is the sign `-`"), ("—", "minus is the sign `-`"),
    ("×", "a product is written `a * b`"), ("·", "a product is written `a * b`"), ("÷", "a quotient is written `a / b`"),
    ("≤", "it is written `<=`"), ("≥", "it is written `>=`"), ("≠", "it is written `!=`"), ("→", "it is written `->`"),
    ("∈", "it is written `in`"), ("√", "it is written `sqrt(x)`"), ("\u{A0}", "it looks like a space; type a space there"),
    ("\u{200B}", "it cannot be seen; delete it"), ("\u{FEFF}", "it cannot be seen; delete it"),
  ]
}

extension Token {
  fileprivate var isStatementEnd: Bool {
    switch kind {
    case .newline, .symbol(.semicolon), .symbol(.openBrace), .symbol(.closeBrace): true
    default: false
    }
  }

  /// Whether a value may end here, so that `'` after it means a transpose elsewhere.
  fileprivate var endsValue: Bool {
    switch kind {
    case .name, .symbol(.close), .symbol(.closeBracket): true
    default: false
    }
  }

  /// Words after which a condition or a sequence stands, and then a block.
  fileprivate var opensBlock: Bool {
    switch kind {
    case .keyword(.if), .keyword(.while), .keyword(.for), .keyword(.else), .keyword(.fn), .keyword(.try): true
    case .name(let name): ["def", "function", "elif"].contains(name)
    default: false
    }
  }
}
