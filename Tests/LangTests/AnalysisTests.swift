// What is known of a text without running it. `«` in a text marks the cursor.

import Testing

@testable import Lang

/// A text under a cursor.
private struct Marked {
  let analysis: Analysis
  let offset: Int

  init(_ marked: String, files: [String: String] = [:]) {
    let parts = marked.split(separator: "«", maxSplits: 1, omittingEmptySubsequences: false)
    offset = parts[0].utf8.count
    let interpreter = Interpreter { _ in }
    func analysis(_ path: String, _ text: String) -> Analysis {
      Analysis(Source(name: path, text: text, path: path), interpreter) { path in files[path].map { analysis(path, $0) } }
    }
    self.analysis = analysis("/here/main.imf", parts.joined())
  }

  /// Where the name at the cursor is defined, `file:line:column`; else what it is.
  var meaning: String {
    switch analysis.meaning(at: offset)?.meaning {
    case .definition(let found): Span(source: found.source, range: found.nameRange).place.replacing("/here/", with: "")
    case .builtin(let row): "builtin \(row.name)"
    case .constant(let name, _): "constant \(name)"
    case .attribute(let name, let owner): "\(owner).\(name)"
    case .file(let source): source.name
    case nil: "nothing"
    }
  }

  var names: [String] { analysis.completions(at: offset).candidates.map(\.name) }
}

