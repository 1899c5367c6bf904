// Mistakes: what is said, and where the caret stands (`«` in the source).

import Tensor
import Foundation
import Testing

@testable import Lang

private let syntax: [Failure] = [
  Failure("1 +", .syntax, "expected a value, found the end of the text"), Failure("«(1 + 2", .syntax, "this `(` has no `)`"),
  Failure("x = [1, 2«)", .syntax, "expected `]` after the list, found `)`"), Failure("f(«fn", .syntax, "cannot stand here"),
  Failure("«\"open", .syntax, "no closing quote"), Failure("1 «2", .syntax, "expected the end of the statement"), Failure("«1x", .syntax, "neither a number nor a name"),
  Failure("a «& b", .syntax, "`&` means nothing here", hint: "`and`"), Failure("if x == 1 «print(1)", .syntax, "expected `{`"),
  Failure("«1 + 2 = 3", .syntax, "cannot be assigned to"), Failure("fn f(a, «a) = 1", .syntax, "stands twice"), Failure("fn f(a = 1, «b) = 1", .syntax, "needs a default"),
  Failure("for «1 in [1] { }", .syntax, "expected a name for the loop's variable"), Failure("«break", .syntax, "outside a loop"), Failure("«return 1", .syntax, "outside a function"),
  Failure("\"«\\q\"", .syntax, "no escape"), Failure("f\"«{1\"", .syntax, "no `}`"), Failure("f\"{1 «2}\"", .syntax, "expected `}`"), Failure("{a «1}", .syntax, "expected `:`"),
  Failure("print(sep = \"\", «1)", .syntax, "stands after `sep = ...`"), Failure("x[«]", .syntax, "an index is missing"), Failure("try 1 +«", .syntax, "expected a value"),
]

private let names: [Failure] = [
  Failure("«softmx([1])", .name, "nothing is named `softmx`", hint: "did you mean `softmax`?"), Failure("x = 1\ny = «xx", .name, "nothing is named `xx`"),
  Failure("print(1)\n«np", .name, "nothing is named `np`", hint: "functions stand alone"), Failure("«True", .name, "nothing is named `True`", hint: "`true`"),
  Failure("«count += 1", .name, "nothing is named `count`"), Failure("if true { «list1[0] = 1 }", .name, "nothing is named `list1`"),
  Failure("width = 1\nprint(2)\n«widht.x = 1", .name, "nothing is named `widht`"), Failure("fn f() = «unknown", .name, "nothing is named `unknown`"), Failure("fn f() { «x += 1 }\nx = 1; f()", .name, "`x` has no value yet", hint: "the function's own"),
  Failure("{a: 1}.«b", .name, "no field `b`"), Failure("{alpha: 1}.«alpah", .name, "no field", hint: "did you mean `alpha`?"), Failure("[1].«foo()", .name, "no function has that name"),
]

private let arguments: [Failure] = [
  Failure("sum([1], «axes = 0)", .argument, "sum has no argument `axes`", hint: "did you mean `axis`?"), Failure("«softmax()", .argument, "softmax needs `x`"),
  Failure("fn f(a) = a\n«f(1, 2)", .argument, "f takes one argument, not 2"), Failure("fn f(a) = a\nf(1, «a = 2)", .argument, "given twice"),
  Failure("fn f(a) = a\n«f()", .argument, "f needs `a`"), Failure("softmax([1], axis = «\"x\")", .type, "`axis` is a string; expected a number"),
  Failure("zeros([2], dtype = «\"float\")", .value, "\"float\"", hint: "did you mean"), Failure("range(3, step = «0)", .value, "`step` is 0"),
  Failure("f = x -> x\nf(...«3)", .type, "cannot spread"), Failure("key(«1.5)", .value, "expected a whole number"),
]

private let types: [Failure] = [
  Failure("[1] «* 2", .type, "`*` does not take a list and a number", hint: "tensor([...])"), Failure("\"a\" «+ 1", .type, "does not take a string and a number", hint: "str(x)"),
  Failure("true «+ 1", .type, "does not take a bool and a number", hint: "int(flag)"), Failure("if «1 { 2 }", .type, "is no condition", hint: "x != 0"),
  Failure("if «ones([2]) > 0 { 1 }", .type, "is no condition", hint: "`all(ones([2]) > 0)`"), Failure("for x in «3 { }", .type, "cannot walk", hint: "0..3"), Failure("«3(4)", .type, "cannot be called", hint: "`*`"),
  Failure("«a, b = [1, 2, 3]", .value, "2 names cannot take the 3 elements"), Failure("«a, b = 1", .type, "cannot take a number apart"),
  Failure("«[1, 2][5]", .index, "index 5 is out of range for a list of 2: legal are -2 to 1"), Failure("«[1, 2][0.5]", .index, "no whole number"), Failure("«{a: 1}[0]", .index, "cannot be indexed by a number"),
  Failure("x = [1]; «x[3] = 1", .index, "out of range"), Failure("assert «1 > 2, \"too small\"", .value, "too small"), Failure("1 «< \"a\"", .type, "cannot order"), Failure("f\"{«\"a\":.2f}\"", .type, "needs a number"),
  Failure("f\"{«1:q}\"", .value, "is no format"), Failure("x = 1; x.«field = 2", .type, "no fields to set"),
]

