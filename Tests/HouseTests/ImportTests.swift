// Holds the sources to the architecture: who may import whom, and where C is let in (docs/design.md).

import Foundation
import Testing

/// The package's folder, found from this file.
private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// The modules of ours that each layer may import.
private let allowed: [String: Set<String>] = [
  "Tensor": ["CKernels", "COneDNN", "COpenBLAS"],
  "Lang": ["Tensor"],
  "Formats": ["Tensor", "CPNG", "CJPEGShim", "CZlib", "CZstd", "CYAML"],
  "MeanFlow": ["Tensor", "Formats"],
  "Repl": ["Tensor", "Lang", "Formats", "MeanFlow", "CEditline", "CEditShim", "CSixel", "CCairo", "CMarkdown", "CTerminal", "CZeroMQ", "CSodium"],
]

/// Inside the program, only the library folder may know both the language and the method.
private let methodModules: Set<String> = ["MeanFlow"]

private struct SourceFile: Sendable, CustomStringConvertible {
  let layer: String
  let path: String
  let imports: [String]
  let lines: Int
  var description: String { path }
}

private func swiftFiles() throws -> [SourceFile] {
  let sources = root.appendingPathComponent("Sources")
  let paths = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String } ?? []
  return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
    let text = try String(contentsOf: sources.appendingPathComponent(path), encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let imports = lines.compactMap { line -> String? in
      let words = line.split(separator: " ")
      guard let place = words.firstIndex(of: "import"), place <= 2, !line.hasPrefix("//") else { return nil }
      return words.dropFirst(place + 1).last.map { String($0.split(separator: ".")[0]) }
    }
    return SourceFile(
      layer: String(path.split(separator: "/")[0]), path: path, imports: imports, lines: lines.count)
  }
}

@Suite struct ImportTests {
  @Test func layersImportOnlyWhatTheyMay() throws {
    let files = try swiftFiles()
    try #require(files.count > 30)
    let ours = Set(allowed.keys).union(allowed.values.joined())
    for file in files {
      let used = Set(file.imports).intersection(ours).subtracting([file.layer])
      let extra = used.subtracting(allowed[file.layer] ?? [])
      #expect(extra.isEmpty, "\(file.path) imports \(extra.sorted().joined(separator: ", "))")
    }
  }

  @Test func onlyTheLibraryFolderJoinsLanguageAndMethod() throws {
    for file in try swiftFiles() where file.layer == "Repl" && !file.path.hasPrefix("Repl/Library/") {
      #expect(methodModules.isDisjoint(with: file.imports), "\(file.path) knows the method")
    }
  }

  @Test func eachCLibraryIsCalledFromOneFile() throws {
    for library in ["COneDNN", "COpenBLAS", "CZlib", "CZstd", "CYAML", "CJPEGShim", "CSixel", "CEditline", "CCairo", "CMarkdown", "CZeroMQ", "CSodium"] {
      let files = try swiftFiles().filter { $0.imports.contains(library) }.map(\.path)
      // OpenBLAS serves products, and eigenvalues in two steps; oneDNN products, convolutions and those of fixed weights.
      let nouns = ["COpenBLAS": 3, "COneDNN": 3][library] ?? 1
      #expect(files.count <= nouns, "\(library) is called from \(files)")
    }
  }

  @Test func filesStaySmall() throws {
    for file in try swiftFiles() { #expect(file.lines < 500, "\(file.path) has \(file.lines) lines") }
  }
}
