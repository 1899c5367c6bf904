// Keywords, operators and the other forms of the language, explained for `help`: a line and an example each. The tests hold
// the table to the tokens there are, and run the examples.

/// The explanation of one form of the language.
public struct SyntaxNote: Sendable {
  /// What it is asked for by: `help("if")`, `help("else")`.
  public let names: [String]
  /// One line.
  public let doc: String
  /// Runs as it stands.
  public let example: String

  private init(_ names: String..., doc: String, example: String) {
    self.names = names
    self.doc = doc
    self.example = example
  }

  public var title: String { names.joined(separator: " ") }

  var help: String {
    let lines = example.contains("\n") ? ["  example:"] + example.indented.map { "  " + $0 } : ["  example: " + example]
    return (["\(title)", "  \(doc)"] + lines).joined(separator: "\n")
  }

  public static func about(_ name: String) -> SyntaxNote? { all.first { $0.names.contains(name) } }

  public static let all: [SyntaxNote] = [
    SyntaxNote("fn", doc: "a function; its value is its last expression", example: "fn area(width, height = 1) = width * height\narea(3)"),
    SyntaxNote("return", doc: "leaves a function with a value", example: "fn sign_of(x) {\n  if x < 0 { return -1 }\n  1\n}\nsign_of(-3)"),
    SyntaxNote("->", doc: "a function without a name", example: "map([1, 2], x -> x + 1)"),
    SyntaxNote("if", "else", doc: "chooses; has a value", example: "x = 3\nif x > 2 { \"large\" } else if x > 1 { \"medium\" } else { \"small\" }"),
    SyntaxNote("for", doc: "walks a list, a range, a tensor's rows or another sequence", example: "for i, x in enumerate([5, 6]) { print(i, x) }"),
    SyntaxNote("in", doc: "looks in a list, a range, a text or a record's names; `not in` is the opposite", example: "\"a\" in {a: 1}"),
    SyntaxNote("while", doc: "repeats as long as a condition holds", example: "n = 100\nwhile n > 10 { n //= 2 }\nn"),
    SyntaxNote("break", doc: "leaves the loop around it", example: "for i in 0..10 { if i == 3 { break } }"),
    SyntaxNote("continue", doc: "goes on with the loop's next element", example: "for i in 0..3 { if i == 1 { continue }; print(i) }"),
    SyntaxNote("and", doc: "both conditions; the second is looked at only where the first holds", example: "1 < 2 and 2 < 3"),
    SyntaxNote("or", doc: "either condition; the second is looked at only where the first does not hold", example: "1 > 2 or 2 < 3"),
    SyntaxNote("not", doc: "the opposite of a condition", example: "not 1 > 2"),
    SyntaxNote("true", "false", doc: "the two truth values; they are no numbers: int(true) is 1", example: "not true == false"),
    SyntaxNote("none", doc: "no value: what a function without a result gives", example: "none == none"),
    SyntaxNote("try", "catch", doc: "goes on with another value where an error stops the first; err has kind, message, hint, where", example: "try int(\"x\") catch err { err.kind }"),
    SyntaxNote("assert", doc: "an error unless a condition holds", example: "assert 1 < 2, \"numbers are out of order\""),
    SyntaxNote("import", "as", doc: "another file's names as a record; it runs once", example: "import \"lib.imf\" as lib"),
    SyntaxNote("param", doc: "a script's parameter with its default; `--steps 2000` on the command line sets it", example: "param steps = 500"),
    SyntaxNote("|>", doc: "puts a value into a call as its first argument, or where `_` stands; may begin a line", example: "[3, 1, 2] |> sorted |> join(\", \")"),
    SyntaxNote("_", doc: "in a pipe the value; at the prompt the last result, `_3` the third", example: "[2, 3] |> zeros(_)"),
    SyntaxNote("..", doc: "a range, without its end", example: "list(2..5)"),
    SyntaxNote("...", doc: "spreads a list into a list or a record into a record or a call; in an index all axes left over", example: "r = {axis: 0}\nsum([[1, 2], [3, 4]], ...r)"),
    SyntaxNote("=", doc: "gives a name a value; a list may be taken apart", example: "a, b = [1, 2]\na"),
    SyntaxNote("+=", "-=", "*=", "/=", "//=", "%=", "^=", "@=", doc: "computes with a name's value and keeps the result", example: "n = 1\nn += 2\nn"),
    SyntaxNote("+", "-", "*", "/", doc: "arithmetic; tensors broadcast as in NumPy; + joins strings and lists", example: "(1 + 2) * 3 / 2"),
    SyntaxNote("//", "%", doc: "quotient rounded down, and the rest, with the divisor's sign", example: "[7 // 2, 7 % 2, -7 % 2]"),
    SyntaxNote("^", "**", doc: "power, from the right; binds tighter than a minus before it", example: "[2^3^2, -2^2]"),
    SyntaxNote("@", doc: "the matrix product, batched", example: "eye(2) @ ones([2, 3])"),
    SyntaxNote("==", "!=", "<", "<=", ">", ">=", doc: "comparisons; they chain, and tensors give a tensor of bool", example: "1 < 2 <= 2"),
    SyntaxNote(".", doc: "a field, or a call with the value as first argument: x.f(a) is f(x, a)", example: "[3, 1, 2].sorted()"),
    SyntaxNote(",", doc: "between elements, arguments and names", example: "[1, 2]"),
    SyntaxNote(";", doc: "between statements on a line; at the end it hides the value", example: "x = 1; x + 1"),
    SyntaxNote(":", doc: "between a field's name and its value, around a slice, before a parameter's dimensions", example: "fn rows(x: [n, d]) = n\nrows(ones([3, 2]))"),
    SyntaxNote("(", ")", doc: "grouping and calls; the ends of lines do not count inside", example: "(1 +\n  2) * 3"),
    SyntaxNote("[", "]", doc: "a list, or an index: numbers, slices, `...`, `new`, masks, lists of places", example: "x = reshape(arange(6), [2, 3])\nx[0, 1:]"),
    SyntaxNote("{", "}", doc: "a record, or a block of statements", example: "r = {name: \"a\", size: 2}\nr.size"),
    SyntaxNote("f\"\"", doc: "text with values in it; what stands behind a colon says how", example: "x = 2 / 3\nf\"x is {x:.3f}\""),
    SyntaxNote("#", "##", "#%%", doc: "a comment; ## documents the function that follows, #%% begins a cell", example: "## Twice a number.\nfn twice(x) = 2 * x"),
  ]
}