private let tensors: [Failure] = [
  Failure("x = cast([1, 2], \"int32\")\nx «// cast([1, 0], \"int32\")", .value, "cannot divide x // cast", hint: "infinity or NaN"),
  Failure("cast([3], \"int32\") «% 0", .value, "cannot divide"), Failure("2 «^ cast([-1], \"int32\")", .value, "cannot raise"),
  Failure("tensor([true]) «- tensor([true])", .type, "cannot subtract", hint: "not_equal"), Failure("x = arange(6); «x[[1, 9]]", .index, "index 9 is outside axis 0 of size 6"),
  Failure("«take([1, 2], [5])", .index, "index 5 is outside axis 0 of size 2"), Failure("take([1, 2], «[0.5])", .type, "`indices` holds 0.5; expected whole numbers"),
  Failure("«cross_entropy([[1, 2]], [2])", .index, "index 2 is outside axis 1 of size 2"), Failure("x = zeros([3]); «x[tensor([true, false])]", .shape, "the mask's shape [2]"),
  Failure("x = zeros([3]); «x[[0, 1]] = [1, 2, 3]", .shape, "the part has shape [2], the value [3]"), Failure("x = zeros([3]); «x[0.5]", .index, "no whole number"),
  Failure("x = zeros([3]); «x[0..(0 / 0)]", .index, "no whole number"), Failure("«max(zeros([0, 3]), axis = 0)", .shape, "no element to choose from along axes [0]"),
  Failure("«conv2d(ones([1, 4, 4, 3]), ones([3, 3, 4, 8]))", .shape, "channels differ: 3 (x, axis 3) and 4 (w, axis 2)", hint: "[n, h, w, c]"),
  Failure("conv2d(ones([1, 4, 4, 3]), ones([3, 3, 3, 8]), padding = «\"full\")", .value, "expected \"same\", \"valid\""),
  Failure("conv2d(ones([1, 4, 4, 3]), ones([3, 3, 3, 8]), stride = «[1, 2, 3])", .type, "expected a number or a pair"),
  Failure("«max_pool(ones([4, 4]), 2)", .shape, "four axes [n, h, w, c]"), Failure("«einsum(\"ij,jk\", ones([2, 3]), ones([4, 5]))", .shape, "\"j\" has sizes 3 and 4"),
  Failure("«einsum(\"ij\", 3)", .shape, "does not fit operand 1"), Failure("pad([1, 2], «[[1, 2], [3, 4]])", .type, "expected a number, [before, after]"),
  Failure("pad([1, 2], 1, mode = «\"mirror\")", .value, "\"symmetric\""), Failure("«arange(900000000000)", .limit, "are needed, and"),
]

private let shapes: [Failure] = [
  Failure("a = zeros([2, 3]); b = zeros([4, 5])\na «@ b", .shape, "cannot multiply a @ b"), Failure("zeros([2, 3]) «+ zeros([4])", .shape, "cannot add"),
  Failure("«reshape(zeros([2, 3]), [4, 2])", .shape, "reshape"), Failure("«concat([zeros([2]), zeros([2, 2])])", .shape, "concat"), Failure("«zeros([2, 3])[5]", .index, "5"),
  Failure("fn f(«x: [b, 3]) = b\nf(zeros([2, 4]))", .shape, "axis 1 must be 3, not 4"), Failure("fn f(x: [b], «y: [b]) = b\nf(zeros([2]), zeros([3]))", .shape, "must be b = 2, not 3"),
  Failure("fn f(«x: [b, d]) = b\nf(zeros([2]))", .shape, "expected [b, d]"), Failure("«tensor([[1, 2], [3]])", .shape, "the rows differ"), Failure("grad(x -> x * 2)(ones([2]))", .type, "a gradient needs one number"),
  Failure("zeros([-1])", .value, "negative size"), Failure("zeros([1000000, 1000000])", .limit, "does not fit in memory"),
]

@Suite struct ErrorTests {
  @Test(arguments: syntax) func syntaxErrors(_ failure: Failure) { failure.check() }
  @Test(arguments: names) func nameErrors(_ failure: Failure) { failure.check() }
  @Test(arguments: arguments) func argumentErrors(_ failure: Failure) { failure.check() }
  @Test(arguments: types) func typeErrors(_ failure: Failure) { failure.check() }
  @Test(arguments: tensors) func tensorErrors(_ failure: Failure) { failure.check() }
  @Test(arguments: shapes) func shapeErrors(_ failure: Failure) { failure.check() }

  @Test func anUnknownNameStopsACellBeforeAnythingRuns() {
    let cells = Cells()
    #expect(cells.error("print(\"ran\")\nunknown_name") != nil)
    #expect(cells.printed.isEmpty)
  }

