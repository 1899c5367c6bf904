// A folder and a zip archive look the same to whoever reads checkpoints: named files below named folders.

import Foundation
import Synchronization

/// Files by path, with `/` between folders and no `/` at either end; the outermost folder is "".
protocol Container: Sendable {
  /// Files and folders that lie directly in a folder, by their names there, in order. Empty where there is no such folder.
  func files(in folder: String) -> [String]
  func folders(in folder: String) -> [String]

  func exists(_ path: String) -> Bool

  /// A file's bytes, mapped where that is possible.
  /// - Parameter verify: whether checksums of the container are compared, which reads all of the file.
  func bytes(_ path: String, verify: Bool) throws -> Data

  /// Makes files ready, on all processors, that will be asked for: what takes long happens here.
  func prepare(_ paths: [String], verify: Bool, _ progress: LoadProgress?) throws
}

extension Container {
  func prepare(_ paths: [String], verify: Bool, _ progress: LoadProgress?) {}

  func bytes(_ path: String) throws -> Data { try bytes(path, verify: true) }

  /// A name below a folder.
  static func join(_ folder: String, _ name: String) -> String { folder.isEmpty ? name : folder + "/" + name }
}

/// A folder of the file system. Files are mapped once.
final class Folder: Container {
  private let root: String
  private let mapped = Mutex<[String: Data]>([:])

  init(_ root: String) { self.root = root }

  private func place(_ path: String) -> String { path.isEmpty ? root : root + "/" + path }

  private func entries(_ folder: String, areFolders: Bool) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place(folder))) ?? []
    return names.filter { name in
      var isFolder: ObjCBool = false
      let isThere = FileManager.default.fileExists(atPath: place(Self.join(folder, name)), isDirectory: &isFolder)
      return isThere && isFolder.boolValue == areFolders
    }.sorted()
  }

  func files(in folder: String) -> [String] { entries(folder, areFolders: false) }
  func folders(in folder: String) -> [String] { entries(folder, areFolders: true) }

  func exists(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: place(path), isDirectory: &isFolder) && !isFolder.boolValue
  }

  func bytes(_ path: String, verify: Bool) throws -> Data {
    try mapped.withLock { mapped in
      if let data = mapped[path] { return data }
      guard exists(path) else { throw Malformed("the file \(path) is missing") }
      let data = try File.bytes(place(path))
      mapped[path] = data
      return data
    }
  }
}
