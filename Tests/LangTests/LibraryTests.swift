// Every builtin's row: its example runs, its names are whole, help knows it.

import Testing

@testable import Lang

private let rows = Library.core.flatMap(\.rows)

@Suite struct LibraryTests {
  @Test(arguments: rows.map(\.name)) func exampleRuns(_ name: String) throws {
    let cells = Cells()
    let row = try #require(cells.interpreter.builtin(name))
    #expect(cells.interpreter.check(Source(name: name, text: row.example)).isEmpty)
    if name == "help" { return }
    do {
      try cells.run(row.example)
    } catch {
      Issue.record("\(row.example): \((error as? Diagnostic)?.rendered() ?? "\(error)")")
    }
  }

  @Test func namesAreUniqueAndDocumented() {
    #expect(Set(rows.map(\.name)).count == rows.count)
    for row in rows {
      #expect(!row.doc.isEmpty && !row.doc.hasSuffix(".") && row.doc.count <= 120, "\(row.name): \(row.doc)")
    }
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
