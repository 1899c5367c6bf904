// Files with programs: where `import` finds them, and reading them.

import Foundation

/// A program's file.
public struct SourceFile {
  public let path: String

  /// A path as `import` means it: beside the importing file, else in the session's folder.
  init(_ path: String, beside source: Source, folder: String?) throws {
    let base = source.path.map { ($0 as NSString).deletingLastPathComponent } ?? folder ?? ""
    let joined = path.hasPrefix("/") || base.isEmpty ? path : base + "/" + path
    self.path = (joined as NSString).standardizingPath
  }

  public init(_ path: String) { self.path = path }

  /// The text of a file that another one imports: of a device or a pipe the end might never come.
  public func moduleText() throws -> String {
    let type = try? FileManager.default.attributesOfItem(atPath: (path as NSString).resolvingSymlinksInPath)[.type]
    if let type = type as? FileAttributeType, type != .typeRegular, type != .typeDirectory {
      throw Diagnostic(.io, "\(path) is no plain file")
    }
    return try text()
  }

  public func text() throws -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      let exists = FileManager.default.fileExists(atPath: path)
      throw Diagnostic(
        .io, exists ? "\(path) cannot be read" : "there is no file \(path)",
        hint: exists ? "is it a folder, or without permission?" : "paths are relative to the importing file")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw Diagnostic(.format, "\(path) is not UTF-8 text")
    }
    return text
  }
}
