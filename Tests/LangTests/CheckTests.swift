// What is found before anything runs: several mistakes in one pass, none because of another, and warnings.

import Testing

@testable import Lang

/// Lines and kinds of what the check finds.
private func findings(_ text: String, keeps: Bool = false) -> [String] {
  let interpreter = Interpreter { _ in }
  return interpreter.check(Source(name: "script", text: text), keeps: keeps).map { problem in
    "\(problem.position?.line ?? 0) \(problem.kind.rawValue)"
  }
}

@Suite struct RecoveryTests {
  @Test(arguments: [
    ("x = = 3\ny = 4\nz = ]", ["1 syntax", "3 syntax"]),
    ("x = f(1, 2\ny = 4\nz = = 1", ["1 syntax", "3 syntax"]),
    ("x = [1, 2\ny = 4", ["1 syntax"]),
    ("fn f(a, b {\n  a + b\n}\nfn g(x) = = x", ["1 syntax", "4 syntax"]),
    ("for i 0..3 {\n  print(i)\n}\nwhile true\n1 +* 2", ["1 syntax", "4 syntax", "5 syntax"]),
    ("if x {\n  a = $\n  b = 1 2\n} else {\n  c = )\n}", ["2 syntax", "3 syntax", "5 syntax"]),
    ("s = \"open\nt = 'open too\nu = 3abc", ["1 syntax", "2 syntax", "3 syntax"]),
    ("}\nx = 1\n)\n]", ["1 syntax", "3 syntax", "4 syntax"]),
    ("fn f() {\n  x = (1 +\n  y = 3\n}\nz = = 4", ["3 syntax", "5 syntax"]),
    ("fn f() {\n  x = = 1\n", ["2 syntax"]),
    ("fn f() {\n  if true {\n    x = 1\n", ["2 syntax"]),
    ("x = 1; y = = 2; z = 3; w = = 4", ["1 syntax", "1 syntax"]),
    ("[1, 2] |> map(_ + = 1)\n[1] |> map(_ * 2)\nx = _", ["1 syntax"]),
    ("a = {x: 1, y 2}\nb = {x: 1,, y: 2}\nc = a..", ["1 syntax", "2 syntax", "3 syntax"]),
    ("f\"{1 +}\"\nf\"{}\"\nf\"}\"", ["1 syntax", "2 syntax", "3 syntax"]),
  ] as [(String, [String])])
  func everyMistakeIsToldOnce(_ text: String, _ expected: [String]) {
    #expect(findings(text) == expected, "\(Interpreter { _ in }.check(Source(name: "script", text: text)).map { $0.rendered() })")
  }

  @Test func namesAreNotCheckedInATextThatCannotBeRead() {
    #expect(findings("x = = 1\nprint(x, y)") == ["1 syntax"])
    #expect(findings("x = 1\nprint(x, y, z)") == ["2 name", "2 name"])
  }

  @Test func aTextFullOfMistakesTellsTwenty() {
    #expect(findings(String(repeating: "x = = 1\n", count: 500)).count == Parser.mostFailures)
  }

  /// What the prompt asks: whether more lines could mend the text.
  @Test(arguments: [
    ("f(1,", true), ("fn f() {", true), ("fn f() {\n  x = = 1", false), ("x = \"\"\"open", true), ("x = \"open", false),
    ("x = = 1\nfn f() {", false), ("[1, 2\ny = 3", false), ("if true { 1 }", nil),
    ("1", nil), ("x = 1", nil), ("", nil), ("# a comment", nil), ("fn f(x) = x", nil), ("fn f(x) {\n\n  x\n}", nil), ("if a { 1 } else { 2 }", nil),
    ("while false { }", nil), ("x\n  |> f", nil), ("\"\"\"a\nb\"\"\"", nil), ("[1,\n2]", nil), ("{a: 1}", nil), ("try f() catch e { 1 }", nil), ("x -> x + 1", nil),
    ("x[0, :]", nil), ("a; b;", nil),
    ("fn f(", true), ("{a: 1,", true), ("[", true), ("(1 + 2", true), ("1 +", true), ("x |>", true), ("x =", true), ("a and", true), ("if a {", true),
    ("if a { 1 } else {", true), ("for i in 0..3 {", true), ("f(x,\n  y", true), ("fn f(x) {\n  if x {\n    1\n  }", true), ("x ->", true),
    (")", false), ("1 2", false), ("[1, 2)", false), ("}", false), ("1 + * 2", false), ("fn 3() = 1", false), ("for in x { }", false),
  ] as [(String, Bool?)])
  func unfinishedIsNotWrong(_ text: String, _ isUnfinished: Bool?) {
    switch Interpreter.completeness(of: text) {
    case .complete: #expect(isUnfinished == nil)
    case .incomplete: #expect(isUnfinished == true)
    case .invalid: #expect(isUnfinished == false)
    }
  }

