// Commands at the prompt.

import Foundation
import Lang
import Testing

@testable import Repl

@Suite struct CommandTests {
  @Test func everyCommandIsListedAndExplained() {
    let text = TestSession().take(":help")
    for command in Command.all {
      #expect(text.contains("  \(command.name)"), "\(command.name)")
      let explained = TestSession().take(":help \(command.name)").split { $0 == " " || $0 == "\n" }.joined(separator: " ")
      #expect(explained.contains(command.doc))
    }
    #expect(Set(Command.all.flatMap { [$0.name] + $0.aliases }).count == Command.all.reduce(0) { $0 + 1 + $1.aliases.count })
  }

  @Test(arguments: [
    (":hepl", "there is no command :hepl; did you mean :help?"), (":zzzzzz", ":help lists them"), (":help nosuch", "there is no command :nosuch"),
    (":errors loud", "expected full, short or auto, got loud"), (":keep maybe", "expected on or off, got maybe"),
    (":limit out", "expected :limit out 256 MB"), (":limit out -3 MB", "expected :limit"), (":limit out 1e999 GB", "expected :limit"), (":time", "expected code"), (":bench", "expected code"),
    (":prof", "expected code"), (":example nosuch", "there is no builtin `nosuch`"), (":edit 9", "there is no cell 9"), (":edit", "there is no cell yet"),
    ("!", "expected a command"), ("!exit 3", "the command ended with status 3"), (":freeze", "expected a file"), (":bench nosuchname", "nothing is named"), (":rerun all", "it takes no names"),
  ]) func wrongCommandsSayWhatIsWrong(_ input: String, _ text: String) {
    let session = TestSession()
    #expect(session.take(input).contains(text), "\(session.screen.text)")
    #expect(session.take("1 + 1").contains("2"))
  }

  @Test func commandsOfOtherPromptsAreUnderstood() {
    let session = TestSession()
    session.take("x = 3")
    #expect(session.take("%who").hasPrefix("(commands begin with a colon here: :who)\n  x"))
    #expect(session.take("%tmie 1").contains("did you mean :time?"))
  }

  @Test func namesAreListedWithTypeSizeAndCell() {
    let session = TestSession()
    #expect(session.take(":who") == "no names yet\n")
    session.take("x = eval(randn(512, 512))", "r = {a: 1, b: 2}", "fn twice(v) = 2 * v", "s = \"ab\"")
    let lines = session.take(":who").split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(lines == ["x float32[512, 512] 1.0 MiB in [1]", "r record {a, b} in [2]", "twice fn twice(v) in [3]", "s string \"ab\" in [4]"])
  }

  @Test func benchLeavesNoTrace() {
    let session = TestSession()
    session.take("x = 1")
    #expect(session.take(":bench x = x + 1; print(x)").contains("median"))
    #expect(session.value("x") == "1")
    #expect(!session.screen.text.contains("2\n"))
    #expect(session.notebook.cells.count == 1)
  }

  @Test func profListsOperations() {
    #expect(TestSession().take(":prof ones([8, 8]) @ ones([8, 8])").contains("matmul"))
  }

  @Test func nanAreLookedFor() {
    let session = TestSession()
    session.take(":nan on")
    #expect(session.take("log(zeros([2]) - 1)").contains("NaN"))
    session.take(":nan off")
    #expect(session.take("log(zeros([2]) - 1)").contains("out["))
  }

  @Test func anEditorChangesACell() throws {
    let folder = try ScratchFolder()
    let session = TestSession()
    session.take("x = 1")
    try "#!/bin/sh\nsed -i 's/1/42/' \"$1\"\n".write(toFile: folder.file("ed"), atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.file("ed"))
    setenv("VISUAL", folder.file("ed"), 1)
    defer { unsetenv("VISUAL") }
    #expect(session.take(":edit 1") == "x = 42\n")
    #expect(session.value("x") == "42")
    setenv("VISUAL", "false", 1)
    #expect(session.take(":edit 1").contains("ended with status 1; the cell is as it was"))
    setenv("VISUAL", "/no/such/editor", 1)
    #expect(session.take(":edit 1").contains("cannot be started"))
  }

  @Test func safeSessionsRunNoPrograms() {
    let session = TestSession(isSafe: true)
    session.take("x = 1")
    #expect(session.take("!ls").contains("--safe: no commands of the shell"))
    #expect(session.take(":edit").contains("--safe: no other programs"))
    #expect(session.take(":freeze /tmp/x.imfs").contains("lies outside the folder"))
  }

  @Test func configurationHoldsCodeAndCommands() {
    #expect(RunCommands.parts(of: "x = 1\n:errors short\n\ny = 2\n") == ["x = 1\n", ":errors short", "\n\n\ny = 2\n\n"])
    #expect(RunCommands.parts(of: "\n  \n") == [])
  }

  @Test(arguments: [("256 MB", 256_000_000), ("1.5 GiB", 1_610_612_736), ("4096", 4096), ("2kb", 2000)])
  func sizesAreRead(_ text: String, _ bytes: Int) {
    #expect(ByteCount(text)?.bytes == bytes)
  }

  @Test(arguments: ["", "MB", "x", "1 XB", "99999999999 TB", "-1"]) func otherSizesAreNot(_ text: String) {
    #expect(ByteCount(text) == nil)
  }

  @Test func errorsShortenTheSecondTime() {
    let style = ErrorStyle(.auto)
    let interpreter = Interpreter { _ in }
    func failure(_ code: String) -> Diagnostic? {
      do throws(Diagnostic) { _ = try interpreter.run(Source(name: "in [1]", text: code)) } catch { return error }
      return nil
    }
    let nested = "fn f(x) = x / none\nf(1)"
    let first = failure(nested).map { style.text(of: $0, coloured: false) } ?? ""
    let second = failure(nested).map { style.text(of: $0, coloured: false) } ?? ""
    #expect(first.contains("calls, innermost first") && !second.contains("calls, innermost first"))
    #expect(second.contains("^") && first.hasPrefix(second.prefix(40)))
  }
}
