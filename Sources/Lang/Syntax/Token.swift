// The words of the language. Operators stand in one table; a row there is all that a new one needs here.

struct Token: Sendable {
  enum Kind: Sendable, Equatable {
    case number(Double), string(String), interpolation([StringPiece]), name(String)
    case keyword(Keyword), symbol(Symbol), newline, end
    /// Characters that the lexer cannot read.
    case invalid
  }

  let kind: Kind
  let range: Range<Int>
  /// The `##` lines just before, for the function that follows.
  var documentation: String? = nil
}

/// A part of an `f"..."` string: text, or an expression's range with its format.
enum StringPiece: Sendable, Equatable {
  case text(String)
  case expression(Range<Int>, format: String)
}

enum Keyword: String, CaseIterable, Sendable {
  case fn, `if`, `else`, `for`, `in`, `while`, `break`, `continue`, `return`, and, or, not, `true`, `false`, none
  case `try`, `catch`, assert, `import`, `as`, param
}

/// Operators and punctuation; longer ones first where one begins another.
enum Symbol: String, CaseIterable, Sendable {
  case ellipsis = "..."
  case powerAlias = "**"
  case floorDivideAssign = "//="
  case pipe = "|>"
  case arrow = "->"
  case equal = "=="
  case notEqual = "!="
  case lessEqual = "<="
  case greaterEqual = ">="
  case plusAssign = "+="
  case minusAssign = "-="
  case timesAssign = "*="
  case divideAssign = "/="
  case remainderAssign = "%="
  case powerAssign = "^="
  case matmulAssign = "@="
  case floorDivide = "//"
  case range = ".."
  case less = "<"
  case greater = ">"
  case assign = "="
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divide = "/"
  case remainder = "%"
  case matmul = "@"
  case power = "^"
  case dot = "."
  case comma = ","
  case colon = ":"
  case semicolon = ";"
  case open = "("
  case close = ")"
  case openBracket = "["
  case closeBracket = "]"
  case openBrace = "{"
  case closeBrace = "}"

  /// Of a closing bracket, its partner.
  var opening: Symbol? {
    switch self {
    case .close: .open
    case .closeBracket: .openBracket
    case .closeBrace: .openBrace
    default: nil
    }
  }

  /// Rows by length, so that the longest match wins whatever the order above.
  static let byLength: [(symbol: Symbol, bytes: [UInt8])] =
    allCases.map { ($0, Array($0.rawValue.utf8)) }.sorted { $0.bytes.count > $1.bytes.count }
}

extension Token {
  /// The token in words, for "expected ..., found ...".
  var described: String {
    switch kind {
    case .number: "a number"
    case .string, .interpolation: "a string"
    case .name(let name): "`\(name)`"
    case .keyword(let keyword): "`\(keyword.rawValue)`"
    case .symbol(let symbol): "`\(symbol.rawValue)`"
    case .newline: "the end of the line"
    case .end: "the end of the text"
    case .invalid: "what cannot be read"
    }
  }
}