  @Test func aThousandLinesAreCheckedAtOnce() {
    let function = "fn f@(x, y = 2) {\n  total = 0\n  for i in 0..len(x) { if x[i] > y { total += x[i] * 2 } else { total -= 1 } }\n  total\n}\n"
    let text = (0..<200).map { function.replacing("@", with: "\($0)") }.joined()
    #expect(findings(text).isEmpty)
  }
}

@Suite struct WarningTests {
  @Test(arguments: [
    ("x = 1\nprint(2)", ["1 unused"]), ("x = 1\nx = 2\nprint(x)", ["1 unused"]), ("x = 1\nx += 1\nprint(3)", ["2 unused"]),
    ("param n = 3\nprint(2)", ["1 unused"]), ("a, b = [1, 2]\nprint(1)", ["1 unused", "1 unused"]),
    ("fn f() {\n  y = 2\n  3\n}\nf()", ["2 unused"]), ("fn f(x) {\n  x = 2\n  3\n}\nf(1)", ["2 unused"]),
    ("f = x -> {\n  y = x\n  y = 2\n  y\n}\nf(1)", ["2 unused"]),
    ("fn f(c) {\n  if c { y = 1 } else { y = 2 }\n  3\n}\nf(true)", ["2 unused", "2 unused"]),
    ("fn f(n) {\n  while n > 0 { n -= 1\n    z = n }\n  n\n}\nf(1)", ["3 unused"]),
    ("fn f() {\n  return 1\n  print(2)\n}\nf()", ["3 unreachable"]),
    ("for i in 0..3 {\n  continue\n  print(i)\n}", ["3 unreachable"]),
    ("fn f(x) {\n  if x { return 1 } else { fail(\"no\") }\n  2\n}\nf(true)", ["3 unreachable"]),
    ("while true { print(1) }\nprint(2)", ["2 unreachable"]), ("exit(0)\nprint(1)", ["2 unreachable"]),
    ("fn f() {\n  return 1\n  x = 2\n}\nf()", ["3 unreachable"]),
    ("x = [1]\nx[0] = 2\nfn f() = (() -> { y = 1; 2 })()\nf()", ["3 unused"]),
  ] as [(String, [String])])
  func warns(_ text: String, _ expected: [String]) {
    #expect(findings(text) == expected)
  }

  @Test(arguments: [
    "x = 1\nprint(x)", "x = 1\nfn f() = x\nf()", "_x = 1\nprint(2)", "a, b = [1, 2]\nprint(a)", "x = 1\nx += 1\nprint(x)",
    "for i in 0..3 { print(1) }", "n = 3\nwhile n > 0 { n -= 1 }", "s = 0\nfor i in 0..3 { print(s); s = i }",
    "x = 1\nr = try { x = 2; fail(\"a\") } catch e { x }\nprint(r)", "fn f(a, b) = a\nf(1, 2)",
    "fn f() { x = 1; () -> x }\nf()", "while true { if clock() > 0 { break } }\nprint(1)", "fn f(x) { if x { return 1 }; 2 }\nf(true)",
    "fail = x -> x\nfn f() { fail(1); 2 }\nf()", "x = [1]\nx[0] = 2\nprint(x)", "r = {a: 1}\nr.a = 2\nprint(r)",
    "for i in 0..9 { if i > 2 { x = i; break } else { continue } }\nprint(x)", "k = \"a\"\nprint({[k]: 1}, f\"{k}\", [1][0:len(k)])",
    // Nothing but definitions: a file to import.
    "fn f(x) = x\nlimit = 3", "import \"lib.imf\" as lib\nscale = 2",
    "x = 3\ny = x |> _ + 1\nprint(y)", "for k in 0..2 { y = if k > 0 { x } else { 0 }; x = k; print(y) }",
  ])
  func staysQuiet(_ text: String) {
    #expect(findings(text).filter { $0.hasSuffix("unused") || $0.hasSuffix("unreachable") } == [])
  }

  @Test func namesThatThePromptMayUseStay() {
    #expect(findings("x = 1\nprint(2)", keeps: true) == [])
    #expect(findings("fn f() { y = 1; 2 }\nf()", keeps: true) == ["1 unused"])
  }

  @Test func aMisspeltNameFindsTheRightOne() {
    let warning = Interpreter { _ in }.check(Source(name: "s", text: "lerning_rate = 1\nlearning_rate = 2\nprint(learning_rate)")).first
    #expect(warning?.severity == .warning)
    #expect(warning?.hint == "did you mean `learning_rate`?")
    #expect(warning?.rendered().hasPrefix("warning[unused]: `lerning_rate` is never read\n  --> s:1:1") == true)
    #expect(warning?.json.contains("\"severity\":\"warning\"") == true)
  }
}
