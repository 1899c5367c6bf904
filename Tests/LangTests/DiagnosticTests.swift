// How errors look, word by word: each program in Diagnostics/ beside the text that it ends with. `IMF_RECORD=1` in the
// environment writes the texts anew; such a run fails, so that what was written is read before it counts.

import Foundation
import Testing

@testable import Lang

/// A program that goes wrong, and the whole text of what is said about it.
private struct Golden: CustomTestStringConvertible, Sendable {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Diagnostics").path

  let name: String
  var testDescription: String { name }
  var recording: String { Self.folder + "/" + name.replacing(".imf", with: ".txt") }

  static let all: [Golden] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".imf") }.sorted().map { Golden(name: $0) }
  }()

  /// Everything that the check finds, and the error that the run ends with.
  func said() throws -> String {
    let path = Self.folder + "/" + name
    let source = Source(name: name, text: try String(contentsOfFile: path, encoding: .utf8), path: path)
    let session = Cells()
    var said = session.interpreter.check(source)
    if said.allSatisfy({ $0.severity == .warning }) {
      do {
        _ = try session.interpreter.run(source)
      } catch {
        said.append(error)
      }
    }
    return said.map { $0.rendered() + "\n" }.joined(separator: "\n")
  }
}

@Suite struct DiagnosticTests {
  @Test(arguments: Golden.all) fileprivate func text(_ golden: Golden) throws {
    let said = try golden.said()
    #expect(!said.isEmpty, "nothing went wrong")
    if ProcessInfo.processInfo.environment["IMF_RECORD"] != nil {
      try said.write(toFile: golden.recording, atomically: true, encoding: .utf8)
      Issue.record("recorded anew")
      return
    }
    #expect(try said == String(contentsOfFile: golden.recording, encoding: .utf8))
  }

  @Test func thereAreManyAndEachHasOneHintAtMost() throws {
    #expect(Golden.all.count >= 60)
    for golden in Golden.all {
      let text = try golden.said()
      let heads = text.split(separator: "\n").count { $0.hasPrefix("error[") || $0.hasPrefix("warning[") }
      #expect(text.split(separator: "\n").count { $0.hasPrefix("  hint:") } <= heads, "\(golden.name)")
    }
  }
}
