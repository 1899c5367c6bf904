// Number code against the closures it replaces: the same program with a text in it, which only closures can run, must give
// the same value, leave the same names and fail with the same error.

import Testing

@testable import Lang

/// `§` marks where a statement that is no number can stand.
private struct NumericProgram: CustomTestStringConvertible {
  let marked: String
  init(_ marked: String) { self.marked = marked }
  var numeric: String { marked.replacing("§", with: "") }
  var other: String { marked.replacing("§", with: "\"text\";") }
  var testDescription: String { marked }
}

private let programs: [NumericProgram] = [
  // Loops of the session: names before, inside and after.
  .init("s = 0\nfor i in 0..10 { § s += i }\n[s, i]"),
  .init("s = 0\nfor i in 0..0 { § s += i }\ns"),
  .init("i = \"kept\"\nfor i in 5..3 { § }\ni"),
  .init("s = 0\nfor i in range(10, 0, -3) { § s = s * 10 + i }\n[s, i]"),
  .init("s = 0\nfor i in range(0, 1, 0.25) { § s += i }\n[s, i]"),
  .init("s = 0\nfor i in range(4) { § i = i * 2; s += i }\n[s, i]"),
  .init("k = 0\nwhile k < 7 { § k += 2 }\nk"),
  .init("k = 0\nx = true\nwhile x { § k += 1; x = k < 5 }\n[k, x]"),
  .init("k, seen = 0, false\nwhile not seen { § k += 1; if k == 3 { seen = true } }\n[k, seen]"),
  .init("a, b = 0, 1\nfor i in 0..20 { § a, b = b, a + b }\n[a, b]"),
  .init("a, b, c = 1, 2, 3\nfor i in 0..4 { § a, b, c = c, a, b }\n[a, b, c]"),
  .init("a, b = 1, 2\nfor i in 0..3 { § a, a = b, a + 10 }\n[a, b]"),
  .init("n = 0\nfor i in 0..5 { § for j in 0..5 { if j > i { break }; if j % 2 == 0 { continue }; n += 10 * i + j } }\n[n, i, j]"),
  .init("n = 0\nfor i in 0..100 { § if i > 3 and i < 6 or i == 9 { n += i } else if not (i < 50) { break } }\n[n, i]"),
  .init("n = 0\nfor i in 0..10 { § if 2 < i <= 5 != 4 { n += i } }\nn"),
  .init("n = 0\nfor i in 0..4 { § n += if i % 2 == 0 { 1 } else if i == 1 { 10 } else { 100 } }\nn"),
  .init("n = 0\nx = nan\nfor i in 0..3 { § if x < 1 { n += 1 }; if not (x < 1) { n += 10 }; if x == x { n += 100 }; if x != x { n += 1000 }; if not (x >= 1) { n += 1e4 } }\nn"),
  .init("s = 0\nfor i in -7..8 { § s = s * 3 + (i // 3) + i % 3 - (i % -4) + -i ^ 2 + 2 ^ i }\ns"),
  .init("s = 0\nfor i in 1..9 { § s += sqrt(i) + exp(-i) * sin(i) / floor(i / 2 + 1) - abs(i - 5) + pi }\ns"),
  .init("b = false\nfor i in 0..3 { § b = b == (i < 2) }\nb"),
  .init("b = 0\nfor i in 0..6 { § c = i > 2 and i < 5; if c or i == 0 { b += 1 } }\n[b, c]"),
  .init("limit = 4\nfn f(x) = x + limit\ns = 0\nfor i in 0..3 { § s += f(i) }\ns"),
  .init("s = 1\nfn f(x) = x + s\nfor i in 0..3 { § s += f(i) }\ns"),
  .init("f = x -> x + 1\ns = 0\nfor i in 0..3 { § s += f(s) }\ns"),
  .init("s = 0\nfor i in 1..9 { § s += 10 // (i / 10) + 1 % (i / 10) }\ns"),
  // Conditions must be truth values, wherever they come from.
  .init("k = 1\ntry { for i in 0..3 { § if k { break } } } catch e { e.kind }"),
  .init("k = true\nfor i in 0..3 { § if k { break } }\ni"),
  .init("k = 2\ntry { for i in 0..3 { § x = k and true } } catch e { e.message }"),
  .init("g = 2\nfn f(n) { § if g { n } else { n + 1 } }\ntry f(3) catch e { e.message }"),
  .init("fn f(n, c) { § while not c { n += 1; c = n > 3 }; n }\n[f(1, false), try f(1, 0) catch e { e.kind }]"),
  // Functions.
  .init("fn fib(n) { § if n < 2 { n } else { fib(n - 1) + fib(n - 2) } }\nfib(15)"),
  .init("fn fac(n) { § if n <= 1 { return 1 }; n * fac(n - 1) }\nfac(20)"),
  .init("fn even(n) { § if n == 0 { true } else { odd(n - 1) } }\nfn odd(n) { § if n == 0 { false } else { even(n - 1) } }\n[even(10), odd(7), even(7)]"),
  .init("fn ack(m, n) { § if m == 0 { return n + 1 }; if n == 0 { return ack(m - 1, 1) }; ack(m - 1, ack(m, n - 1)) }\nack(2, 3)"),
  .init("fn gcd(a, b) { § while b != 0 { a, b = b, a % b }; a }\ngcd(1071, 462)"),
  .init("fn first(n) { § for i in 2..n { if n % i == 0 { return i } }; n }\n[first(91), first(97)]"),
  .init("fn first(n) { for i in 2..n { § if n % i == 0 { return i } }; n }\n[first(91), first(97)]"),
  .init("fn big(n) { for i in 0..n { § if i > 2 { return true } } }\n[big(2), big(9)]"),
  .init("fn none_at_end(n) { § for i in 0..n { if i > 2 { return i } } }\n[none_at_end(2), none_at_end(9)]"),
  .init("fn f(a, b, c) { § a + 10 * b + 100 * c }\nf(1, 2, f(3, 4, 5))"),
  .init("fn f(a, b = 2) { § a * b }\n[f(3), f(3, 4), f(3, b = 5)]"),
  .init("fn sum(n) { s, i = 0, 0; while i < n { § s += i; i += 1 }; s }\nsum(100)"),
  .init("fn sum(n) { s = 0; for i in 0..n { § s += i }; [s] }\nsum(100)"),
  .init("fn outer(n) { s = 0; g = () -> s; for i in 0..n { § s += i }; g() }\nouter(5)"),
  .init("fn f(x) { § x + 1 }\na = f(1)\nfn g(x) { § f(x) * 2 }\nb = g(1)\nf = x -> x + 100\n[a, b, g(1)]"),
  .init("fn f(x) { § scale * x }\nscale = 2\na = f(1)\nscale = 3\n[a, f(1)]"),
  .init("fn f(x) { § scale * x }\nscale = [1]\ntry f(1) catch e { e.kind }"),
  .init("fn f(x) { § x * 2 }\n[f(2), f(tensor([1, 2])).shape, try f(\"a\") catch e { e.kind }]"),
  .init("fn f(x) { § if x > 0 { y = 1 }; y }\n[f(1), try f(-1) catch e { e.message }]"),
  .init("fn sign_of(x) { § if x > 0 { 1 } else if x < 0 { -1 } else { 0 } }\n[sign_of(3), sign_of(-2), sign_of(0), sign_of(nan)]"),
  .init("fn deep(n) { § if n == 0 { 0 } else { 1 + deep(n - 1) } }\ndeep(24)"),
  .init("fn f() { § s = 0; for i in 0..5 { s += i }; s }\nf()"),
]