@Suite struct AnalysisTests {
  @Test(arguments: [
    ("x = 1\n«x + 1", "main.imf:1:1"), ("x = 1\nx = 2\n«x", "main.imf:2:1"), ("fn f(a) { «a }", "main.imf:1:6"),
    ("a = 1\nfn f(a) { a }\n«a", "main.imf:1:1"), ("fn f() { b = 1; «b }\nb = 2", "main.imf:1:10"),
    ("fn f() { «b }\nb = 2", "main.imf:2:1"), ("x -> «x", "main.imf:1:1"), ("x = 0\ng(x -> x, «x)", "main.imf:1:1"),
    ("(a, (b)) -> 1; «b", "nothing"), ("(a, b) -> {\n  «b\n}", "main.imf:1:5"), ("x -> y -> «x", "main.imf:1:1"),
    ("fn f(x) = x +\n  «x", "main.imf:1:6"), ("x = 1\nfn f(x) = x\n«x", "main.imf:1:1"), ("x -> x |> «x", "nothing"),
    ("for i, b in xs { «b }", "main.imf:1:8"), ("(a, b) = 1, 2\n«b", "main.imf:1:5"), ("[a, b] = f()\n«b", "main.imf:1:5"),
    ("try f() catch err { «err }", "main.imf:1:15"), ("param n = 1\n«n", "main.imf:1:7"), ("f\"{1} {«n}\"\nn = 2", "main.imf:2:1"),
    ("fn f(x: [b, d]) { «d }", "main.imf:1:13"), ("fn f(a, g = (a) -> a) { «a }", "main.imf:1:6"), ("θ = 1\n«θ", "main.imf:1:1"),
    ("fn outer() {\n  fn inner(q) { q }\n  «q\n}", "nothing"), ("fn f(...rest, **all) { «all }", "main.imf:1:17"),
    // What changes an element, names an argument or stands behind a dot binds nothing.
    ("x[i] = 1\n«i", "nothing"), ("f(k = 1)\n«k", "nothing"), ("r.k = 1\n«k", "nothing"), ("f(x) == 1\n«x", "nothing"),
    ("«sum(1)", "builtin sum"), ("«pi", "constant pi"), ("sum = 1; «sum", "main.imf:1:1"), ("nobody«", "nothing"), ("1 + «2", "nothing"),
    ("# «sum", "nothing"), ("\"«sum\"", "nothing"), ("«", "nothing"), ("if «true {}", "nothing"),
  ])
  func names(text: String, meaning: String) { #expect(Marked(text).meaning == meaning) }

  @Test(arguments: [
    ("r = {alpha: 1, beta: {gamma: 2}}\nr.beta.«gamma", "main.imf:1:23"), ("r = {a: 1}\ns = r\ns.«a", "main.imf:1:6"),
    ("a = 1\nr = {a}\nr.«a", "main.imf:2:6"), ("r = {«a: 1}", "main.imf:1:6"), ("r = {a: 1}.b\nr.«a", "nothing"),
    ("r = {a: 1}\nr.«b", "nothing"), ("r = {...s, \"a b\": 1, [k]: 2}\nr.«k", "nothing"), ("f().«sum", "nothing"), ("x.«sum()", "builtin sum"),
    ("fn f(x: [n]) { x.«shape }", "tensor.shape"), ("try 1 catch e { e.«kind }", "error.kind"), ("fn f() { }\nf.«doc", "function.doc"),
    ("fn f(a, b = 1) = a\nf(1, «b = 2)", "main.imf:1:9"), ("round(1, «nothing = 2)", "nothing"), ("softmax(x, «axis = 0)", "builtin softmax"),
    // A name that is its own value, and two that are each other's.
    ("x = x\nx.«a", "nothing"), ("x = y; y = x\nx.«a", "nothing"),
  ])
  func fields(text: String, meaning: String) { #expect(Marked(text).meaning == meaning) }

  @Test(arguments: [
    ("import \"lib.imf\" as lib\nlib.«f(1)", "lib.imf:2:4"), ("import \"«lib.imf\" as lib", "/here/lib.imf"),
    ("import \"lib.imf\" as lib\nlib.r.«a", "lib.imf:4:6"), ("import \"lib.imf\" as lib\nlib.f(«x = 1)", "lib.imf:2:6"),
    ("import \"lib.imf\" as lib\nlib.other.«g", "other.imf:1:4"), ("import \"lib.imf\" as lib\nlib.«x", "nothing"),
    ("import \"«gone.imf\" as lib", "nothing"), ("import \"gone.imf\" as lib\nlib.«f", "nothing"), ("import \"main.imf\" as me\nme.me.«me", "main.imf:1:22"),
  ])
  func imports(text: String, meaning: String) {
    let lib = "## Adds one.\nfn f(x) = x + 1\nimport \"other.imf\" as other\nr = {a: 1}"
    var files = ["/here/lib.imf": lib, "/here/other.imf": "fn g() = 1"]
    files["/here/main.imf"] = text.replacing("«", with: "")
    #expect(Marked(text, files: files).meaning == meaning)
  }

  /// The rest of a text keeps its meaning while a line of it is being written.
  @Test(arguments: [
    ("x = f(1,\ny = 2\n«y", "main.imf:2:1"), ("fn f(a {\n  a\nfn g(b) {\n  «b\n}", "main.imf:3:6"), ("s = \"open\ny = 2\n«y", "main.imf:2:1"),
    ("y = 2\nfn f(z) {\n  for i in «y {", "main.imf:1:1"), ("y = 2 ) ] }\n«y", "main.imf:1:1"), ("fn f(a) { if a {\nfn g(b) { «b }", "main.imf:2:6"),
    ("y = 1 $ 2\n«y", "main.imf:1:1"), ("fn\ny = 1; «y", "main.imf:2:1"), ("fn f\ny = 1; «y", "main.imf:2:1"), ("y = [{(\ny2 = 1\n«y2", "main.imf:2:1"),
    ("x = \"\"\"open\n«x", "nothing"), ("f\"{x} {\"\ny = 1\n«y", "main.imf:2:1"),
  ])
  func brokenTexts(text: String, meaning: String) { #expect(Marked(text).meaning == meaning) }

  @Test func completionsKnowWhatIsSeen() {
    let text = "before = 1\nfn later(argument) {\n  own = 1\n  «\n  after = 2\n}\nglobal = 1"
    let names = Marked(text).names
    for name in ["before", "later", "argument", "own", "global", "sum", "while", "pi"] { #expect(names.contains(name), "\(name)") }
    #expect(!names.contains("after") && Set(names).count == names.count)
    #expect(Marked("x = 1\n«\ny = 2").names.contains("y") == false)
    #expect(Marked("r = {a: 1, b: 2}\nr.«").names == ["a", "b"] && Marked("r = {a: 1}\nr.«\nf(").names == ["a"])
    #expect(Marked("fn f(long, name = 1) = 1\nf(«").names.prefix(2) == ["long", "name"])
    #expect(Marked("fn f(long, name = 1) = 1\n2 |> f(«").names.first == "name" && Marked("fn f(long, name = 1) = 1\nx.f(«").names.first == "name")
    #expect(Marked("f\"{be«").names.contains("sum") && Marked("f\"be«").names.contains("sum") == false)
    #expect(Marked("unknown.«").names.isEmpty && Marked("# «").names.isEmpty && Marked("print(\"«").names.isEmpty)
  }

  @Test(arguments: [
    ("softmax(x«", 0), ("softmax(x, «", 1), ("softmax(axis = «", 1), ("softmax(f(1, 2), «", 1), ("x |> softmax(«", 1),
    ("x.softmax(«", 1), ("print(1, 2, «", 0), ("print(1, end = «", 2), ("fn f(a, b) = 1\nf(1,\n  «", 1),
  ])
  func argumentsUnderTheCursor(text: String, parameter: Int) throws {
    let marked = Marked(text)
    #expect(try #require(marked.analysis.call(at: marked.offset)).parameter == parameter)
  }

  @Test(arguments: ["«", "nobody(«", "[1, «", "softmax(x)«", "softmax(x[«", "(«", "if («", "softmax(1, 2, 3, 4«)"])
  func noArgumentsUnderTheCursor(_ text: String) {
    let marked = Marked(text)
    #expect(marked.analysis.call(at: marked.offset)?.parameter == nil)
  }

  @Test func landmarksSpanTheirBodies() {
    let text = "#%% One\n## Adds.\nfn f(a) {\n  fn g() = 1\n  a\n}\nparam n = 2\n#%%\nimport \"l\" as l\n"
    let found = Marked(text).analysis.landmarks.map { "\($0.name): \(Source(name: "", text: text).excerpt($0.range).count)" }
    #expect(found == ["One: 58", "f: 28", "g: 10", "n: 1", "cell 2: 20", "l: 15"])
    #expect(Marked(text).analysis.landmarks[1].documentation == "Adds.")
  }
}

@Suite struct LineTableTests {
  private let text = "aθ\u{1F600}b\r\n\né\rlast"

  @Test(arguments: [
    (0, 0, 0), (1, 0, 1), (3, 0, 2), (7, 0, 4), (8, 0, 5), (9, 0, 6), (10, 1, 0), (11, 2, 0), (13, 2, 1), (14, 3, 0), (18, 3, 4),
    // Inside a character, and beyond both ends.
    (2, 0, 1), (5, 0, 2), (-5, 0, 0), (99, 3, 4),
  ])
  func positions(offset: Int, line: Int, column: Int) {
    #expect(LineTable(text).position(of: offset) == (line, column))
  }

  @Test(arguments: [
    (0, 0, 0), (0, 2, 3), (0, 4, 7), (0, 5, 8), (1, 0, 10), (2, 1, 13), (3, 4, 18),
    // Between the halves of a surrogate pair, and beyond a line or the text.
    (0, 3, 3), (0, 99, 8), (1, 5, 10), (2, 9, 13), (3, 99, 18), (9, 0, 18), (-1, 3, 0), (0, -3, 0), (Int.max, Int.max, 18),
  ])
  func offsets(line: Int, column: Int, offset: Int) { #expect(LineTable(text).offset(line: line, column: column) == offset) }
}

@Suite struct HostileTextTests {
  /// None of them may crash or take long, wherever the cursor is.
  @Test(arguments: [
    String(repeating: "(", count: 200_000), String(repeating: "[{", count: 100_000), String(repeating: ")", count: 200_000),
    String(repeating: "x -> ", count: 60_000), String(repeating: "(x) -> {", count: 30_000), String(repeating: "fn f(a = ", count: 30_000),
    String(repeating: "a.", count: 100_000), String(repeating: "f\"{", count: 50_000), String(repeating: "f\"{f'{", count: 50_000),
    String(repeating: "\"\"\"\"", count: 50_001), String(repeating: "a, ", count: 60_000) + "= 1", String(repeating: "{", count: 100_000) + "a",
    String(repeating: "fn f() {\n", count: 20_000), String(repeating: "\u{0}\u{FFFD}\\", count: 60_000), String(repeating: "#%%\n", count: 30_000),
    String(repeating: "x = ", count: 50_000), String(repeating: "try ", count: 60_000), String(repeating: "\n{", count: 60_000),
    String(repeating: "(\n", count: 60_000), String(repeating: "(]", count: 60_000), String(repeating: "x = {x: x", count: 30_000),
  ])
  func strangeTexts(_ text: String) {
    let began = ContinuousClock.now
    let analysis = Analysis(Source(name: "strange", text: text), Interpreter { _ in })
    for offset in [0, text.utf8.count / 2, text.utf8.count - 1, text.utf8.count] {
      _ = analysis.meaning(at: offset)
      _ = analysis.call(at: offset)
      _ = analysis.completions(at: offset)
    }
    _ = analysis.landmarks
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    #expect(seconds < 20, "\(text.prefix(10))... took \(seconds) s")
  }
}
