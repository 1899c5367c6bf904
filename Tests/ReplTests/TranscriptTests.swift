// Transcripts: what happened, as it happened.

import Foundation
import Glibc
import Lang
import Testing

@testable import Repl

@Suite struct TranscriptTests {
  /// What a session of some inputs leaves.
  private func transcript(_ inputs: [String], name: String = "t.txt", mostBytes: Int = .max) throws -> String {
    let folder = try ScratchFolder()
    let session = TestSession()
    session.notebook.transcript = try Transcript(path: folder.file(name), mostBytes: mostBytes)
    for input in inputs { session.take(input) }
    return try String(contentsOfFile: folder.file(name), encoding: .utf8)
  }

  @Test func itLooksLikeTheSession() throws {
    let text = try transcript(["x = [1,\n2]", "x", "print(\"half\", end = \"\")", "grid(ones([1, 2, 2, 1]))", "x[9]", "?sort", ":undo"])
    let lines = text.replacing(/\([0-9.]+ (us|ms|s)(, [0-9.]+ (bytes|.iB) at most)?\)/, with: "(time)")
    #expect(lines.hasPrefix("in [1]> x = [1,\n2]\n(time)\n\nin [2]> x\nout[2]: [1, 2]\n(time)\n\nin [3]> print(\"half\", end = \"\")\nhalf\n(time)\n\nin [4]>"))
    #expect(lines.contains("[image 2x2") && lines.contains("error[index]") && lines.contains("in [6]> ?sort\nsort(") && lines.hasSuffix("in [6]> :undo\nin [4] is undone\n\n"))
    // What a transcript shows of itself it does not keep.
    #expect(try transcript(["1", ":transcript"]).hasSuffix("in [2]> :transcript\n\n"))
  }

  @Test func eachOutputIsThereAtOnce() throws {
    let folder = try ScratchFolder()
    let path = folder.file("t.txt")
    let transcript = try Transcript(path: path)
    transcript.begin("loop", number: 1)
    transcript.show(.text("step 1\n"))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "in [1]> loop\nstep 1\n")
  }

  /// Nothing that a run prints ends the fence of its cell.
  @Test func markdownKeepsItsFences() throws {
    let text = try transcript(["print(\"````\")", "print(\"` `\", end = \"\"); print(\"````\")", "\"\"\"\n````\n\"\"\""], name: "t.md")
    let fences = text.split(separator: "\n").filter { $0.hasPrefix("````") }
    #expect(fences.count == 6 && fences.enumerated().allSatisfy { $1 == ($0 % 2 == 0 ? "````text" : "````") }, "\(text)")
    #expect(text.contains("\n    ````\n"))
  }

  @Test func controlCharactersAreVisible() throws {
    let text = try transcript(["print(\"a\\e[2Jb\\0\\rc\")"])
    #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" } && text.contains("a\u{241B}[2Jb\u{2400}\u{240D}c"))
  }

  @Test func itEndsWhereItIsLongEnough() throws {
    let text = try transcript(["for i in 0..1000 { print(i) }", "1 + 1"], mostBytes: 500)
    #expect(text.utf8.count < 600 && text.hasSuffix("[the transcript ends here: it is long enough]\n"))
  }

  @Test func whereNothingCanBeWrittenThereIsNone() throws {
    #expect(throws: Diagnostic.self) { try Transcript(path: "/proc/no/t.txt") }
    #expect(TranscriptFolder(path: "/proc/no").begin() == nil)
    #expect(TranscriptFolder(path: "/proc/no").files.isEmpty)
  }

  @Test func theNewestAreKept() throws {
    let folder = try ScratchFolder()
    for number in 10..<40 { try "old \(number)".write(toFile: folder.file("session-20200101T0000\(number)-1.txt"), atomically: true, encoding: .utf8) }
    try "mine".write(toFile: folder.file("notes.txt"), atomically: true, encoding: .utf8)
    let transcripts = TranscriptFolder(path: folder.path)
    let present = try #require(transcripts.begin())
    #expect(transcripts.files.count == 20 && transcripts.files.last == present.path)
    #expect(transcripts.last(before: present.path)?.hasSuffix("000039-1.txt") == true)
    #expect(FileManager.default.fileExists(atPath: folder.file("notes.txt")))
    let permissions = try FileManager.default.attributesOfItem(atPath: present.path)[.posixPermissions] as? Int
    #expect(permissions == 0o600)
  }
}

@Suite(.enabled(if: TerminalSession.program != nil)) struct TranscriptTerminalTests {
  /// The line goes, the session with it; the next one shows what was lost.
  @Test func aLostConnectionLosesNothing() throws {
    let home = try ScratchFolder()
    let session = try TerminalSession(home: home.path)
    session.type("print(\"before it went\")\r")
    try session.expect(line: "before it went")
    session.signal(SIGHUP)
    _ = try session.end()
    let next = try TerminalSession(home: home.path)
    next.type(":transcript last\r")
    try next.expect(line: "before it went")
    try next.wait { $0.text.contains("session-") }
  }

  @Test func noTranscriptIsKeptWhereNoneIsWanted() throws {
    let home = try ScratchFolder()
    let session = try TerminalSession(arguments: ["--no-transcript"], home: home.path)
    session.type("1 + 1\r")
    try session.expect(line: "out[1]: 2")
    let names = FileManager.default.enumerator(atPath: home.path)?.compactMap { $0 as? String } ?? []
    #expect(!names.contains { $0.hasSuffix(".txt") })
  }
}
