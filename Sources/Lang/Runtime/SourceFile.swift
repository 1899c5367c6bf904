// Files with programs: where `import` finds them, and reading them.

import Foundation

/// A program's file, or any text.
public struct SourceFile {
  public let path: String
  /// The path as the program wrote it.
  private let written: String

  /// A path as `import` means it: beside the importing file, else in the session's folder.
  init(_ path: String, beside source: Source, folder: String?) throws {
    let base = source.path.map { ($0 as NSString).deletingLastPathComponent } ?? folder ?? ""
    let joined = path.hasPrefix("/") || base.isEmpty ? path : base + "/" + path
    self.path = (joined as NSString).standardizingPath
    written = path
  }

  public init(_ path: String) {
    self.path = path
    written = path
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
        throw Messages.noFile(written, near: Self.nearest(to: path, as: written), instead: whatIsThere)
      }
      throw Messages.unreadableFile(written)
    }
    guard let text = String(data: data, encoding: .utf8) else {
      let lines = data.split(separator: 0x0A, omittingEmptySubsequences: false)
      let line = lines.firstIndex { String(data: $0, encoding: .utf8) == nil } ?? 0
      throw Messages.notText(written, line: line + 1)
    }
    return text
  }

  /// The file in the same folder that the path may have meant, written as the path is.
  public static func nearest(to path: String, as written: String) -> String? {
    let (folder, name) = parts(path)
    return nearestName(to: name, among: names(in: folder) ?? []).map { parts(written).folder + $0 }
  }

  /// Files of the same kind in the folder, else what is wrong with the folder.
  private var whatIsThere: String? {
    let (folder, name) = Self.parts(path)
    guard let names = Self.names(in: folder) else { return "there is no folder \(Self.parts(written).folder)" }
    let ending = name.lastIndex(of: ".").map { name[$0...] }
    let alike = names.filter { name in ending.map { name.hasSuffix($0) } ?? false }.sorted()
    if alike.isEmpty { return folder.isEmpty ? "the working folder is \(FileManager.default.currentDirectoryPath)" : nil }
    return "there are \(alike.prefix(4).joined(separator: ", "))" + (alike.count > 4 ? ", ..." : "")
  }

  /// By hand: Foundation's parts of paths end the process for some texts, "/" among them.
  private static func parts(_ path: String) -> (folder: String, name: String) {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    return (String(path.dropLast(name.count)), String(name))
  }

  private static func names(in folder: String) -> [String]? {
    try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)
  }
}
