import Foundation
import Testing

@testable import Repl

/// The history on disk.
struct HistoryTests {
  private let folder: String
  private var file: HistoryFile { HistoryFile(path: folder + "/state/imf-repl/history.jsonl") }

  init() { folder = FileManager.default.temporaryDirectory.path + "/imf-history-\(UInt64.random(in: 0 ... .max))" }

  private func entry(_ cell: String) -> HistoryEntry {
    HistoryEntry(time: 1, cell: cell, status: "ok", milliseconds: 2, directory: "/")
  }

  private func withFolder(_ body: () throws -> Void) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body()
  }

  @Test func cellsComeBackWhole() throws {
    try withFolder {
      #expect(file.read().isEmpty)
      let cells = ["fn f(x) {\n  x\n}", "β = \"\u{1F600}\\n\"", "tab\there"]
      for cell in cells { file.append(entry(cell)) }
      #expect(file.read().map(\.cell) == cells)
      let text = try String(contentsOfFile: file.path, encoding: .utf8)
      #expect(text.split(separator: "\n").count == 3)
    }
  }

  /// Two sessions that write in turn lose nothing.
  @Test func twoSessions() throws {
    try withFolder {
      let (first, second) = (History(file: file), History(file: file))
      first.remember("a")
      first.record(entry("a"))
      second.remember("b")
      second.record(entry("b"))
      first.remember("c")
      first.record(entry("c"))
      #expect(file.read().map(\.cell) == ["a", "b", "c"])
      #expect(History(file: file).entries == ["a", "b", "c"])
      #expect(first.entries == ["a", "c"])
    }
  }

  @Test func onlyTheOwnerMayRead() throws {
    try withFolder {
      file.append(entry("secret"))
      let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0o600 == 0o600)
    }
  }

  @Test func unreadableLinesAreSkipped() throws {
    try withFolder {
      file.append(entry("a"))
      let text = try String(contentsOfFile: file.path, encoding: .utf8)
      try (text + "not json\n{\"cell\": 5}\n").write(toFile: file.path, atomically: false, encoding: .utf8)
      file.append(entry("b"))
      #expect(file.read().map(\.cell) == ["a", "b"])
    }
  }

  @Test func aLongHistoryIsCut() throws {
    try withFolder {
      var short = file
      short.limit = 5
      for number in 0..<12 { short.append(entry("\(number)")) }
      #expect(short.read().map(\.cell) == ["7", "8", "9", "10", "11"])
      #expect(HistoryFile(path: short.path).read().count == 5)
    }
  }

  @Test func repetitionsAreRememberedOnce() {
    let history = History(file: nil)
    for cell in ["a", "a", "", "b", "a"] { history.remember(cell) }
    #expect(history.entries == ["a", "b", "a"])
  }

  @Test func aFileThatCannotBeWrittenDoesNoHarm() {
    let history = History(file: HistoryFile(path: "/proc/nowhere/history.jsonl"))
    history.record(entry("a"))
    #expect(history.entries.isEmpty)
  }
}
