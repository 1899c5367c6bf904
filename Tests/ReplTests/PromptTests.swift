// Sessions at a terminal as people have them: cells, interrupts, commands, configuration. The program is the built one.

import Foundation
import Glibc
import Testing

@testable import Repl

@Suite(.enabled(if: TerminalSession.program != nil)) struct PromptTests {
  // MARK: interrupts

  @Test func ctrlCTwentyTimesKeepsTheSession() throws {
    let session = try TerminalSession()
    try session.run("x = 7")
    for _ in 0..<20 {
      session.type("while true { x }\r")
      try session.wait("the cell to run") { !$0.bracketsPastes }
      session.type("\u{3}")
      try session.wait("the next prompt") { $0.bracketsPastes }
    }
    try session.run("x * 6")
    try session.wait { $0.text.contains(": 42") }
  }

  @Test func aMatrixProductStops() throws {
    let session = try TerminalSession()
    try session.run("a = randn(6000, 6000); eval(a);")
    session.type("b = eval(a @ a);\r")
    try session.wait { !$0.bracketsPastes }
    Thread.sleep(forTimeInterval: 0.2)
    session.type("\u{3}")
    try session.wait("the prompt") { $0.text.contains("in [3]>") }
    #expect(session.screen.text.contains("interrupt"))
    // What stopped in the middle has left nothing behind.
    try session.run("sum(ones([500, 400]) @ ones([400, 300]))")
    try session.wait { $0.text.contains("out[3]: 6e+07") || $0.text.contains("out[3]: 60000000") }
    try session.run("b")
    #expect(session.screen.text.contains("nothing is named `b`"))
  }

  @Test func aFailedCellTakesBackWhatItAssigned() throws {
    let session = try TerminalSession()
    try session.run("x = 1")
    try session.run("x = 2; y = 3; x / none")
    try session.run("x")
    try session.expect(line: "out[3]: 1")
    session.type(":keep on\r")
    try session.expect(line: "a failed cell keeps what it assigned")
    try session.run("x = 2; x / none")
    try session.run("x")
    try session.expect(line: "out[5]: 2")
  }

  // MARK: results

  @Test func printingLargeTensorsAgainAndAgainKeepsMemoryFlat() throws {
    let session = try TerminalSession()
    try session.run("randn(2500, 1000)")
    let before = try #require(session.residentBytes)
    for _ in 0..<40 { try session.run("randn(2500, 5000)") }
    let after = try #require(session.residentBytes)
    // Results keep 256 MiB; 40 of 50 MB would be 2 GB.
    #expect(after - before < 450 << 20, "grew by \((after - before) >> 20) MiB")
  }

  @Test func slowCellsSayHowLong() throws {
    let session = try TerminalSession()
    try session.run("1")
    #expect(!session.screen.text.contains("at most"))
    try session.run("sleep(0.6)")
    try session.wait { $0.text.contains("at most") }
  }

  // MARK: commands

  @Test func aShellCommandHasTheTerminalAndItsOwnCtrlC() throws {
    let session = try TerminalSession()
    session.type("!stty -a | grep -c ' icanon'; echo there\r")
    try session.expect(line: "there")
    session.type("!sleep 60; echo not this\r")
    Thread.sleep(forTimeInterval: 0.3)
    session.type("\u{3}")
    try session.wait { $0.text.contains("ended with status 130") }
    try session.run("1 + 1")
    try session.expect(line: "out[1]: 2")
    #expect(!session.screen.text.contains("interrupt"))
  }

  @Test func undoAndStaleAtThePrompt() throws {
    let session = try TerminalSession()
    for cell in ["x = 1", "y = x + 1", "x = 10"] { try session.run(cell) }
    session.type(":stale\r")
    try session.wait { $0.text.contains("in [2] y = x + 1   changed: x") }
    session.type(":undo\r")
    try session.expect(line: "in [3] is undone: x as before")
    try session.run("[x, y]")
    try session.wait { $0.text.contains("[1, 2]") }
  }

  // MARK: configuration

  private func home(rc: String?) throws -> String {
    let home = FileManager.default.temporaryDirectory.path + "/imf-home-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: home + "/.config/imf-repl", withIntermediateDirectories: true)
    try rc?.write(toFile: home + "/.config/imf-repl/rc.imf", atomically: true, encoding: .utf8)
    return home
  }

  @Test func theConfigurationRunsFirst() throws {
    let session = try TerminalSession(home: home(rc: ":errors short\nfn twice(x) = 2 * x\n"))
    try session.run("twice(21)")
    try session.expect(line: "out[1]: 42")
    let without = try TerminalSession(arguments: ["--no-rc"], home: home(rc: "x = 1"))
    try without.run("x")
    #expect(without.screen.text.contains("nothing is named `x`"))
  }

  @Test(arguments: ["x = = 1\n", "\u{0}\u{1}\n", ":nosuchcommand\n", "nothing_here\n", "1 / none\n"]) func aBrokenConfigurationIsSaid(_ text: String) throws {
    let session = try TerminalSession(home: home(rc: text))
    #expect(session.screen.lines.first { !$0.isEmpty }?.contains("imf-repl") == false || session.screen.text.contains("there is no command"))
    try session.run("6 * 7")
    try session.expect(line: "out[1]: 42")
  }

  @Test func scriptsDoNotReadTheConfiguration() throws {
    let run = try ProgramRun(["-e", "twice(2)"], environment: ["HOME": home(rc: "fn twice(x) = 2 * x\n")])
    #expect(run.status == 3 && run.errors.contains("twice"))
  }

  // MARK: frozen sessions

  @Test func aFrozenSessionIsTakenUp() throws {
    let folder = try ScratchFolder()
    let first = try TerminalSession()
    try first.run("x = randn(3)")
    try first.run("s = sum(x)")
    first.type(":freeze \(folder.file("s.imfs"))\r")
    try first.wait { $0.text.contains("takes it up") }
    try first.run("[s, rand()]")
    let expected = try #require(first.screen.lines.last { $0.hasPrefix("out[3]") })
    let second = try TerminalSession(arguments: ["-r", folder.file("s.imfs")], firstPrompt: 3)
    try second.run("[s, rand()]")
    try second.expect(line: expected)
  }

  @Test func aMissingFrozenSessionEndsTheProgram() throws {
    let run = try ProgramRun(["-r", "/nowhere/s.imfs"])
    #expect(run.status == 4 && run.errors.contains("/nowhere/s.imfs"))
  }
}
