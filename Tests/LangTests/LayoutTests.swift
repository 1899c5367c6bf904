// The layout of scripts: what it looks like, and that it changes neither tree nor comments, for scripts of all kinds.

import Foundation
import Testing

@testable import Lang

/// A script and its layout.
private struct Case: Sendable, CustomTestStringConvertible {
  let script: String
  let layout: String
  var testDescription: String { script }

  init(_ script: String, _ layout: String) {
    self.script = script
    self.layout = layout
  }
}

private let words: [Case] = [
  Case("x=1+2*-3", "x = 1 + 2 * -3\n"), Case("y = a ^ - b ** 2", "y = a^-b**2\n"), Case("r = 0 .. n - 1", "r = 0..n - 1\n"),
  Case("a,b=f( x,lr=1e-3 ,... r )", "a, b = f(x, lr = 1e-3, ...r)\n"), Case("x [ 0 , 2 : 5 , : : 2 , ... , new ]", "x[0, 2:5, ::2, ..., new]\n"),
  Case("x[a : -1]", "x[a:-1]\n"), Case("{a:1,\"b c\":2,[ k ]:3,d,...e}", "{a: 1, \"b c\": 2, [k]: 3, d, ...e}\n"), Case("f = ( a,b )->a", "f = (a, b) -> a\n"),
  Case("x . f ( 1 ) . T [ 0 ]", "x.f(1).T[0]\n"), Case("r . in ( 1 )", "r.in(1)\n"), Case("not ( a )and- b", "not (a) and -b\n"), Case("- - x", "--x\n"),
  Case("fn f( x:[ b,3 ],*" + "*s )=x", "fn f(x: [b, 3], **s) = x\n"), Case("g = fn (x)=x", "g = fn(x) = x\n"), Case("a not  in b", "a not in b\n"),
  Case("x+=1_000;y = 0x1F", "x += 1_000\ny = 0x1F\n"), Case("1. .. 2", "1. ..2\n"), Case("0.. .5", "0.. .5\n"), Case("1 .e5", "1 .e5\n"), Case("1 .max()", "1 .max()\n"),
  Case("'a'+f'{ x:.3f }'", "'a' + f'{ x:.3f }'\n"), Case("(a,)", "(a,)\n"), Case("[a,]", "[a]\n"), Case("f(a,)", "f(a)\n"), Case("x = 1 + \\\n  2", "x = 1 + 2\n"),
]

private let lines: [Case] = [
  Case("", ""), Case("\n\n\nx\n\n\n\ny\n\n", "x\n\ny\n"), Case("x;", "x;\n"), Case("x; y;;", "x\ny;\n"), Case("x\n\n\n\n#%% Cell\ny", "x\n\n\n#%% Cell\ny\n"),
  Case("#!/usr/bin/env imf-repl\nx", "#!/usr/bin/env imf-repl\nx\n"), Case("# only   \n", "# only\n"), Case("\u{FEFF}x", "x\n"), Case("x\r\n\r\n# c\r\ny\r\n", "x\n\n# c\ny\n"),
  Case("x = 1 # a\nlonger = 2       # b\ny = 3               # b", "x = 1  # a\nlonger = 2       # b\ny = 3               # b\n"),
  Case("if a{b}else{c}", "if a { b } else { c }\n"), Case("if a{\nb}\nelse{c;d;}", "if a {\n  b\n} else {\n  c\n  d\n}\n"), Case("while a { }", "while a {}\n"),
  Case("for x in y {\n\n  # first\n\n  z\n\n  # last\n}", "for x in y {\n  # first\n\n  z\n\n  # last\n}\n"), Case("fn f() # c\n{ x }", "fn f()  # c\n{ x }\n"),
  Case("if a { # why\n\nb }", "if a {  # why\n  b\n}\n"), Case("for s in if a { b } else { c } {\nd }", "for s in if a { b } else { c } {\n  d\n}\n"),
  Case("try f() catch e { 1 }", "try f() catch e { 1 }\n"), Case("try {\nf() }\ncatch e { 1 }", "try {\n  f()\n} catch e {\n  1\n}\n"),
  Case("s = \"\"\"\n  two  \nlines\"\"\" + t", "s = \"\"\"\n  two  \nlines\"\"\" + t\n"), Case("#%% [md]\n# *Prose*,   kept.\nx", "#%% [md]\n# *Prose*,   kept.\nx\n"),
]

private let brackets: [Case] = [
  Case("f(\na, b)", "f(\n  a,\n  b,\n)\n"), Case("f(a,\n  b)", "f(a, b)\n"), Case("[ # c\n1, 2\n# d\n]", "[  # c\n  1, 2,\n  # d\n]\n"), Case("{\n[k]: 1}", "{\n  [k]: 1,\n}\n"),
  Case("f({\na: 1}, b)", "f({\n  a: 1,\n}, b)\n"), Case("f(a # why\n, b)", "f(\n  a  # why\n  ,\n  b,\n)\n"), Case("x = [a,\n\n  # of b\n  b, # end\n]", "x = [\n  a,\n\n  # of b\n  b,  # end\n]\n"),
  Case("map(xs, x -> {\ny = x\ny })", "map(xs, x -> {\n  y = x\n  y\n})\n"), Case("best(() -> {\nx }, 20)", "best(() -> {\n  x\n}, 20)\n"), Case("[ # none\n]", "[  # none\n]\n"),
  Case("(\na,)", "(\n  a,\n)\n"), Case("(\na)", "(\n  a\n)\n"),
]

