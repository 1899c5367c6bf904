// `--export`, `--transcript` and `:export`: what is run, what is written, how it ends.

import Foundation
import Glibc
import Lang
import Testing

@testable import Repl

@Suite struct RecordedRunTests {
  /// A session, the script that it saves, and what exports of both show.
  @Test(arguments: [
    ["x = 3", "x * 14", "_ + 1", "_2 + _3"], ["nothing_of_this_name", "[3, 1, 2]", "|> sort", "plot(_)"], ["rand()", "grid(ones([1, 2, 2, 1]))", "5;", "_ * 2"],
  ]) func aSavedSessionExportsTheSameOutputs(_ cells: [String]) throws {
    let session = TestSession(seed: 4)
    for cell in cells { session.take(cell) }
    var report = Report(session.notebook, title: "")
    report.parts.removeAll { if case .cell(let cell) = $0 { cell.ending != .done } else { false } }
    #expect(Report.of(session.notebook.script.text).words == report.words)
  }

  @Test func whatASessionExportsIsWhatRan() throws {
    let folder = try ScratchFolder()
    let session = TestSession()
    session.take("print(\"once\")", "[1][5]", "2 + 2")
    #expect(session.take(":export \(folder.file("s.html"))") == "3 cells in \(folder.file("s.html"))\n")
    let page = try String(contentsOfFile: folder.file("s.html"), encoding: .utf8)
    #expect(page.contains("once") && page.contains("error[index]") && page.contains("<pre>4</pre>"))
    #expect(session.notebook.cells.count == 3)
    session.take(":export \(folder.file("s.imf"))")
    #expect(try String(contentsOfFile: folder.file("s.imf"), encoding: .utf8) == session.notebook.script.text)
  }

  @Test(arguments: [
    (":export", "expected a file"), (":export x.pdf", "exports of .pdf cannot be written"), (":export x", "has no ending"), (":export /dev/null/x.html", "cannot be written"),
    (":export /proc/x.html", "cannot be written"), (":transcript soon", "expected :transcript"), (":transcript last -3", "expected :transcript"), (":transcript", "no transcript is kept"),
  ]) func wrongCommandsSayWhatIsWrong(_ input: String, _ text: String) {
    #expect(TestSession().take(input).contains(text))
  }

  @Test func safeSessionsExportIntoTheirFolder() {
    #expect(TestSession(isSafe: true).take(":export /tmp/x.html").contains("lies outside the folder"))
  }
}