@Suite struct NumberCodeTests {
  @Test(arguments: programs) fileprivate func givesWhatClosuresGive(_ program: NumericProgram) throws {
    try #require(program.numeric != program.other)
    #expect(try Cells().run(program.numeric) == Cells().run(program.other))
  }

  /// A test of number code that ran closures would prove nothing.
  @Test(arguments: [
    "fn f(n) = if n < 2 { n } else { f(n - 1) + f(n - 2) }",
    "fn f(n) { s = 0; for i in range(2, n, 3) { if i % 2 == 0 { continue }; s += sqrt(i) }; s }",
    "fn f(n) { a, b = 0, true; while b and a < n { a, b = a + 1, not b or a < 5 }; return a }",
    "fn g(x) = x * pi\nfn f(n) = g(n) < 4",
  ])
  func compilesWhatIsAboutNumbers(_ text: String) throws {
    _ = try code(of: "f", text)
  }

  @Test(arguments: [
    "fn f(n) = [n]", "fn f(n) = none", "fn f(n) { print(n); n }", "fn f(n) = n + g", "fn f(n) = n.x", "fn f(n) = n @ n",
    "fn f(n) { if n > 0 { return 1 } }", "fn f(n) { return }", "fn f(n) = if n > 0 { 1 } else { false }",
    "fn f(n) { x = 1; x = true; x }", "fn f(n) = (() -> n)()", "fn f(x: [n]) = n", "fn f(n) = n + true", "fn f(n) { for i in [1, 2] { n += i }; n }",
    "fn f(n) { if n > 0 { y = 1 }; y }", "fn f(n) = \(String(repeating: "1 + (", count: 300))n\(String(repeating: ")", count: 300))",
    "fn f(n) = max(n, 1)", "fn f(n) = if n { 1 } else { 2 }", "fn f(n) { a, b = n; a }", "fn f(n) = true < false",
  ])
  func leavesTheRestToClosures(_ text: String) throws {
    #expect(throws: (any Error).self) { try code(of: "f", text) }
  }