private let pipes: [Case] = [
  Case("x\n|> f\n  |> g(1)", "x\n  |> f\n  |> g(1)\n"), Case("x |>\n f", "x |> f\n"), Case("|> f", "|> f\n"), Case("x # c\n# d\n|> f", "x  # c\n  # d\n  |> f\n"),
  Case("y = f(x\n|> g, 1)", "y = f(\n  x\n    |> g,\n  1,\n)\n"),
]

private let long = "a_rather_long_name_of_thirty_c"

private let full: [Case] = [
  Case("x = \(long)(\(long), \(long), b)", "x = \(long)(\n  \(long),\n  \(long),\n  b,\n)\n"),
  Case("x = f(\(long)) + f(\(long)) * 2 + f(\(long))", "x = f(\(long)) +\n    f(\(long)) * 2 +\n    f(\(long))\n"),
  Case("imf({\(long): 1, \(long): 2, \(long): 3})", "imf({\n  \(long): 1,\n  \(long): 2,\n  \(long): 3,\n})\n"),
  Case("\(long) |> \(long)(1) |> \(long)(2)", "\(long)\n  |> \(long)(1)\n  |> \(long)(2)\n"),
  Case("map(\(long), x -> { y = \(long)(x); y + \(long) })", "map(\(long), x -> {\n  y = \(long)(x)\n  y + \(long)\n})\n"),
  Case("if \(long) == \(long) or \(long).T { 1 }", "if \(long) == \(long) or\n    \(long).T { 1 }\n"),
  Case("x = [\((100..<130).map { "\($0)" }.joined(separator: ","))]", "x = [\n  \((100..<119).map { "\($0)" }.joined(separator: ", ")),\n  \((119..<130).map { "\($0)" }.joined(separator: ", ")),\n]\n"),
  Case("print(\"\(long) \(long) \(long) \(long)\")", "print(\"\(long) \(long) \(long) \(long)\")\n"),
]

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

private func expectLayoutKeepsMeaning(_ script: String, _ name: String) {
  let complaint = SyntaxStructure.complaintAboutLayout(of: script)
  if let complaint { Issue.record("\(name): \(complaint)\n---- of\n\(script)") }
}

@Suite struct LayoutTests {
  @Test(arguments: words + lines + brackets + pipes + full) fileprivate func scriptsHaveOneLayout(_ row: Case) throws {
    #expect(try ScriptLayout.formatted(Source(name: "test", text: row.script)) == row.layout)
    expectLayoutKeepsMeaning(row.script, "test")
  }

  @Test(arguments: ["f(", "x = [1, 2)", "1 2", "if a { b", "\"open", "x = \u{1}", "f\"{x\"", "a & b", "else", String(repeating: "(", count: 3000)])
  func whatHasSyntaxErrorsHasNoLayout(_ script: String) {
    let error = #expect(throws: Diagnostic.self) { try ScriptLayout.formatted(Source(name: "test", text: script)) }
    #expect(error?.kind == .syntax && error?.primary != nil)
  }

  @Test(arguments: ["examples", "Benchmarks", "Tests/LangTests"]) func scriptsOfTheProjectKeepTheirMeaning(_ folder: String) throws {
    let names = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)?.compactMap { $0 as? String } ?? []
    for name in names.sorted() where name.hasSuffix(".imf") {
      // Bytes that are no UTF-8 never reach the parser.
      guard let text = try? String(contentsOf: root.appendingPathComponent("\(folder)/\(name)"), encoding: .utf8) else { continue }
      expectLayoutKeepsMeaning(text, name)
    }
  }

  @Test(arguments: ["README.md", "docs"]) func codeOfTheDocumentationKeepsItsMeaning(_ place: String) throws {
    let path = root.appendingPathComponent(place).path
    let pages = place.hasSuffix(".md") ? [path] : try FileManager.default.contentsOfDirectory(atPath: path).map { "\(path)/\($0)" }
    for page in pages.sorted() where page.hasSuffix(".md") {
      let parts = try String(contentsOfFile: page, encoding: .utf8).components(separatedBy: "```")
      for index in stride(from: 1, to: parts.count, by: 2) {
        let code = parts[index].split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).last ?? ""
        expectLayoutKeepsMeaning(String(code), page)
      }
    }
  }

  @Test func examplesOfTheBuiltinsKeepTheirMeaning() {
    for row in Library.core.flatMap(\.rows) {
      #expect(SyntaxStructure.of(row.example) != nil, "\(row.name)")
      expectLayoutKeepsMeaning(row.example, row.name)
    }
  }

  @Test(arguments: 0..<30) func programsDrawnByLotKeepTheirMeaning(_ group: UInt64) {
    for seed in group * 100..<(group + 1) * 100 {
      let program = ProgramGenerator.program(seed: seed)
      let isProgram = (try? Parser.program(Source(name: "test", text: program))) != nil
      #expect(isProgram, "seed \(seed)\n\(program)")
      expectLayoutKeepsMeaning(program, "seed \(seed)")
    }
  }
}
