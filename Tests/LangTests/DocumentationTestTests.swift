// Examples in ## comments: what counts as one, and what is said of those that are wrong.

import Testing

@testable import Lang

@Suite struct DocumentationTestTests {
  private func problems(_ text: String, _ parameters: [String: String] = [:]) throws -> [Diagnostic] {
    try DocumentationTest(Source(name: "lib.imf", text: text))
      .problems(libraries: [], session: Session(parameters: parameters), stackSize: 400 << 10)
  }

  @Test(arguments: [
    "## >>> twice(4)\n## 8\nfn twice(x) = 2 * x", "## >>> 1; 2;\n\n## >>> none", "  ##   >>> [1,\n  ##   ...  2]\n  ##   [1, 2]",
    "## >>> for i in 0..2 {\n## ...   print(i)\n## ... }\n## 0\n## 1\n##\n## words after an empty line", "## >>> zeros(2, 2)\n## float32[2, 2]\n## [[0, 0],\n##  [0, 0]]",
    "## >>> x = 3\n## >>> x + 1\n## 4", "## >>> [1][2]\n## error[index]: index 2 is out of range for a list of 1: legal are -1 to 0",
    "## >>> nothing\n## error[name]: nothing is named `nothing`", "## >>> print(1); fail(\"no\")\n## 1\n## error[value]: no", "s = \"\"\"\n## >>> 1\n## 2\n\"\"\"", "# >>> 1\n# 2", "",
  ]) func examplesThatHold(_ text: String) throws {
    #expect(try problems(text).map { $0.rendered() } == [])
  }

  @Test(arguments: [
    ("## >>> 1 + 1\n## 3", 2, "the example gives another line", ["expected: 3", "found:    2"]), ("## >>> 1;\n## 1", 2, "the example gives no such line", []),
    ("## >>> 1 + 1\nfn f() = 1", 1, "the example gives a line more: 2", []), ("## >>> print(1); 2\n## 1", 1, "the example gives a line more: 2", []),
    ("## >>> (1,\n## ... 2", 2, "the example gives a line more: error[syntax]: this `(` has no `)`", []),
    ("## >>> nothing\n## 1", 2, "the example gives another line", ["expected: 1", "found:    error[name]: nothing is named `nothing`"]),
  ]) func examplesThatDoNot(_ text: String, _ line: Int, _ message: String, _ notes: [String]) throws {
    let found = try problems(text)
    #expect(found.count == 1 && found[0].message == message && found[0].notes == notes, "\(found.map { $0.rendered() })")
    #expect(found.first?.position?.line == line)
  }

  /// Declarations run, and what gives a value to the names they and the examples read; the rest of a script does not.
  @Test func theScriptItselfIsLeftOut() throws {
    let text = """
      param width = 4
      base = 10
      table = [0, 0]
      for i in 0..2 { table[i] = base + i }
      unused = fail("not read by anybody")
      fail("the script ran")
      ## >>> scaled(2)
      ## 24
      ## >>> table
      ## [10, 11]
      fn scaled(x) = x * width + base + factor()
      fn factor() = len(table) * 3
      """
    #expect(try problems(text).map { $0.rendered() } == [])
    #expect(try problems(text, ["width": "5"]).count == 1)
  }

  @Test func aDeclarationThatFailsEndsTheTest() {
    let error = #expect(throws: Diagnostic.self) { try problems("base = [1][3]\n## >>> f()\n## 1\nfn f() = base") }
    #expect(error?.kind == .index)
  }
}
