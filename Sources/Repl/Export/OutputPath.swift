// Files that a run will write at its end, looked at before it begins: what took hours to compute must not be lost to a name.

import Foundation
import Lang

enum OutputPath {
  /// - Parameter sources: files that must not be overwritten, the script itself.
  /// - Throws: `Diagnostic` where `path` cannot be written.
  static func check(_ path: String, _ session: Session, sources: [String] = []) throws(Diagnostic) {
    if let folder = session.onlyFolder(against: path) {
      throw Diagnostic(.io, "\(path) lies outside the folder", hint: "--safe writes inside \(folder) only")
    }
    let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    if sources.contains(where: { URL(fileURLWithPath: $0).resolvingSymlinksInPath() == file }) {
      throw Diagnostic(.io, "\(path) is the script itself", hint: "give the output another name")
    }
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw Diagnostic(.io, "\(path) is a folder; a file's name is needed")
    }
    // Missing folders will be made, in the first one that is there.
    var folder = file.deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), folder.pathComponents.count > 1 {
      folder.deleteLastPathComponent()
    }
    guard isFolder.boolValue else { throw Diagnostic(.io, "\(path) cannot be written: \(folder.path) is no folder") }
    guard takesFiles(folder.path) else {
      throw Diagnostic(.io, "\(path) cannot be written: may you write in \(folder.path)?")
    }
  }

  /// Whether a file can be made in a folder. Who may do everything is told so by the permissions, of /proc too: only trying tells.
  private static func takesFiles(_ folder: String) -> Bool {
    var name = Array("\(folder)/.imf-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { return false }
    close(descriptor)
    unlink(name)
    return true
  }
}
