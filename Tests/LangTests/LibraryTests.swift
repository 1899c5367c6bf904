// Every builtin's row: its example runs, its mistakes fail as it says, its names are whole, help knows it.

import Testing

@testable import Lang

private let rows = Library.core.flatMap(\.rows)

@Suite struct LibraryTests {
  @Test(arguments: rows.map(\.name)) func aRowIsTrue(_ name: String) throws {
    let row = try #require(rows.first { $0.name == name })
    #expect(row.discrepancies(libraries: [], stackSize: 400 << 10).isEmpty)
  }

  @Test func rowsAreWhole() {
    #expect(Set(rows.map(\.name)).count == rows.count)
    for row in rows {
      #expect(!row.summary.isEmpty && !row.summary.hasSuffix(".") && row.summary.count <= 120, "\(row.name): \(row.summary)")
      #expect(!row.fails.isEmpty || row.signature.parameters.isEmpty && row.signature.rest == nil, "\(row.name) cannot fail?")
    }
  }

  /// A row that is wrong is found out: the example, the kind, the message, and code that does not fail at all.
  @Test(arguments: [
    (Builtin("f(x)", "", example: "f(", fails: []) { _ in .none }, "the example"),
    (Builtin("f(x)", "", example: "1", fails: [.type("f()", "f needs `x`")]) { _ in .none }, "gives error[argument]: f needs `x`"),
    (Builtin("f(x)", "", example: "1", fails: [.argument("f()", "f needs x")]) { _ in .none }, "documented: error[argument]: f needs x"),
    (Builtin("f(x)", "", example: "1", fails: [.type("f(1)", "")]) { _ in .none }, "does not fail"),
  ]) func aWrongRowIsFoundOut(_ row: Builtin, _ text: String) {
    let found = row.discrepancies(libraries: [Library("Test", [row])], stackSize: 400 << 10)
    #expect(found.count == 1 && found[0].contains(text), "\(found)")
  }

  @Test func theSyntaxIsExplained() {
    let explained = Set(SyntaxNote.all.flatMap(\.names))
    #expect(explained.isSuperset(of: Keyword.allCases.map(\.rawValue)))
    #expect(explained.isSuperset(of: Symbol.allCases.map(\.rawValue)))
    #expect(explained.count == SyntaxNote.all.flatMap(\.names).count)
    for note in SyntaxNote.all {
      let error = Cells().error(note.example)
      // Everything but the file to import is there.
      #expect(error?.kind == (note.names[0] == "import" ? .io : nil), "\(note.example)")
    }
  }

  @Test(arguments: [
    ("help(sum, \"mean\")", "sum(x, axis = none, keepdims = false)"), ("help(sum, \"mean\")", "\n\nmean(x, "), ("help(\"tensors\")", "\n  zeros       zeros of a shape\n"),
    ("help(\"for\")", "example: for i, x in"), ("help(\"|>\")", "first argument"), ("help()", "\nDerivatives\n  grad value_and_grad"), ("help(3)", "a number\n  3"),
    ("help(sum)", "  fails:\n    sum([[1, 2, 3]], axis = 2)\n      error[index]: sum: axis 2 is outside -2 ... 1\n"), ("help(grad)", "  see: value_and_grad, jvp"),
    ("r = {f: sum}; help(\"r.f\")", "sum(x"), ("fn sum(only) = only\nhelp(\"sum\")", "sum(only)"),
  ]) func helpExplains(_ code: String, _ text: String) throws {
    let cells = Cells()
    try cells.run(code)
    #expect(cells.printed.contains(text), "\(cells.printed)")
  }

  @Test(arguments: [
    ("help(\"sofmax\")", "did you mean `softmax`?"), ("help(\"wihle\")", "did you mean `while`?"), ("help(\"tensros\")", "did you mean `tensors`?"), ("help(\"qqqq\")", nil),
  ]) func helpOnNothing(_ code: String, _ hint: String?) throws {
    let error = try #require(Cells().error(code))
    #expect(error.kind == .name && error.hint == hint)
  }

  @Test func helpExplainsBuiltinsAndFunctions() throws {
    let cells = Cells()
    try cells.run("## Twice a number.\nfn twice(x) = 2 * x", "help(twice); help(softmax)")
    #expect(cells.printed.contains("twice(x)\n  Twice a number."))
    #expect(cells.printed.contains("softmax(x, axis = -1)"))
    #expect(cells.error("help(\"sofmax\")")?.hint == "did you mean `softmax`?")
  }

  @Test func completenessKnowsOpenCells() {
    let cases: [(String, Bool)] = [
      ("1 + 2", true), ("fn f(x) {", false), ("f(1,", false), ("\"\"\"abc", false), ("x = [1,\n 2", false), ("1 +", false), ("", true),
    ]
    for (text, isComplete) in cases {
      switch Interpreter.completeness(of: text) {
      case .complete: #expect(isComplete, "\(text)")
      case .incomplete: #expect(!isComplete, "\(text)")
      case .invalid: Issue.record("\(text) counts as invalid")
      }
    }
    guard case .invalid = Interpreter.completeness(of: "1 2") else {
      Issue.record("1 2 is no program")
      return
    }
  }
}
