// What Enter does at the prompt: run, go on with so much indentation, or run what no further line can mend.

import Testing

@testable import Lang

@Suite struct CompletenessTests {
  enum State: Equatable, Sendable {
    case complete, invalid
    case open(Int)
  }

  private func state(_ text: String) -> State {
    switch Interpreter.completeness(of: text) {
    case .complete: .complete
    case .incomplete(let indent): .open(indent)
    case .invalid: .invalid
    }
  }

  @Test(arguments: [
    "", "   ", "# a comment", "1 + 2", "x = 1;", "x = 1; y = 2", "fn f(x) = x", "fn f(x) { x }", "fn f(x) {\n\n  x\n\n}", "if a { 1 } else { 2 }",
    "for i in 0..3 { i }", "try f() catch e { 0 }", "f(\n  1,\n)", "\"a { b\"", "\"\"\"one\ntwo\"\"\"", "x |> f", "f\"{x:.2f}\"", "{a: 1}",
    "x[0, 1:2]", "θ = 1", "xs = [\n 1,\n\n 2]",
  ]) func wholeCellsRun(_ text: String) { #expect(state(text) == .complete) }

  @Test(arguments: [
    ("fn f(x) {", 1), ("fn f(x) {\n  if x {", 2), ("fn f(x) {\n  if x { 1 }", 1), ("f(", 1), ("f(1,", 1), ("[1, 2", 1), ("{a: 1,", 1),
    ("1 +", nil), ("x =", nil), ("x |>", nil), ("\"\"\"one", nil), ("if a {", 1), ("if a { 1 } else {", 1), ("for x in xs {\n  f(x,", 2), ("not", nil), ("x ->", nil),
  ] as [(String, Int?)]) func openCellsGoOn(_ text: String, _ indent: Int?) {
    guard case .open(let found) = state(text) else { return #expect(Bool(false), "\(text) is \(state(text))") }
    if let indent { #expect(found == indent) }
  }

  @Test(arguments: ["1 2", ")", "x = = 1", "f(1))", "\"open", "fn f() {\n  x = )", "]", "1 +* 2", "for in x {", "if { 1 }", "x = {a: }", "0x", "@"])
  func mistakesRunAtOnce(_ text: String) { #expect(state(text) == .invalid) }
}
