// Files with programs: where `import` finds them, and reading them.

import Foundation

/// A program's file, or any text.
public struct SourceFile {
  public let path: String
  /// The path as the program wrote it.
  private let written: String
  private let isImported: Bool

  /// A path as `import` means it: beside the importing file, else in the session's folder.
  init(_ path: String, beside source: Source, folder: String?) throws {
    let base = source.path.map { ($0 as NSString).deletingLastPathComponent } ?? folder ?? ""
    let joined = path.hasPrefix("/") || base.isEmpty ? path : base + "/" + path
    self.path = (joined as NSString).standardizingPath
    written = path
    isImported = true
  }

  public init(_ path: String) {
    self.path = path
    written = path
    isImported = false
  }

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
      guard FileManager.default.fileExists(atPath: path) else {
        throw Messages.noFile(written, near: Self.nearest(to: path, as: written), isImported: isImported)
      }
      throw Messages.unreadableFile(written)
    }
    guard let text = String(data: data, encoding: .utf8) else { throw Messages.notText(written) }
    return text
  }

  /// The file in the same folder that the path may have meant, written as the path is.
  public static func nearest(to path: String, as written: String) -> String? {
    let folder = (path as NSString).deletingLastPathComponent
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    let near = nearestName(to: (path as NSString).lastPathComponent, among: names)
    let prefix = (written as NSString).deletingLastPathComponent
    return near.map { prefix.isEmpty ? $0 : (prefix as NSString).appendingPathComponent($0) }
  }
}
