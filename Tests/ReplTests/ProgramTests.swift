// The command line: what belongs to the program, what to the script.

import ArgumentParser
import Lang
import Testing

@testable import Repl

@Suite struct ProgramTests {
  private let known = [(name: "steps", initial: "5"), (name: "fast", initial: "false"), (name: "out_dir", initial: "\"\"")]

  @Test func scriptsTakeTheirParameters() throws {
    let a = try ScriptArguments(["--steps", "20", "--fast", "--out-dir=here", "data.npz", "--", "--x"], known: known, script: "s.imf")
    #expect(a.parameters == ["steps": "20", "fast": "true", "out_dir": "here"])
    #expect(a.plain == ["data.npz", "--x"])
  }

  @Test(arguments: [["--stesp", "1"], ["--steps"], ["--no"]]) func wrongParametersAreUsageErrors(_ words: [String]) {
    #expect(throws: UsageError.self) { try ScriptArguments(words, known: known, script: "s.imf") }
  }

  @Test func optionsStandBeforeTheScript() throws {
    let options = try ProgramOptions.parse(["--threads", "1", "--images", "none", "-e", "1", "-e", "2", "s.imf", "--steps", "3"])
    #expect(options.threads == 1 && options.images == ImageMode.none && options.code == ["1", "2"])
    #expect(options.file == ["s.imf", "--steps", "3"])
    #expect(throws: (any Error).self) { try ProgramOptions.parse(["--images", "postcards"]) }
    let signs = try ProgramOptions.parse(["--seed", "-1", "-e", "-1 + 2", "-e", "--x"])
    #expect(signs.seed == -1 && signs.code == ["-1 + 2", "--x"])
  }

  @Test func errorsHaveTheirStatus() {
    let rows: [(Diagnostic.Kind, Repl.ExitStatus)] = [
      (.syntax, .check), (.io, .file), (.format, .file), (.shape, .failed), (.name, .failed), (.interrupt, .interrupted),
    ]
    for (kind, status) in rows { #expect(Repl.ExitStatus(Diagnostic(kind, "x")) == status) }
  }

  @Test(arguments: [
    (":hlep", ":help"), (":hepl", ":help"), (":name", ":names"), (":nmaes", ":names"), (":tiem", ":time"), (":timee", ":time"), (":kepe", ":keep"), (":qiut", ":quit"),
  ]) func misspeltCommandsAreUnderstood(_ word: String, _ meant: String) { #expect(Notebook.command(near: word) == meant) }

  @Test(arguments: [":", ":x", ":foo", ":zxcv", ":12"]) func otherWordsAreNoCommands(_ word: String) {
    #expect(Notebook.command(near: word) == nil)
  }
}
