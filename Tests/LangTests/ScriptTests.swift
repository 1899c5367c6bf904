// Every script in Scripts/ is a test: its expectations stand beside the lines, as `# expect: printed line` in the
// order of printing, and `# expect error: kind: part of the message` on the line where the error points; warnings of
// the check alike, as `# expect warning: kind: ...`. `#%%` begins a new cell of the same session; scripts in folders named `parts` are there to be imported.

import Foundation
import Testing

@testable import Lang

/// One script with what its comments expect of it.
private struct Script: CustomTestStringConvertible, Sendable {
  struct Mistake: Equatable, Comparable {
    let line: Int
    let text: String

    static func < (a: Mistake, b: Mistake) -> Bool { (a.line, a.text) < (b.line, b.text) }
  }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Scripts").path

  let name: String
  var path: String { Self.folder + "/" + name }
  var testDescription: String { name }

  static let all: [Script] = {
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".imf") && !$0.contains("parts/") }.sorted().map { Script(name: $0) }
  }()

  func lines() throws -> [Substring] {
    try String(contentsOfFile: path, encoding: .utf8).split(omittingEmptySubsequences: false) { $0.isNewline }
  }

  func printed() throws -> [String] { try expectations("# expect: ").map(\.text) }
  func mistakes() throws -> [Mistake] {
    try (expectations("# expect error: ") + expectations("# expect warning: ")).sorted()
  }
  func isWrong() throws -> Bool { try !expectations("# expect error: ").isEmpty }

  private func expectations(_ mark: String) throws -> [Mistake] {
    try lines().enumerated().compactMap { index, line in
      line.range(of: mark).map { place in
        // Another mark on the line ends this one.
        let rest = line[place.upperBound...]
        let text = rest.range(of: "  # expect ").map { rest[..<$0.lowerBound] } ?? rest
        return Mistake(line: index + 1, text: String(text))
      }
    }
  }

  /// Where the script shows an error; one in an imported file at its import, or at the call that led there.
  func line(of error: Diagnostic) -> Int {
    if let primary = error.primary, primary.span.source.name == name { return error.position?.line ?? 0 }
    let places = error.notes + error.traceback.map(\.span.place)
    guard let here = places.last(where: { $0.contains(name + ":") }) else { return 0 }
    return Int(here.split(separator: name + ":")[here.hasPrefix(name) ? 0 : 1].prefix { $0.isNumber }) ?? 0
  }

  /// The cells, each after as many empty lines as stand before it, so that places are those of the file.
  func cells() throws -> [Source] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    var cells: [String] = [""]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("#%%") { cells.append(String(repeating: "\n", count: cells.joined().count { $0.isNewline })) }
      cells[cells.count - 1] += line + "\n"
    }
    return cells.map { Source(name: name, text: $0, path: path) }
  }
}

@Suite struct ScriptTests {
  @Test(arguments: Script.all) fileprivate func script(_ script: Script) throws {
    let session = Cells()
    var found: [Diagnostic] = []
    let cells = try script.cells()
    for cell in cells {
      // Later cells may read what one leaves behind.
      let problems = session.interpreter.check(cell, keeps: cells.count > 1)
      found += problems
      guard problems.allSatisfy({ $0.severity == .warning }) else { continue }
      do {
        _ = try session.interpreter.run(cell)
      } catch {
        found.append(error)
      }
    }
    var printed = session.printed.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if printed.last == "" { printed.removeLast() }
    let shown = found.map { $0.rendered() }.joined(separator: "\n")
    #expect(try printed == script.printed(), "\(shown)")

    let expected = try script.mistakes()
    let mistakes = found.map {
      Script.Mistake(line: script.line(of: $0), text: "\($0.kind.rawValue): \($0.message)")
    }.sorted()
    #expect(mistakes.map(\.line) == expected.map(\.line), "\(shown)")
    for (mistake, wanted) in zip(mistakes, expected) {
      let parts = wanted.text.split(separator: ": ", maxSplits: 1)
      try #require(parts.count == 2, "an expected error needs its kind and a part of its message")
      #expect(mistake.text.hasPrefix(parts[0] + ": ") && mistake.text.contains(parts[1]), "\(shown)")
    }
  }

  @Test func manyScriptsExpectErrors() throws {
    let wrong = try Script.all.count { try $0.isWrong() }
    #expect(Script.all.count >= 320)
    #expect(wrong * 5 >= Script.all.count * 2, "\(wrong) of \(Script.all.count)")
  }

  @Test(arguments: Script.all) fileprivate func everyScriptExpectsSomething(_ script: Script) throws {
    #expect(try !(script.printed().isEmpty && script.mistakes().isEmpty))
  }
}
