// The terminal around the prompt: taken when the program starts, lent and given back, whatever ends it.

import Foundation
import Glibc
import Testing

@testable import Repl

@Suite(.enabled(if: TerminalSession.program != nil)) struct TerminalLifeTests {
  /// What ends the program, and with what status (negative: a signal).
  @Test(arguments: [
    ("keys", 0), ("quit", 0), ("TERM", 143), ("HUP", -SIGHUP), ("QUIT", -SIGQUIT), ("SEGV", -SIGSEGV), ("ABRT", -SIGABRT),
  ] as [(String, Int32)])
  func theTerminalIsGivenBack(end: String, status: Int32) throws {
    let session = try TerminalSession(environment: ["SWIFT_BACKTRACE": "enable=no"])
    session.type("half")
    try session.expect(cell: "half")
    #expect(!session.isCooked && session.screen.bracketsPastes)
    switch end {
    case "keys": session.type("\u{15}\u{4}")
    case "quit": session.type("\u{15}:quit\r")
    default: session.signal(["TERM": SIGTERM, "HUP": SIGHUP, "QUIT": SIGQUIT, "SEGV": SIGSEGV, "ABRT": SIGABRT][end] ?? 0)
    }
    #expect(try session.end() == status)
    #expect(session.isCooked && !session.screen.bracketsPastes)
  }

  /// Typed before the prompt is there: it is shown once, and runs.
  @Test func typeAheadIsShownOnce() throws {
    let session = try TerminalSession(typedAhead: "a = 41\na + 1\nhalf")
    try session.wait { $0.text.contains("in [3]> half") }
    try session.expect(line: "out[2]: 42")
    #expect(session.screen.text.matches(of: /a \+ 1/).count == 1 && session.screen.text.matches(of: /half/).count == 1)
    #expect(session.screen.lines.first?.hasPrefix("imf-repl") == true)
    // The same while a cell runs.
    session.type("\u{15}sleep(0.5)\rlater = 7")
    try session.expect(cell: "later = 7")
    #expect(session.screen.text.matches(of: /later/).count == 1)
  }

  @Test func suspensionGivesTheTerminalBack() throws {
    // Under a shell, without which there is nobody to go on.
    let session = try TerminalSession()
    session.type("half\u{1a}")
    Thread.sleep(forTimeInterval: 0.4)
    // Nobody could let it go on, so it did not stop.
    session.type(" done")
    try session.expect(cell: "half done")
    session.signal(SIGSTOP)
    Thread.sleep(forTimeInterval: 0.1)
    session.signal(SIGCONT)
    session.type("!")
    try session.wait { $0.lines.last?.hasSuffix("half done!") == true }
  }

  /// Terminals that terminfo does not know, and one that can do nothing.
  @Test(arguments: ["foot", "xterm-kitty", "alacritty", "nonsense", "dumb", ""]) func terminalsOfAnyName(name: String) throws {
    let session = try TerminalSession(terminal: name)
    let before = String(decoding: session.output, as: UTF8.self)
    #expect(!before.contains("termcap") && !before.contains("terminal type") && !before.lowercased().contains("warning"))
    session.type("ab\u{1}x\u{5} = 1\r")
    try session.wait { $0.text.contains("in [2]>") }
    session.type("xab + 41\r")
    try session.wait { $0.text.contains("out[2]: 42") }
    if ["nonsense", "dumb", ""].contains(name) {
      #expect(!String(decoding: session.output, as: UTF8.self).contains("\u{1b}[?2004h"))
    }
  }

  /// The terminal answers a question long after it was asked, in the middle of typing.
  @Test func lateAnswersAreNotTyped() throws {
    let session = try TerminalSession()
    session.type("1 + ")
    session.type("\u{1b}[?62;4;22c\u{1b}]11;rgb:1e1e/1e1e/1e1e\u{1b}\\\u{1b}[4;316;484t\u{1b}_Gi=4207;OK\u{1b}\\")
    session.type("2")
    try session.expect(cell: "1 + 2")
  }

  // MARK: the user's own editor

  /// A shell script, read rather than executed: a program that another test starts meanwhile may hold the file open.
  private func editor(_ script: String) throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/imf editor-\(UUID().uuidString)"
    try Data("\(script)\n".utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func theUsersEditorEditsTheCell() throws {
    let path = try editor("grep -q '^x = 1$' \"$1\" && stty -a | grep -q ' echo ' && printf 'x = 20\\r\\ny = x + 1\\n' > \"$1\"")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let session = try TerminalSession(environment: ["EDITOR": "sh '\(path)'"])
    session.type("x = 1\u{18}\u{5}")
    try session.expect(cell: "x = 20\ny = x + 1")
    session.type("\r")
    try session.wait { $0.text.contains("in [2]>") }
    try session.run("y")
    try session.expect(line: "out[2]: 21")
  }

  @Test(arguments: [
    ("exit 3", "ended with status 3"), ("rm \"$1\"", "is gone"), ("kill -9 $$", "status 137"), ("printf '\\377' > \"$1\"", "no longer UTF-8"),
  ]) func anEditorThatFailsLeavesTheCell(script: String, reason: String) throws {
    let path = try editor("echo spoilt > \"$1\"; " + script)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let session = try TerminalSession(columns: 120, environment: ["VISUAL": "sh '\(path)'", "EDITOR": "true"])
    session.type("fn f(x) {\r1\u{18}\u{5}")
    try session.wait { $0.text.contains(reason) }
    try session.expect(cell: "fn f(x) {\n  1")
    session.type("2\r}\r")
    try session.wait { $0.text.contains("in [2]>") }
    try session.run("f(0)")
    try session.expect(line: "out[2]: 12")
  }

  @Test func aMissingEditorIsSaid() throws {
    let session = try TerminalSession(columns: 120, environment: ["EDITOR": "/nowhere/editor"])
    session.type("12\u{18}\u{5}")
    try session.wait { $0.text.contains("the editor `/nowhere/editor` cannot be started; set EDITOR to another") }
    try session.expect(cell: "12")
  }
}
