// Keys at the prompt of the built program: where they move the cursor, what they change, what must not reach the text.

import Foundation
import Testing

@testable import Repl

@Suite(.enabled(if: TerminalSession.program != nil)) struct LineEditorKeysTests {
  /// What terminals send for a key, and what `ab cd` becomes by Home, the key and an x; then by End, the key and an x.
  private static let keys: [(keys: [String], fromHome: String, fromEnd: String)] = [
    (["\u{1b}[D", "\u{1b}OD", "\u{2}"], "xab cd", "ab cxd"),
    (["\u{1b}[C", "\u{1b}OC", "\u{6}"], "axb cd", "ab cdx"),
    (["\u{1b}[1;5D", "\u{1b}[1;3D", "\u{1b}b"], "xab cd", "ab xcd"),
    (["\u{1b}[1;5C", "\u{1b}[1;3C", "\u{1b}f"], "abx cd", "ab cdx"),
    (["\u{1b}[H", "\u{1b}OH", "\u{1b}[1~", "\u{1b}[7~", "\u{1}"], "xab cd", "xab cd"),
    (["\u{1b}[F", "\u{1b}OF", "\u{1b}[4~", "\u{1b}[8~", "\u{5}"], "ab cdx", "ab cdx"),
    (["\u{1b}[3~"], "xb cd", "ab cdx"),
    (["\u{7f}", "\u{8}"], "xab cd", "ab cx"),
    (["\u{b}"], "x", "ab cdx"),
    (["\u{15}"], "xab cd", "x"),
    (["\u{17}", "\u{1b}\u{7f}"], "xab cd", "ab x"),
    (["\u{1b}d"], "x cd", "ab cdx"),
    // Keys that mean nothing here, known to libedit or not: nothing of them may be typed.
    (["\u{1b}[2~", "\u{1b}[5~", "\u{1b}[6~", "\u{1b}[15~", "\u{1b}OP", "\u{1b}[[A", "\u{1b}[1;5A", "\u{1b}[57399u"], "xab cd", "ab cdx"),
    // Answers of a terminal that come late, and reports nobody asked for.
    (["\u{1b}[?62;4;22c", "\u{1b}[4;600;800t", "\u{1b}[24;80R", "\u{1b}[?1;0;256S", "\u{1b}[I", "\u{1b}[>41;354;0c"], "xab cd", "ab cdx"),
    (["\u{1b}]11;rgb:0000/0000/0000\u{1b}\\", "\u{1b}_Gi=4207;OK\u{1b}\\", "\u{1b}P>|XTerm(379)\u{1b}\\", "\u{1b}]11;?\u{7}"], "xab cd", "ab cdx"),
    // Ctrl-^ and Ctrl-\, which the editor uses for itself.
    (["\u{1e}", "\u{1c}"], "xab cd", "ab cdx"),
  ]

  @Test(arguments: ["xterm", "screen"]) func keysLeaveTheRightText(terminal: String) throws {
    let session = try TerminalSession(terminal: terminal)
    for row in Self.keys {
      for key in row.keys {
        for (start, expected) in [("\u{1}", row.fromHome), ("\u{5}", row.fromEnd)] {
          session.type("\u{5}\u{15}ab cd" + start + key + "x")
          try session.wait("\(expected.debugDescription) after \(key.debugDescription)") { TerminalSession.cell(of: $0) == expected }
        }
      }
    }
  }

  /// An Escape by itself, then a key, as slow fingers and slow lines send them.
  @Test func slowEscapes() throws {
    let session = try TerminalSession()
    session.type("fn f(x) = x")
    try session.expect(cell: "fn f(x) = x")
    session.type("\u{1b}")
    Thread.sleep(forTimeInterval: 0.2)
    session.type("\ry")
    try session.expect(cell: "fn f(x) = x\ny")
    for late in ["[?62;4c", "]11;rgb:ff/ff/ff\u{7}", "[Z"] {
      session.type("\u{1b}")
      Thread.sleep(forTimeInterval: 0.2)
      session.type(late + "z")
    }
    try session.expect(cell: "fn f(x) = x\nyzzz")
    // An Escape for nothing, then an arrow.
    session.type("\u{1b}")
    Thread.sleep(forTimeInterval: 0.2)
    session.type("\u{1b}[Da")
    try session.expect(cell: "fn f(x) = x\nyzzaz")
  }

  @Test func greekAndMarks() throws {
    let session = try TerminalSession()
    session.type("βγ = 2\u{1b}[D\u{7f}")
    try session.expect(cell: "βγ =2")
    try session.run("")
    // Typed as a letter and a mark, as some keyboards do, and read back as one letter.
    try session.run("e\u{301}x = 5")
    try session.run("éx + βγ")
    try session.expect(line: "out[3]: 7")
    #expect(session.history.contains { $0.unicodeScalars.elementsEqual("éx = 5".precomposedStringWithCanonicalMapping.unicodeScalars) })
    // A mark with nothing before it.
    session.type("\u{301}a\u{15}")
    try session.run("1 + 1")
    try session.expect(line: "out[4]: 2")
  }

  /// Characters of two columns, moved over in both lines.
  @Test func wideCharactersInSeveralLines() throws {
    let session = try TerminalSession()
    session.type("x = \"日本語abc\"\u{1b}\ry = \"中文字def\"")
    try session.expect(cell: "x = \"日本語abc\"\ny = \"中文字def\"")
    session.type("\u{1b}[A\u{1b}[H" + String(repeating: "\u{1b}[C", count: 7) + "é")
    try session.expect(cell: "x = \"日本é語abc\"\ny = \"中文字def\"")
    session.type("\u{1b}[B\u{1b}[D\u{7f}語\u{1b}[A\u{4}")
    try session.expect(cell: "x = \"日本語abc\"\ny = \"中語字def\"")
    try session.run("")
    try session.run("[x, y]")
    try session.expect(line: "out[2]: [\"日本語abc\", \"中語字def\"]")
  }

  @Test func undoTakesBackWordByWord() throws {
    let session = try TerminalSession()
    session.type("first second")
    try session.expect(cell: "first second")
    session.type("\u{1f}")
    try session.expect(cell: "first")
    session.type("\u{18}\u{15}")
    try session.expect(cell: "")
    // Nothing is left to take back.
    session.type("\u{1f}\u{1f}third")
    try session.expect(cell: "third")
    // A kill, a yank and a paste are one change each.
    session.type("\u{17}")
    try session.expect(cell: "")
    session.type("\u{19}\u{19}")
    try session.expect(cell: "thirdthird")
    session.paste("a\nb")
    try session.expect(cell: "thirdthirda\nb")
    session.type("\u{1f}")
    try session.expect(cell: "thirdthird")
    session.type("\u{1f}")
    try session.expect(cell: "third")
    session.type("\u{1f}")
    try session.expect(cell: "")
  }

  @Test func killsThatFollowOneAnotherAreOne() throws {
    let session = try TerminalSession()
    session.type("a bb ccc\u{17}\u{17}")
    try session.expect(cell: "a")
    session.type("\u{1}\u{19}")
    try session.expect(cell: "bb ccca")
  }

  @Test func enterGoesOnOrRuns() throws {
    let session = try TerminalSession()
    session.type("fn twice(x) {\r")
    try session.expect(cell: "fn twice(x) {")
    session.type("2 * x\r")
    session.type("}")
    try session.expect(cell: "fn twice(x) {\n  2 * x\n}")
    // From the middle of a whole cell it runs all of it.
    session.type("\u{1b}[A\r")
    try session.wait { $0.text.contains("in [2]>") }
    try session.run("twice(4)")
    try session.expect(line: "out[2]: 8")
    // What no further line can mend runs at once, so that its error is seen.
    try session.run("x = )")
    #expect(session.screen.text.contains("error[syntax]"))
    // Alt-Enter adds a line to a whole cell.
    session.type("1\u{1b}\r2")
    try session.expect(cell: "1\n2")
  }

  @Test func aRecalledCellIsEditedAndRunWhole() throws {
    let session = try TerminalSession()
    try session.run("fn f(x) {\rx + 1\r}")
    session.type("\u{1b}[A")
    try session.expect(cell: "fn f(x) {\n  x + 1\n}")
    session.type("\u{1b}[A\u{1b}[A\u{1}\u{1b}[C\u{1b}[C\u{1b}[Cg")
    try session.expect(cell: "fn gf(x) {\n  x + 1\n}")
    session.type("\r")
    try session.wait { $0.text.contains("in [3]>") }
    try session.run("gf(1)")
    try session.expect(line: "out[3]: 2")
  }

  @Test func controlCEmptiesTheLineAndKeepsTheNames() throws {
    let session = try TerminalSession()
    try session.run("kept = 41")
    for count in 0..<20 {
      session.type(count.isMultiple(of: 2) ? "f(unfinished\r" : "")
      if count.isMultiple(of: 5) { session.signal(SIGINT) } else { session.type("\u{3}") }
      Thread.sleep(forTimeInterval: 0.02)
    }
    session.type("\u{3}")
    try session.run("kept + 1")
    try session.expect(line: "out[2]: 42")
  }

  @Test func screensAreDrawnAnew() throws {
    let session = try TerminalSession()
    try session.run("1")
    session.type("abc\u{c}")
    try session.wait { $0.lines == ["in [2]> abc"] }
    // Narrower than the text, wider again.
    session.type(String(repeating: "x", count: 50))
    session.resize(columns: 30, rows: 10)
    Thread.sleep(forTimeInterval: 0.2)
    session.resize(columns: 100, rows: 30)
    Thread.sleep(forTimeInterval: 0.2)
    session.type("\u{c}")
    try session.wait { $0.lines == ["in [2]> abc" + String(repeating: "x", count: 50)] }
  }
}
