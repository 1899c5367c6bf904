// Tab at the prompt of the built program.

import Foundation
import Testing

@testable import Repl

@Suite(.enabled(if: TerminalSession.program != nil)) struct CompletionPromptTests {
  @Test func namesFieldsArgumentsValues() throws {
    let session = try TerminalSession()
    session.type("r = {blocks: 3}\r")
    try session.wait { $0.text.contains("in [2]>") }
    for (typed, completed) in [
      ("r.bl\t", "r.blocks"), ("split_k\t", "split_key"), ("pad(r, 1, mo\t", "pad(r, 1, mode ="), ("pad(r, 1, mode = \"sy\t", "pad(r, 1, mode = \"symmetric\""),
      (":he\t", ":help"), (":keep of\t", ":keep off"), ("?split_k\t", "?split_key"), ("\\alpha\t = 1", "α = 1"), ("\"\\theta\t", "\"θ"),
      ("\\lamb\t", "λ"),
    ] {
      session.type("\u{5}\u{15}" + typed)
      try session.wait("\(completed) for \(typed)") { TerminalSession.cell(of: $0) == completed }
    }
    // In the middle of a word: what stands there already is not put in again.
    session.type("\u{5}\u{15}split_key\u{1}\u{1b}[C\u{1b}[C\u{1b}[C\u{1b}[C\u{1b}[C\u{1b}[C\u{1b}[C\t(")
    try session.expect(cell: "split_key(")
  }

  @Test func fileNamesInStrings() throws {
    let session = try TerminalSession()
    try Data().write(to: URL(fileURLWithPath: session.home + "/check point.npz"))
    session.type("load(\"\(session.home)/ch\t")
    try session.wait { $0.text.replacing("\n", with: "").hasSuffix("check point.npz") }
  }

  @Test func severalAreListedWithANote() throws {
    let session = try TerminalSession(columns: 60)
    session.type("split\t")
    try session.wait { screen in screen.lines.contains { $0.hasPrefix("split_key") } && TerminalSession.cell(of: screen) == "split" }
    let rows = session.screen.lines.filter { $0.hasPrefix("split ") || $0.hasPrefix("split_key ") }
    #expect(rows.count == 2 && rows.allSatisfy { $0.count > 20 && $0.count < 60 })
    // The text under the list is the one that was.
    session.type("_key\t")
    try session.expect(cell: "split_key")
  }

  @Test func manyAreAskedFor() throws {
    let session = try TerminalSession(rows: 60)
    try session.run((0..<120).map { "zz\($0) = \($0)" }.joined(separator: "; "))
    session.type("zz\t")
    try session.wait { $0.text.contains("120 names fit: show them all? (y or n)") }
    session.type("n")
    try session.wait { TerminalSession.cell(of: $0) == "zz" }
    session.type("\t")
    try session.wait { $0.text.hasSuffix("(y or n)") }
    session.type("y")
    try session.wait { $0.text.contains("zz119") && TerminalSession.cell(of: $0) == "zz" }
    // Ctrl-C at the question is Ctrl-C.
    session.type("\t")
    try session.wait { $0.text.hasSuffix("(y or n)") }
    session.type("\u{3}")
    try session.wait { TerminalSession.cell(of: $0) == "" }
  }

  /// Nothing fits, or nothing is known: a bell, and the text stays.
  @Test func nothingFits() throws {
    let session = try TerminalSession()
    for text in ["nobody_has_this", "unknown.field", "\"/nowhere/at all", ":nothing", "\\nosuchsymbol", "# comment"] {
      let bells = session.screen.bells
      session.type("\u{5}\u{15}" + text + "\t")
      try session.wait("a bell for \(text)") { $0.bells > bells && TerminalSession.cell(of: $0) == text }
    }
  }
}
