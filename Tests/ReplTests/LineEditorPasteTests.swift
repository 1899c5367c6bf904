// Pastes into the prompt of the built program: one cell whatever is in them.

import Foundation
import Testing

@testable import Repl

@Suite(.enabled(if: TerminalSession.program != nil)) struct LineEditorPasteTests {
  @Test func aPasteIsOneCell() throws {
    let session = try TerminalSession()
    // Blank lines inside, a tab, line ends of another system.
    session.paste("fn f(x) {\r\n\ty = x\r\n\r\n  y + 1\r\n}\r\nf(1)\r\n")
    try session.wait { $0.text.contains("f(1)") }
    session.type("\r")
    try session.expect(line: "out[1]: 2")
    try session.wait { $0.text.contains("in [2]>") }
    #expect(session.history == ["fn f(x) {\n\ty = x\n\n  y + 1\n}\nf(1)"])
  }

  @Test func tabsCompleteNothing() throws {
    let session = try TerminalSession()
    session.paste("sam\tple\t")
    try session.wait { $0.text.contains("ple") }
    Thread.sleep(forTimeInterval: 0.1)
    #expect(session.screen.bells == 0 && session.screen.lines.last?.hasPrefix("in [1]> sam") == true)
  }

  @Test func copiedSessionsLoseTheirPrompts() throws {
    let session = try TerminalSession()
    session.paste("in [7]> a = 5\nin [8]> a\nout[8]: 5\nin [9]> fn f(x) {\n   ...>   x + a\n   ...> }\nin [10]> print(\"no input\")\nno input\nin [11]> f(2)")
    try session.wait { $0.text.contains("f(2)") }
    session.type("\r")
    try session.expect(line: "out[1]: 7")
    try session.wait { $0.text.contains("in [2]>") }
    #expect(session.history.first?.contains("no input\n") == false && session.history.first?.contains("out[") == false)
  }

  /// Longer than the screen: its first line and how much there is, and all of it runs.
  @Test func longPastesAreFolded() throws {
    let session = try TerminalSession()
    let lines = ["total = 0"] + (1...320).map { "total += \($0)" }
    session.paste(lines.joined(separator: "\n"))
    try session.expect(cell: "total = 0\n⟨1: 320 lines⟩")
    session.type("; total\r")
    try session.expect(line: "out[1]: 51360")
    // Folded again when it comes back, and a key takes the fold away whole.
    session.type("\u{1b}[A")
    try session.expect(cell: "total = 0\n⟨1: 320 lines⟩")
    session.type("\u{7f}")
    try session.expect(cell: "total = 0")
    session.type("\u{1f}\r")
    try session.expect(line: "out[2]: 51360")
  }

  @Test func oneLineOfMegabytes() throws {
    let session = try TerminalSession()
    session.paste("size = len(\"" + String(repeating: "x", count: 440_000) + "\")")
    try session.expect(cell: "⟨1: 1 line⟩")
    session.type("\r")
    try session.run("size")
    try session.expect(line: "out[2]: 440000")
  }

  /// Bytes of any kind: what is no text is dropped, control characters among them mean nothing.
  @Test func binaryIsSurvived() throws {
    // Without other programs, of which a line may start any.
    let session = try TerminalSession(arguments: ["--safe"])
    var state: UInt64 = 11
    var bytes = Array("\u{1b}[200~".utf8)
    for _ in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      bytes.append(UInt8(truncatingIfNeeded: state >> 40))
    }
    session.type(bytes: bytes + Array("\u{1b}[201~".utf8))
    Thread.sleep(forTimeInterval: 0.3)
    session.type("\u{3}")
    try session.wait("a new prompt") { TerminalSession.cell(of: $0) == "" }
    try session.run("1 + 1")
    #expect(session.screen.lines.contains { $0.hasSuffix("]: 2") })
    // The same without brackets, as keys: whatever they did, the session is there.
    session.type(bytes: bytes.dropFirst(6).filter { $0 != 4 && $0 != 0x1A })
    // Cells run meanwhile, and a Ctrl-C among the bytes throws away what comes before it: until a prompt is empty.
    for _ in 0..<60 {
      session.type("\u{3}")
      session.look(seconds: 0.3)
      if TerminalSession.cell(of: session.screen) == "" { break }
    }
    session.type("40 + 2\r")
    try session.wait("42") { $0.lines.contains { $0.hasSuffix("]: 42") } }
  }

  /// A terminal that dies in the middle of a paste has lost its end: what came is there.
  @Test func aPasteWithoutAnEnd() throws {
    let session = try TerminalSession()
    session.type("\u{1b}[200~1 + 2")
    try session.wait { $0.text.contains("1 + 2") }
    try session.run("")
    try session.expect(line: "out[1]: 3")
  }
}
