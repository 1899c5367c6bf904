// The syntax tree: expressions and statements with their places. Names are strings here; the compiler binds them.

struct Expression: Sendable {
  let form: Form
  let range: Range<Int>

  indirect enum Form: Sendable {
    case none
    case bool(Bool)
    case number(Double)
    case string(String)
    case interpolation([Piece])
    case name(String)
    case list([Element])
    case record([Entry])
    case negation(Expression)
    case binary(BinaryOperator, Expression, Expression, at: Range<Int>)
    case comparison(Expression, [Comparison])
    case not(Expression)
    case and(Expression, Expression)
    case or(Expression, Expression)
    case range(Expression, Expression)
    case conditional([Branch], otherwise: Block?)
    case function(FunctionSyntax)
    case call(Expression, [Argument])
    case method(Expression, name: String, at: Range<Int>, [Argument])
    case index(Expression, [Subscript])
    case field(Expression, name: String, at: Range<Int>)
    /// A pipe stage with `_`: the value bound to a name that no program can write.
    case pipe(Expression, name: String, Expression)
    case attempt(Block, name: String, recovery: Block)
  }
}

enum Piece: Sendable {
  case text(String)
  case value(Expression, format: String)
}

struct Element: Sendable {
  let value: Expression
  let isSpread: Bool
}

enum Entry: Sendable {
  case field(key: String, Expression)
  case computed(key: Expression, Expression)
  case spread(Expression)
}

struct Comparison: Sendable {
  let test: ComparisonOperator
  let place: Range<Int>
  let right: Expression
}

struct Branch: Sendable {
  let condition: Expression
  let body: Block
}

struct Argument: Sendable {
  enum Role: Sendable { case positional, named(String), spread }
  let role: Role
  let value: Expression
  let range: Range<Int>
}

enum Subscript: Sendable {
  case value(Expression)
  case slice(start: Expression?, stop: Expression?, step: Expression?)
  case ellipsis
  case newAxis
}

/// `fn f(a, b = 1) { ... }`, `fn f(x) = e` or `x -> e`.
struct FunctionSyntax: Sendable {
  let name: String?
  let parameters: [ParameterSyntax]
  let body: Block
  let documentation: String
  let range: Range<Int>
}

struct ParameterSyntax: Sendable {
  enum Kind: Sendable { case plain, rest, settings }
  enum Dimension: Sendable { case size(Int), name(String), any }
  let name: String
  let kind: Kind
  let initial: Expression?
  /// `x: [b, 3, d]`: checked at the call, names bound to the sizes.
  let dimensions: [Dimension]?
  let range: Range<Int>
}

struct Block: Sendable {
  let statements: [Statement]
  let range: Range<Int>
}

struct Statement: Sendable {
  let form: Form
  let range: Range<Int>

  enum Form: Sendable {
    case expression(Expression)
    case assignment([Target], Expression)
    case update(Target, BinaryOperator, Expression, at: Range<Int>)
    case function(FunctionSyntax)
    case loop([Target], in: Expression, Block)
    case whileLoop(Expression, Block)
    case leave
    case next
    case result(Expression?)
    case assertion(Expression, Expression?)
    case parameter(String, Expression)
    case module(path: String, name: String)
  }
}

/// What an assignment changes: a name, or a path of fields and subscripts that starts at one.
struct Target: Sendable {
  enum Step: Sendable {
    case field(String, Range<Int>)
    case index([Subscript], Range<Int>)
  }
  let name: String
  let nameRange: Range<Int>
  let steps: [Step]
  let range: Range<Int>
}

enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case remainder = "%"
  case matmul = "@"
  case power = "^"
}

enum ComparisonOperator: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessEqual = "<="
  case greater = ">"
  case greaterEqual = ">="
  case contained = "in"
  case notContained = "not in"
}