  private func code(of name: String, _ text: String) throws -> NumberCode {
    let cells = Cells()
    try cells.run(text)
    guard case .function(let function)? = cells.interpreter.value(at: name), case .written(let code, _) = function.body else {
      throw NotNumeric()
    }
    return try NumberCompiler().code(of: code)
  }

  /// A recursion without end: the closures report it, soon.
  @Test func endlessRecursionIsAnError() {
    let error = Cells().error("fn f(n) = f(n + 1)\nf(0)")
    #expect(error?.kind == .limit)
  }

  /// A loop that cannot be counted is the closures' to report.
  @Test(arguments: ["for i in 0..nan { }", "for i in range(1, 2, 0) { }", "s = 0\nfor i in 0..3 { s += missing_later }\nmissing_later = 1"])
  func leavesErrorsToClosures(_ text: String) throws {
    let plain = Cells().error(text)
    let closures = Cells().error(text.replacing("{ ", with: "{ \"text\"; "))
    #expect(plain?.message == closures?.message)
  }

  /// Programs drawn by lot.
  @Test(arguments: 0..<60) func drawnProgramsGiveWhatClosuresGive(_ seed: Int) throws {
    for round in 0..<10 {
      var generator = NumericProgramGenerator(seed: UInt64(seed * 1000 + round))
      let marked = generator.program()
      let program = NumericProgram(marked)
      #expect(try Cells().run(program.numeric) == Cells().run(program.other), "\(marked)")
    }
  }
}

/// Draws programs of loops, branches and assignments over a few names; every loop ends.
private struct NumericProgramGenerator {
  private var state: UInt64
  private var depth = 0
  private var counters = 0

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  private mutating func below(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(bound))
  }

  private mutating func pick(_ texts: [String]) -> String { texts[below(texts.count)] }

  mutating func program() -> String {
    let body = block(3)
    let function = "fn g(x, y) { § \(pick(["x, y = y, x - 1;", "x += y;", ""])) if \(test(1)) { return \(value(1)) }; \(value(2)) }"
    return "\(function)\na, b, x, y, p = 1, 2, 3, 0.5, true\nfn run(a, b) { x, y, p = 1, 2, false\n\(body)\n[a, b, x, y, p] }\n"
      + "for k in 0..3 { §\n\(body) }\n[a, b, x, y, p, run(3, 4), g(1, 2)]"
  }

  private mutating func block(_ count: Int) -> String {
    (0...below(count)).map { _ in statement() }.joined(separator: "\n")
  }

  private mutating func statement() -> String {
    depth += 1
    defer { depth -= 1 }
    switch below(depth > 3 ? 4 : 8) {
    case 0: return "\(pick(["a", "b", "x", "y"])) = \(value(3))"
    case 1: return "\(pick(["a", "b", "x", "y"])) \(pick(["+", "-", "*"]))= \(value(2))"
    case 2: return "p = \(test(2))"
    case 3: return "\(pick(["a, b", "x, a", "y, x"])) = \(value(2)), \(value(2))"
    case 4: return "if \(test(2)) {\n\(block(2)) } else { §\n\(block(2)) }"
    case 5: return "if \(test(2)) { \(pick(["a += 1", "x = y", "p = not p"])) }"
    default:
      counters += 1
      let name = "i\(counters)"
      let leave = below(3) == 0 ? "if \(test(1)) { \(pick(["break", "continue"])) }\n" : ""
      return "for \(name) in 0..\(1 + below(4)) { §\n\(leave)\(pick(["a", "y"])) += \(name)\n\(block(2)) }"
    }
  }

  private mutating func value(_ depth: Int) -> String {
    switch below(depth == 0 ? 2 : 8) {
    case 0: return pick(["a", "b", "x", "y"])
    case 1: return pick(["0", "1", "2", "0.5", "-3", "7"])
    case 2, 3: return "(\(value(depth - 1)) \(pick(["+", "-", "*", "/", "//", "%"])) \(value(depth - 1)))"
    case 4: return "abs(\(value(depth - 1)))"
    case 5: return "(if \(test(depth - 1)) { \(value(depth - 1)) } else { \(value(depth - 1)) })"
    case 6: return "-\(value(depth - 1))"
    default: return "sin(\(value(depth - 1)))"
    }
  }

  private mutating func test(_ depth: Int) -> String {
    switch below(depth <= 0 ? 2 : 5) {
    case 0: return "\(value(max(depth - 1, 0))) \(pick(["<", "<=", ">", ">=", "==", "!="])) \(value(max(depth - 1, 0)))"
    case 1: return pick(["true", "false", "a < b < x", "not (y >= x)"])
    case 2: return "(\(test(depth - 1)) and \(test(depth - 1)))"
    case 3: return "(\(test(depth - 1)) or \(test(depth - 1)))"
    default: return "not (\(test(depth - 1)))"
    }
  }
}
