// Files that are not there: what is said of them.

import Foundation
import Testing

@testable import Lang

@Suite struct SourceFileTests {
  private func error(_ path: String) -> Diagnostic? {
    do {
      _ = try SourceFile(path).text()
      return nil
    } catch {
      return error as? Diagnostic
    }
  }

  @Test func missingFilesHaveNeighbours() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/imf-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(error(folder + "/train.imf")?.hint == nil)
    for name in ["train.imf", "sample.imf", "notes.txt"] { try "1".write(toFile: folder + "/" + name, atomically: true, encoding: .utf8) }
    #expect(error(folder + "/train.imf") == nil)
    #expect(error(folder + "/trian.imf")?.hint == "did you mean `\(folder)/train.imf`?")
    #expect(error(folder + "/evaluate.imf")?.hint == "there are sample.imf, train.imf")
    #expect(error(folder + "/x/train.imf")?.hint == "there is no folder \(folder)/x/")
    #expect(error(folder)?.hint == "is it a folder, or without permission?")
  }

  /// Foundation's own parts of paths end the process for some of these.
  @Test(arguments: ["", "/", "//", ".", "..", "a/", "\u{0}", "/\u{0}/x", "π/π.imf", String(repeating: "x/", count: 5000)])
  func oddPathsAreErrors(_ path: String) {
    #expect(error(path)?.kind == .io)
  }
}
