// The history at the prompt of the built program: what Up, Down and Ctrl-R find, and what is on disk.

import Foundation
import Glibc
import Testing

@testable import Repl

@Suite(.enabled(if: TerminalSession.program != nil)) struct HistoryPromptTests {
  private let up = "\u{1b}[A", down = "\u{1b}[B"

  private func folder() throws -> String {
    let folder = FileManager.default.temporaryDirectory.path + "/imf-home-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder + "/.local/state/imf-repl", withIntermediateDirectories: true)
    return folder
  }

  @Test func cellsOfTwoSessionsAreThereInTheNext() throws {
    let home = try folder()
    let first = try TerminalSession(home: home), second = try TerminalSession(home: home)
    try first.run("fn f(x) {\rx + 1\r}")
    try second.run("b = 2")
    try first.run("a = 1")
    #expect(first.history == ["fn f(x) {\n  x + 1\n}", "b = 2", "a = 1"])
    let third = try TerminalSession(home: home)
    third.type(up + up + up)
    try third.expect(cell: "fn f(x) {\n  x + 1\n}")
  }

  @Test func upKeepsToWhatWasTyped() throws {
    let session = try TerminalSession()
    for cell in ["alpha = 1", "beta = 2", "alpha + 2", "3"] { try session.run(cell) }
    session.type("al" + up)
    try session.expect(cell: "alpha + 2")
    session.type(up)
    try session.expect(cell: "alpha = 1")
    session.type(up + down)
    try session.expect(cell: "alpha + 2")
    session.type(down)
    try session.expect(cell: "al")
    // What was changed on the way is still there on the way back.
    session.type("\u{15}" + up)
    try session.expect(cell: "3")
    session.type("0\u{1}" + up)
    try session.wait { TerminalSession.cell(of: $0) != "30" }
    session.type(down + down)
    try session.expect(cell: "")
  }

  @Test func searchFindsWhatIsTyped() throws {
    let session = try TerminalSession()
    for cell in ["a = [1, 2]", "y = a[1]", "z = \"a*\"", "y + 1"] { try session.run(cell) }
    session.type("\u{12}a[1")
    try session.wait { $0.lines.last == "(search `a[1`) y = a[1]" }
    // An arrow keeps what was found and moves in it.
    session.type("\u{1b}[D!")
    try session.expect(cell: "y =! a[1]")
    session.type("\u{5}\u{15}\u{12}a*")
    try session.wait { $0.lines.last == "(search `a*`) z = \"a*\"" }
    session.type("\u{7f}\u{12}")
    try session.wait { $0.lines.last == "(search `a`) y = a[1]" }
    session.type("\u{12}")
    try session.wait { $0.lines.last == "(search `a`) a = [1, 2]" }
    session.type("\u{13}")
    try session.wait { $0.lines.last == "(search `a`) y = a[1]" }
    // Enter runs it.
    session.type("\r")
    try session.wait { $0.text.contains("in [6]>") }
    try session.run("y + 40")
    try session.expect(line: "out[6]: 42")
  }

  @Test(arguments: ["\u{1b}", "\u{7}"]) func searchGivesTheLineBack(key: String) throws {
    let session = try TerminalSession()
    try session.run("one = 1")
    session.type("half done\u{12}one")
    try session.wait { $0.lines.last?.hasPrefix("(search `one`) one = 1") == true }
    session.type(key)
    try session.expect(cell: "half done")
    session.type("\u{12}nowhere")
    try session.wait { $0.lines.last?.contains("cell has `nowhere`") == true }
    session.type(key)
    try session.expect(cell: "half done")
    // Ctrl-C in a search is Ctrl-C.
    session.type("\u{12}o\u{3}")
    try session.expect(cell: "")
  }

  @Test func damagedHistoryIsReadAroundTheDamage() throws {
    let home = try folder(), path = home + "/.local/state/imf-repl/history.jsonl"
    let good = #"{"cell":"good = 1","directory":"/","milliseconds":1,"status":"ok","time":1}"#
    var bytes = Array("\(good)\n{\"cell\": 5}\n\n[]\nnull\n{\"cell\":\"half".utf8)
    bytes += [0, 0xFF, 0xFE, 10, 13, 10]
    bytes += Array(good.replacing("good", with: "better").utf8) + Array("\n{\"cell\":\"cut".utf8)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let session = try TerminalSession(home: home)
    session.type(up)
    try session.expect(cell: "better = 1")
    session.type(up)
    try session.expect(cell: "good = 1")
    session.type("\u{12}nothing\u{7}\u{15}")
    // What is added after half a line is not lost with it.
    try session.run("new = 2")
    #expect(session.history == ["good = 1", "better = 1", "new = 2"])
  }

  /// No home to write to, a folder or a pipe in the file's place: the session goes on without.
  @Test(arguments: ["unwritable", "folder", "pipe", "missing"]) func aHistoryThatCannotBeKept(trouble: String) throws {
    let home = try folder(), path = home + "/.local/state/imf-repl/history.jsonl"
    var environment: [String: String] = [:]
    switch trouble {
    case "unwritable": environment["XDG_STATE_HOME"] = "/proc/nowhere"
    case "folder": try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    case "pipe": #expect(mkfifo(path, 0o600) == 0)
    default: environment["HOME"] = ""
    }
    let session = try TerminalSession(home: home, environment: environment)
    try session.run("a = 41")
    session.type(up)
    try session.expect(cell: "a = 41")
    session.type("\u{15}")
    try session.run("a + 1")
    try session.expect(line: "out[2]: 42")
  }
}
