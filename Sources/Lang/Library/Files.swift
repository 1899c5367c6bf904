// Text files and folders. Values in the formats of tensors are read and written by `load` and `save`.

import Foundation

extension Library {
  static let files = Library("Files", [
    Builtin(
      "read_text(path)", "a text file's contents",
      example: "try read_text(\"missing.txt\") catch err { err.kind }",
      fails: [.io("read_text(\"missing.txt\")", "there is no file missing.txt")],
      see: ["load", "write_text"]
    ) { call in
      .string(try SourceFile(call.string("path")).text())
    },
    Builtin(
      "write_text(path, text)", "write a text file, whole or not at all",
      example: "write_text(\"/tmp/imf-note.txt\", \"done\")",
      fails: [.io("write_text(\"missing/note.txt\", \"done\")", "write_text: missing/note.txt cannot be written")],
      see: ["save", "read_text"]
    ) { call in
      let path = try call.string("path")
      try call.checkWritable(path)
      do {
        try Data(call.string("text").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
      } catch {
        throw call.error(.io, "\(path) cannot be written", argument: "path", hint: "does the folder exist, and may you write there?")
      }
      return .none
    },
    Builtin(
      "list_dir(path = \".\")", "the names in a folder, sorted",
      example: "len(list_dir(\".\")) > 0",
      fails: [.io("list_dir(\"missing\")", "list_dir: missing is no folder that can be read")]
    ) { call in
      let path = try call.string("path")
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
        throw call.error(.io, "\(path) is no folder that can be read", argument: "path")
      }
      return .list(names.sorted().map { .string($0) })
    },
    Builtin(
      "exists(path)", "whether there is a file or folder",
      example: "exists(\"/\")",
      fails: [.type("exists(7)", "exists: `path` is a number; expected a string")]
    ) { call in
      .bool(FileManager.default.fileExists(atPath: try call.string("path")))
    },
  ])
}

extension Call {
  /// In safe mode files are written inside the working folder only.
  public func checkWritable(_ path: String) throws {
    guard let here = session.onlyFolder(against: path) else { return }
    throw error(.io, "\(path) lies outside the folder", argument: "path", hint: "--safe writes inside \(here) only")
  }
}
