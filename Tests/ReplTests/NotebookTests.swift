// What a session remembers of its cells: undo, stale cells, results, saving.

import Foundation
import Lang
import Tensor
import Testing

@testable import Repl

@Suite struct NotebookTests {
  // MARK: undo

  @Test func undoBringsBackNamesAndRandomNumbers() {
    let session = TestSession()
    session.take("x = 1", "a = rand()")
    let first = session.value("a")
    #expect(session.take(":undo") == "in [2] is undone: a as before\n")
    #expect(session.value("a") == nil)
    session.take("a = rand()")
    #expect(session.value("a") == first)
    session.take("x = [1, 2]", "x[0] = 7")
    #expect(session.value("x") == "[7, 2]")
    session.take(":undo")
    #expect(session.value("x") == "[1, 2]")
    session.take(":undo")
    #expect(session.value("x") == "1")
  }

  @Test func undoPassesOverCellsThatChangedNothing() {
    let session = TestSession()
    session.take("x = 1", "nothing_of_this_name", "1 +")
    #expect(session.take(":undo") == "in [1] is undone: x as before\n")
    #expect(session.value("x") == nil)
    #expect(session.take(":undo") == "there is no cell to undo\n")
  }

  @Test func undoTakesBackTheLastResult() {
    let session = TestSession()
    session.take("1 + 1", "2 + 2", ":undo")
    #expect(session.value("_") == "2")
    #expect(session.value("_2") == nil)
  }

  @Test func undoSaysWhatWasTooLargeToKeep() {
    let session = TestSession()
    session.take(":limit undo 1 MB", "x = eval(randn(1000, 1000))", "x = 2")
    #expect(session.take(":undo").hasPrefix("in [2] cannot be undone: what it replaced was more than"))
    #expect(session.value("x") == "2")
  }

  // MARK: stale cells

  @Test func cellsAreStaleWhenTheirInputsChanged() {
    let session = TestSession()
    session.take("x = 1", "y = x + 1", "z = y * 10", "w = 5")
    #expect(session.notebook.staleCells.isEmpty)
    session.take("x = 3")
    #expect(session.notebook.staleCells.map(\.cell.number) == [2, 3])
    #expect(session.take(":stale").contains("in [2] y = x + 1   changed: x"))
    #expect(session.take(":who").contains("in [2], stale"))
    session.take(":rerun")
    #expect(session.value("z") == "40")
    #expect(session.notebook.staleCells.isEmpty)
  }

  @Test func functionsCountAsInputs() {
    let session = TestSession()
    session.take("k = 2", "fn f(v) = v * k", "y = f(3)", "k = 5")
    // f reads k: its cell is stale, and what it gave.
    #expect(session.notebook.staleCells.map(\.cell.number) == [2, 3])
  }

  @Test(arguments: [
    ["x = 1", "x = x + 1"], ["x = 1", "x += 1", "x += 1"], ["x = 1", "y = x", "x = 2", "y = x"], ["x = 1", "x", "x = 2", "x"],
    ["fn f(n) = if n < 1 { 1 } else { f(n - 1) }", "f(3)"], ["for i in 0..3 { i }"], ["x = 1", "x = 2"],
  ]) func theseAreNotStale(_ cells: [String]) {
    let session = TestSession()
    for cell in cells { session.take(cell) }
    #expect(session.notebook.staleCells.isEmpty)
  }

  @Test func aFailedRerunStops() {
    let session = TestSession()
    session.take("x = 1", "y = 1 / x", "assert x > 0, \"x\"", "z = y", "x = -1")
    #expect(session.take(":rerun").contains("x"))
    #expect(session.notebook.staleCells.map(\.cell.number).contains(4) == false || session.value("z") == "1")
  }

  // MARK: results

  @Test func resultsAreKeptUpToALimit() {
    let session = TestSession()
    session.take(":limit out 1 MB")
    for _ in 1...5 { session.take("eval(randn(100, 1000))") }
    // 400 kB each: two fit.
    #expect(session.value("_5")?.contains("float32[100, 1000]") == true)
    #expect(session.value("_3")?.hasPrefix("out[3] is not kept: float32[100, 1000] of 391 KiB") == true)
    #expect(session.take("_3 + 1").contains("error"))
  }

  @Test func resultsHaveNames() {
    let session = TestSession()
    #expect(session.take("40 + 2") == "out[1]: 42\n")
    #expect(session.take("_1 + _") == "out[2]: 84\n")
    #expect(session.take("|> sqrt") == "out[3]: \(84.0.squareRoot())\n")
    #expect(session.take("7;") == "")
    #expect(session.value("_4") == "7")
  }

  @Test func theLastErrorHasAName() {
    let session = TestSession()
    session.take("[1, 2][5]")
    #expect(session.take("err.kind") == "out[2]: \"index\"\n")
    session.take("err = 3", "[1][9]")
    #expect(session.value("err") == "3")
  }

  // MARK: saving

  /// What a session shows, and what the script that it saves shows when its cells are run.
  private func replayed(_ cells: [String], seed: Int = 0) throws -> (session: [String], script: [String], text: String) {
    let session = TestSession(seed: seed)
    let shown = cells.map { session.take($0) }
    let kept = zip(shown, session.notebook.cells).filter { $1.isDone }.map(\.0)
    let script = session.notebook.script
    let again = TestSession()
    var replay: [String] = []
    for case .code(let title, let text) in Document(text: script.text).sections {
      let output = again.take(text)
      if title != "Random numbers" { replay.append(output) }
    }
    let label = try Regex("out\\[\\d+\\]: ")
    return (kept.map { $0.replacing(label, with: "") }, replay.map { $0.replacing(label, with: "") }, script.text)
  }

  @Test(arguments: [
    ["x = 2", "x * 21", "print(x)"], ["40", "_ + 2", "_1 + _2"], ["[3, 1, 2]", "|> sort", "|> sum"], ["rand()", "randn(2)"],
    ["nothing_here", "5", "_ + 1"], ["fn f(x) {\n  x + 1\n}", "f(1)", "f(_)"], ["1;", "_ * 2"], ["# only a comment\n3", "_3 = 1", "_"],
  ]) func aSavedSessionGivesTheSameResults(_ cells: [String]) throws {
    let result = try replayed(cells, seed: 9)
    #expect(result.session == result.script || result.session == result.script.filter { !$0.isEmpty }, "\(result.text)")
  }

  @Test func savingNeedsAFile() {
    let session = TestSession()
    #expect(session.take(":save") == "expected a file: :save session.imf\n")
    #expect(session.take(":save /no/such/folder/x.imf").contains("cannot be written"))
    #expect(TestSession(isSafe: true).take(":save /tmp/x.imf").contains("lies outside the folder"))
  }

  @Test func aScriptRunsCellByCell() throws {
    let folder = try ScratchFolder()
    try "#%% One\nx = 1\nx\n#%% Two\nx / none\n#%% Three\ny = 2\n".write(toFile: folder.file("s.imf"), atomically: true, encoding: .utf8)
    let session = TestSession()
    let text = session.take(":run \(folder.file("s.imf"))")
    #expect(text.hasPrefix("out[1]: 1\n") && text.contains("error"))
    #expect(session.value("x") == "1" && session.value("y") == nil)
    #expect(session.notebook.cells.map(\.title) == ["One", "Two"])
    #expect(session.take(":run").contains("expected a file"))
    #expect(session.take(":run nowhere.imf").contains("nowhere.imf"))
  }
}