@Suite(.enabled(if: TerminalSession.program != nil)) struct ExportProgramTests {
  private func folder(_ script: String, _ name: String = "s.imf") throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try script.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
    return folder
  }

  @Test func aRunWithExportsPrintsWhatARunPrints() throws {
    let folder = try folder("param n = 3\n#%%\nn * 2\nprint(n)\n#%%\nn * 3\n")
    let run = try ProgramRun(["--export", "a.html", "--export", "a.ipynb", "--export", "a.md", "--transcript", "a.txt", "s.imf", "--n", "5"], folder: folder.path)
    #expect(run.output == "5\n" && run.errors.isEmpty && run.status == 0)
    for name in ["a.html", "a.ipynb", "a.md"] { #expect(try String(contentsOfFile: folder.file(name), encoding: .utf8).contains("15"), "\(name)") }
    let transcript = try String(contentsOfFile: folder.file("a.txt"), encoding: .utf8)
    #expect(transcript.contains("seed 0") && transcript.contains("--n 5") && transcript.contains("random state 0 0"))
    #expect(transcript.contains("in [2]> n * 2\nprint(n)\n5\n(") && transcript.contains("in [3]> n * 3\nout[3]: 15\n("))
  }

  @Test func codeOfTheCommandLineShowsItsValue() throws {
    let folder = try ScratchFolder()
    let run = try ProgramRun(["-e", "6 * 7", "--export", "a.html"], folder: folder.path)
    #expect(run.output == "42\n")
    #expect(try String(contentsOfFile: folder.file("a.html"), encoding: .utf8).contains("<pre>42</pre>"))
  }

  @Test(arguments: [("print(1)\n#%%\n[1][4]\n#%%\nprint(2)\n", 1), ("print(1)\n#%%\nexit(9)\n#%%\nprint(2)\n", 9), ("print(1)\n#%%\nread_text(\"no\")\n#%%\nprint(2)\n", 4)] as [(String, Int32)])
  func aRunThatEndsEarlyIsExported(_ script: String, _ status: Int32) throws {
    let folder = try folder(script)
    let run = try ProgramRun(["--export", "a.md", "s.imf"], folder: folder.path)
    #expect(run.status == status && run.output == "1\n")
    let page = try String(contentsOfFile: folder.file("a.md"), encoding: .utf8)
    #expect(page.contains("*not run*") && page.hasSuffix("```\n\n*not run*\n"))
    if status != 9 { #expect(run.errors.contains("s.imf:3:") && page.contains("s.imf:3:")) }
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)]) func anInterruptedRunIsExported(signal: Int32, status: Int32) throws {
    let folder = try folder("print(\"begun\")\n#%%\nwhile true { 1 }\n#%%\nprint(2)\n")
    let run = try ProgramRun(["--export", "a.html", "s.imf"], folder: folder.path) { process in
      Thread.sleep(forTimeInterval: 0.5)
      kill(process.processIdentifier, signal)
    }
    #expect(run.status == status)
    let page = try String(contentsOfFile: folder.file("a.html"), encoding: .utf8)
    #expect(page.contains("begun") && page.contains("in [2]</a> was interrupted") && page.contains("not run"))
  }

  @Test(arguments: [
    (["--export", "a.pdf", "s.imf"], 2, "endings are .html .ipynb .md .imf"), (["--export", "a.html"], 2, "--export needs a script"), (["--export", "s.imf", "s.imf"], 4, "is the script itself"),
    (["--export", "./x/../s.imf", "s.imf"], 4, "is the script itself"), (["--export", "/proc/a.html", "s.imf"], 4, "cannot be written"), (["--transcript", "a.doc", "s.imf"], 2, "endings are .txt .md"),
    (["--transcript", "/proc/a.txt", "s.imf"], 4, "cannot be written"), (["--safe", "--export", "/tmp/a.html", "s.imf"], 4, "lies outside the folder"), (["--export", "s.imf/a.md", "s.imf"], 4, "cannot be written"),
    (["--export", "a.html", "nb.ipynb"], 4, "no file nb.ipynb"),
  ] as [([String], Int32, String)]) func whatCannotBeWrittenIsSaidBeforeAnythingRuns(_ arguments: [String], _ status: Int32, _ text: String) throws {
    let folder = try folder("print(\"ran\")\n")
    let run = try ProgramRun(arguments, folder: folder.path)
    #expect(run.status == status && run.errors.contains(text), "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["s.imf"])
  }

  @Test func aScriptWithAMistakeIsNotRun() throws {
    let folder = try folder("print(1)\n#%%\nnothing_of_this_name\n")
    let run = try ProgramRun(["--export", "a.html", "s.imf"], folder: folder.path)
    #expect(run.status == 3 && run.output.isEmpty && !FileManager.default.fileExists(atPath: folder.file("a.html")))
  }

  @Test func notebooksRunAndConvert() throws {
    let folder = try folder("#%% [md]\n# # T\n\n#%% Go\nprint(6 * 7)\n")
    #expect(try ProgramRun(["--export", "n.ipynb", "--export", "n.md", "s.imf"], folder: folder.path).status == 0)
    for name in ["n.ipynb", "n.md"] {
      #expect(try ProgramRun([name], folder: folder.path).output == "42\n")
      let converted = try ProgramRun(["--export", "back.imf", name], folder: folder.path)
      #expect(converted.status == 0 && converted.output.isEmpty)
      #expect(FileManager.default.contentsEqual(atPath: folder.file("back.imf"), andPath: folder.file("s.imf")))
      let refused = try ProgramRun(["--format", "-w", name], folder: folder.path)
      #expect(refused.status == 2 && refused.errors.contains("writes scripts; \(name) is none"))
    }
  }
}
