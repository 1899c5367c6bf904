// The command line: what belongs to the program, what to the script.

import ArgumentParser
import Lang
import Testing

@testable import Repl

@Suite struct ProgramTests {
  private let known = ScriptParameter.all(
    in: Source(name: "s.imf", text: "param steps = 5\nparam fast = false\nparam out_dir = \"\"\nparam width = 2 * 8\nparam lr = -0.5"))

  @Test func scriptsTakeTheirParameters() throws {
    let a = try ScriptArguments(["--steps", "20", "--fast", "--out-dir=here", "data.npz", "--", "--x"], known: known, script: "s.imf")
    #expect(a.parameters == ["steps": "20", "fast": "true", "out_dir": "here"])
    #expect(a.plain == ["data.npz", "--x"])
  }

  @Test func fieldsOfRecordsAreGivenOneByOne() throws {
    let known = ScriptParameter.all(in: Source(name: "s.imf", text: "param training = {}\nparam data = {synthetic: false}\nparam steps = 1"))
    let words = ["--training.batch_size", "64", "--training.name=run 1", "--data.synthetic", "--training.ema_val", "[0.9, 0.99]", "--training.a.b", "x", "--steps", "2"]
    let given = try ScriptArguments(words, known: known, script: "s.imf").parameters
    #expect(given["training"] == "{batch_size: 64, name: \"run 1\", ema_val: [0.9, 0.99], a: {b: \"x\"}}" && given["steps"] == "2")
    #expect(given["data"] == "{synthetic: true}")
    for words in [["--steps.x", "1"], ["--trainig.x", "1"]] {
      let error = try #require(throws: UsageError.self) { try ScriptArguments(words, known: known, script: "s.imf") }
      #expect(error.message.contains("no parameter \(words[0])"))
    }
  }

  @Test(arguments: [
    (["--stesp", "1"], "did you mean --steps?"), (["--steps"], "--steps needs a value, number; its default is 5"),
    (["--no"], "its parameters: --steps, --fast, --out_dir, --width, --lr"), (["--steps", "abc"], "--steps is \"abc\"; expected a number"),
    (["--fast=maybe"], "expected true or false, such as its default false"), (["--lr", "fast"], "expected a number, such as its default -0.5"),
  ]) func wrongParametersAreUsageErrors(_ words: [String], _ text: String) throws {
    let error = try #require(throws: UsageError.self) { try ScriptArguments(words, known: known, script: "s.imf") }
    #expect(error.message.contains(text), "\(error.message)")
  }

  @Test func aScriptWithoutParametersSaysSo() throws {
    let error = try #require(throws: UsageError.self) { try ScriptArguments(["--x"], known: [], script: "s.imf") }
    #expect(error.message == "s.imf has no parameter --x\noptions of imf-repl stand before the script's name")
  }

  @Test func helpIsTheScriptsUnlessItHasAParameterOfThatName() throws {
    #expect(try ScriptArguments(["--steps", "3", "--help"], known: known, script: "s.imf").asksForHelp)
    let own = ScriptParameter.all(in: Source(name: "s.imf", text: "param help = false"))
    let arguments = try ScriptArguments(["--help"], known: own, script: "s.imf")
    #expect(!arguments.asksForHelp && arguments.parameters == ["help": "true"])
  }

  @Test func scriptsExplainTheirParameters() {
    let text = """
      #!/usr/bin/env imf-repl
      # Trains a little.
      # In a minute.

      param steps = 5     # how many to make
      # where pictures go,
      # none for nowhere
      param out = ""
      param sizes = [8, 16]
      param width = 2 * 8; param fast = true
      """
    let script = Script(code: text, number: 1)
    #expect(script.help(script.parameters) == """
      usage: imf-repl -e [--name value ...]

      Trains a little.
      In a minute.

      parameters, with their defaults:
        --steps 5        number: how many to make
        --out ""         text: where pictures go, none for nowhere
        --sizes [8, 16]  list, with commas
        --width 2 * 8
        --fast true      true or false

      """)
    #expect(Script(code: "1", number: 1).help([]) == "usage: imf-repl -e\n\nit has no parameters\n")
    #expect(ScriptParameter.all(in: Source(name: "s", text: "param a = 1\nparam b =")).isEmpty)
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
  ]) func misspeltCommandsAreUnderstood(_ word: String, _ meant: String) { #expect(Command.near(word) == meant) }

  @Test(arguments: [":", ":x", ":foo", ":zxcv", ":12"]) func otherWordsAreNoCommands(_ word: String) {
    #expect(Command.near(word) == nil)
  }
}
