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
        hint: exists ? "is it a folder, or without permission?" : Self.whatIsThere(instead: path))
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw Diagnostic(.format, "\(path) is not UTF-8 text")
    }
    return text
  }

  /// The file that was meant, else those of its kind in the same folder, else what is wrong with the folder.
  private static func whatIsThere(instead path: String) -> String? {
    // By hand: Foundation's parts of paths end the process for some texts, "/" among them.
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    let folder = path.dropLast(name.count)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : String(folder)) else {
      return "there is no folder \(folder)"
    }
    if let near = nearestName(to: String(name), among: names) { return "did you mean `\(folder + near)`?" }
    let ending = name.lastIndex(of: ".").map { name[$0...] }
    let alike = names.filter { name in ending.map { name.hasSuffix($0) } ?? false }.sorted()
    if alike.isEmpty { return folder.isEmpty ? "the working folder is \(FileManager.default.currentDirectoryPath)" : nil }
    return "there are \(alike.prefix(4).joined(separator: ", "))" + (alike.count > 4 ? ", ..." : "")
  }
}
