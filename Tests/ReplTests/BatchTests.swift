// Runs without a terminal: exit statuses, signals, what a pipe sees.

import Foundation
import Glibc
import Testing

@testable import Repl

@Suite(.enabled(if: TerminalSession.program != nil)) struct BatchTests {
  @Test(arguments: [
    (["-e", "1 + 1"], 0), (["-e", "1 / none"], 1), (["--nosuch"], 2), (["-e", "1 +"], 3), (["-e", "nothing_here"], 3), (["/nowhere.imf"], 4),
    (["-e", "load(\"/nowhere.npz\")"], 4), (["-e", "exit(7)"], 7), (["--check", "-e", "1"], 0), (["--check", "-e", "x"], 3), (["--version"], 0), (["--help"], 0),
  ] as [([String], Int32)])
  func statusesAreAsDocumented(arguments: [String], status: Int32) throws {
    #expect(try ProgramRun(arguments).status == status)
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)]) func signalsEndAScript(signal: Int32, status: Int32) throws {
    let run = try ProgramRun(["-e", "print(\"begun\"); while true { 1 }"], signal: signal)
    #expect(run.status == status)
    #expect(run.output == "begun\n")
  }

  /// A reader that has seen enough: quiet, and as every program ends then.
  @Test func aClosedPipeEndsIt() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "{ \"$0\" -e 'for i in 0..1000000 { print(i) }'; echo $? >&2; } | head -1", try #require(TerminalSession.program)]
    let (out, err) = (Pipe(), Pipe())
    process.standardOutput = out
    process.standardError = err
    try process.start()
    let errors = String(decoding: err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "0\n")
    #expect(errors == "141\n")
    process.waitUntilExit()
  }

  @Test func aPipeSeesNoEscapesAndNoReturns() throws {
    let run = try ProgramRun(["-e", "for i in progress(range(50)) { sleep(0.002) }; show(grid(zeros([4, 8, 8, 1]))); plot([1, 2]); 1 / none"])
    #expect(run.status == 1)
    for text in [run.output, run.errors] { #expect(!text.unicodeScalars.contains { $0 == "\r" || $0 == "\u{1b}" }) }
  }

  /// A pipe may be asked to take colours, as pagers do.
  @Test(arguments: [
    (["--color", "always"], [:], true), ([], ["CLICOLOR_FORCE": "1"], true), (["--color", "always"], ["NO_COLOR": "1"], true), ([], [:], false),
    (["--color", "never"], ["CLICOLOR_FORCE": "1"], false), ([], ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], false), ([], ["CLICOLOR_FORCE": "0"], false),
  ] as [([String], [String: String], Bool)])
  func coloursAreAsWished(words: [String], environment: [String: String], isColoured: Bool) throws {
    let run = try ProgramRun(words + ["-e", "1 / none"], environment: environment)
    #expect(run.errors.contains("\u{1b}[") == isColoured)
  }

  @Test func anotherWishIsRefused() throws {
    let run = try ProgramRun(["--color", "red", "-e", "1"])
    #expect(run.status == 2 && run.errors.contains("always"))
  }

  @Test func cellsComeThroughAPipe() throws {
    let run = try ProgramRun([], input: "x = 2\nfn f(a) {\n  a * x\n}\nf(21)\n:who\n")
    #expect(run.status == 0 && run.output.hasPrefix("out[3]: 42\n") && run.output.contains("in [2]"))
    #expect(!run.output.contains("in [1]>"))
  }

  @Test func aScriptFromStandardInputIsCheckedWhole() throws {
    let run = try ProgramRun(["-"], input: "print(\"not reached\")\nnothing_here\n")
    #expect(run.status == 3 && run.output.isEmpty)
  }

  @Test func theSameSeedGivesTheSameNumbersOnAnyThreads() throws {
    let code = ["-e", "print(randn(4)); print(sum(randn(100, 100) @ randn(100, 100)))"]
    let one = try ProgramRun(["--seed", "5", "--threads", "1"] + code).output
    #expect(try ProgramRun(["--seed", "5", "--threads", "2"] + code).output == one)
    #expect(try ProgramRun(["--seed", "6"] + code).output != one)
  }
}
