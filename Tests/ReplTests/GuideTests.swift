// docs/language.md, run as a reader would: every block in order, and what comes back compared with what the page shows.
//   ```imf        a cell of one session          ```imf name.imf   a file
//   ```sh         commands after `$ `            ```text           what the block before gives; none: nothing
// After a change that is meant: IMF_RECORD=1 writes the outputs anew.

import Foundation
import Lang
import Testing

@testable import Repl

private let guide = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("docs/language.md")

/// A fenced block of the page.
private struct Block {
  let kind: String
  let file: String?
  let text: String
  /// The lines between the fences.
  let lines: Range<Int>
}

/// The reader: a session at the prompt and a shell in an empty folder.
private final class Reader {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("imf-\(UUID().uuidString)")
  private var printed = ""
  private var interpreter: Interpreter!
  private var cells = 0

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    interpreter = Interpreter(libraries: Library.program) { [unowned self] in printed += $0 }
    interpreter.stackSize = 400 << 10
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// What a block gives.
  func read(_ block: Block) throws -> String {
    if let file = block.file {
      try block.text.write(to: folder.appendingPathComponent(file), atomically: true, encoding: .utf8)
      return ""
    }
    return block.kind == "sh" ? try shell(block.text) : cell(block.text)
  }

  private func cell(_ text: String) -> String {
    cells += 1
    printed = ""
    do throws(Diagnostic) {
      let outcome = try interpreter.run(Source(name: "in [\(cells)]", text: text))
      if !outcome.isHidden, !outcome.value.isNone { printed += outcome.value.quoted }
    } catch {
      printed += error.rendered()
    }
    return printed
  }

  /// The program stands beside the tests, where it was built.
  private func shell(_ commands: String) throws -> String {
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", commands.split(separator: "\n").map { $0.trimmingPrefix("$ ") }.joined(separator: "\n")]
    process.currentDirectoryURL = folder
    process.environment = ["PATH": program + ":/usr/bin:/bin"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self)
  }
}

@Suite(.serialized) struct GuideTests {
  private static func blocks(_ lines: [Substring]) -> [Block] {
    var blocks: [Block] = []
    var start: Int?
    for (index, line) in lines.enumerated() where line.hasPrefix("```") {
      if let first = start {
        let words = lines[first - 1].dropFirst(3).split(separator: " ")
        blocks.append(Block(
          kind: words.first.map(String.init) ?? "", file: words.count > 1 ? String(words[1]) : nil,
          text: lines[first..<index].joined(separator: "\n"), lines: first..<index))
        start = nil
      } else {
        start = index + 1
      }
    }
    return blocks
  }

  @Test func everyBlockGivesWhatThePageShows() throws {
    var lines = try String(contentsOf: guide, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    let blocks = Self.blocks(lines)
    #expect(blocks.count > 80 && blocks.allSatisfy { ["imf", "sh", "text"].contains($0.kind) })
    let reader = try Reader()
    var corrections: [(lines: Range<Int>, text: String)] = []
    for (index, block) in blocks.enumerated() where block.kind != "text" {
      let shown = blocks.dropFirst(index + 1).first.flatMap { $0.kind == "text" ? $0 : nil }
      let found = try reader.read(block).trimmingSuffix("\n")
      if found == shown?.text ?? "" { continue }
      Issue.record("line \(block.lines.lowerBound): \(block.text)\ngives\n\(found)\nnot\n\(shown?.text ?? "nothing")")
      if let shown { corrections.append((shown.lines, found)) }
    }
    guard ProcessInfo.processInfo.environment["IMF_RECORD"] != nil else { return }
    for (range, text) in corrections.reversed() {
      lines.replaceSubrange(range, with: text.split(separator: "\n", omittingEmptySubsequences: false))
    }
    try lines.joined(separator: "\n").write(to: guide, atomically: true, encoding: .utf8)
  }

  /// Examples in comments are only shown where a function is defined; they hold all the same.
  @Test func examplesInCommentsHold() throws {
    let lines = try String(contentsOf: guide, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    let tests = Self.blocks(lines).filter { $0.kind == "imf" }.map { DocumentationTest(Source(name: "guide", text: $0.text)) }
    #expect(tests.reduce(0) { $0 + $1.count } >= 3)
    for test in tests where test.count > 0 {
      #expect(try test.problems(libraries: Library.program, stackSize: 400 << 10).map { $0.rendered() } == [])
    }
  }

  /// Half of the tests of a language are its errors; a guide shows some too.
  @Test func thePageShowsErrors() throws {
    let page = try String(contentsOf: guide, encoding: .utf8)
    #expect(page.split(separator: "\nerror[").count > 6)
  }
}

extension String {
  fileprivate func trimmingSuffix(_ end: String) -> String { hasSuffix(end) ? String(dropLast(end.count)) : self }
}