  @Test func checkFindsAllWrongNamesAndRunsNothing() {
    let cells = Cells()
    let problems = cells.interpreter.check(Source(name: "s", text: "print(one)\nfn f() = two\nsum([1], axs = 1)"))
    #expect(problems.map(\.kind) == [.name, .name, .argument])
    #expect(cells.printed.isEmpty)
  }

  @Test func aRunawayRecursionIsAnErrorWithItsCalls() throws {
    let cells = Cells()
    let error = try #require(cells.error("fn f(n) = f(n + 1) + 1\nf(0)"))
    #expect(error.kind == .limit)
    #expect(error.traceback.first?.function == "f")
    #expect(error.rendered().contains("times"))
    #expect(try cells.run("1 + 1") == "2")
  }

  @Test(arguments: ["((((", "[[[[", "-", "not ", "x -> ", "if 1 { "]) func deepNestingIsAnErrorNotACrash(_ piece: String) {
    #expect(Cells().error(String(repeating: piece, count: 5000) + "1")?.kind == .syntax)
  }

  @Test func anErrorLooksAsDocumented() throws {
    let cells = Cells()
    try cells.run("z = zeros([16, 2]); w = zeros([64, 32]); b = 1")
    let error = try #require(cells.error("h = z @ w + b"))
    #expect(
      error.rendered() == """
        error[shape]: cannot multiply z @ w
          --> in [1]:1:7
        1 | h = z @ w + b
          |     - ^ - w: float32[64, 32]
          |     |
          |     z: float32[16, 2]
          = inner sizes differ: 2 (axis 1) and 64 (axis 0)
          hint: make the right one [2, 32]
        """)
    #expect(error.json.hasPrefix("{\"severity\":\"error\",\"kind\":\"shape\",\"message\":\"cannot multiply z @ w\",\"file\":\"in [1]\",\"line\":1,\"column\":7,\"end\":"))
  }

  /// What is wrong in an imported file shows before the run, at its place there.
  @Test func importsAreCheckedToo() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/imf-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, text) in [("a", "x = 1\ny = nowhere"), ("b", "import \"c.imf\" as c"), ("c", "import \"b.imf\" as b"), ("d", "x = 5")] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/\(name).imf"))
    }
    func check(_ name: String) -> [Diagnostic] {
      Cells().interpreter.check(Source(name: "main", text: "print(1)\nimport \"\(folder)/\(name).imf\" as m"))
    }
    let wrong = try #require(check("a").first)
    #expect(wrong.message.contains("nowhere") && wrong.place.hasSuffix("a.imf:2:5") && wrong.notes == ["imported at main:2:1"])
    #expect(check("b").first?.message.contains("imports itself") == true)
    #expect(check("none").first?.kind == .io)
    #expect(check("d").isEmpty)
  }

  @Test(arguments: [30, 90, 150, 290]) func theCaretOfALongLineIsSeen(_ place: Int) throws {
    let code = "x = \"" + String(repeating: "a", count: place) + "\" + nowhere + \"" + String(repeating: "b", count: 300 - place) + "\""
    let lines = try #require(Cells().error(code)).rendered().split(separator: "\n").map(String.init)
    let column = try #require(lines[3].firstIndex(of: "^"))
    #expect(lines[2][column...].hasPrefix("nowhere"))
    #expect(lines[2].count < 120)
  }

  @Test func anErrorInAFunctionTellsTheCall() throws {
    let error = try #require(Cells().error("fn half(x) = x / \"2\"\nfn quarter(x) = half(half(x))\nquarter(1)"))
    #expect(error.traceback.map(\.function) == ["half", "quarter"])
    #expect(error.position?.line == 1)
  }

  /// An interrupt stops whatever the process runs, the other tests included: so this runs in one of its own.
  @Test func anInterruptStopsALoopAndKeepsTheSession() async {
    await #expect(processExitsWith: .success) {
      let cells = Cells(libraries: [
        Library("Test", [Builtin("stop()", "asks for an interrupt", example: "1", fails: []) { _ in
          Interrupt.request()
          return .none
        }])
      ])
      try cells.run("n = 1")
      #expect(cells.error("while true { stop() }")?.kind == .interrupt)
      Interrupt.clear()
      #expect(try cells.run("n") == "1")
    }
  }

  @Test func aLongSumCompilesInNoTime() throws {
    #expect(try Cells().run(Array(repeating: "1", count: 150).joined(separator: " + ")) == "150")
    #expect(Cells().interpreter.check(Source(name: "s", text: "1 + (2 + (3 + (4 < unknown_name)))")).count == 1)
  }

  @Test func everyTruncationOfAProgramFailsOrRuns() {
    let program = "fn f(x, y = 2) { if x > 1 { [x, y] } else { {a: x, \"b\": f\"{y:.2f}\"} } }\nr = f(2) |> map(q -> q * 2)\nr[0] += 1"
    for count in 0...program.count { _ = Cells().error(String(program.prefix(count))) }
  }
}
