// The data sets that come with the program, found by name.

import Foundation

/// Small data sets shipped as resources: fashion16, fashion16_test, digits8, emojikinds16.
public enum EmbeddedData {
  public static let names = ["digits8.npz", "emojikinds16.npz", "fashion16.npz", "fashion16_test.npz"]

  /// Where a shipped file lies, nil for a name that is none: beside the program first, then in the build.
  public static func path(of name: String) -> String? {
    guard names.contains(name) else { return nil }
    let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
    let folders = [
      program.deletingLastPathComponent().appendingPathComponent("data"),
      program.deletingLastPathComponent().appendingPathComponent("imf-repl_MeanFlow.resources/data"),
      Bundle.module.bundleURL.appendingPathComponent("data"),
    ]
    return folders.map { $0.appendingPathComponent(name).path }.first { FileManager.default.fileExists(atPath: $0) }
  }
}
