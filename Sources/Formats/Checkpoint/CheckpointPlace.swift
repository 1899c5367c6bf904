// Where a checkpoint lies in a folder or an archive: people point at the checkpoint, at what holds it, or at a zip of either.

import Foundation

enum CheckpointPlace {
  /// A folder of arrays.
  case folder(String)
  /// flax' msgpack file.
  case file(String)

  private static let deepest = 6
  private static let mostFolders = 10_000

  /// The one checkpoint. Of `checkpoint_<step>` beside one another the highest step counts, as flax has it; checkpoints in
  /// different folders are an error that names them.
  static func find(in container: some Container) throws -> CheckpointPlace {
    var found: [CheckpointPlace] = []
    var pending = [(folder: "", depth: 0)]
    var visited = 0
    while let (folder, depth) = pending.popLast() {
      visited += 1
      guard visited <= mostFolders else {
        throw Malformed("there is no checkpoint in the first \(mostFolders) folders", hint: "name the checkpoint's own folder")
      }
      func path(_ name: String) -> String { folder.isEmpty ? name : folder + "/" + name }
      if OCDBT.isIn(container, folder) || container.exists(path("checkpoint")) || container.exists(path("_METADATA")) {
        found.append(.folder(folder))
        continue
      }
      let folders = container.folders(in: folder).filter { !$0.hasPrefix(".") && !$0.hasPrefix("__MACOSX") && !$0.hasPrefix("ocdbt.process_") }
      let files = container.files(in: folder)
      if let newest = (files + folders).compactMap({ name in step(name).map { (step: $0, name: name) } }).max(by: { $0.step < $1.step }) {
        if files.contains(newest.name) { found.append(.file(path(newest.name))) } else { pending.append((path(newest.name), depth + 1)) }
      } else if folders.contains(where: { container.exists(path($0) + "/.zarray") || container.exists(path($0) + "/zarr.json") }) {
        found.append(.folder(folder))
      } else if depth < deepest {
        pending += folders.reversed().map { (path($0), depth + 1) }
      }
    }
    if let first = found.first, found.count == 1 { return first }
    guard found.isEmpty else {
      throw Malformed(
        "there are \(found.count) checkpoints: \(found.prefix(8).map(\.path).joined(separator: ", "))", hint: "name the folder of the one you want")
    }
    let inside = container.files(in: "") + container.folders(in: "").map { $0 + "/" }
    throw Malformed(
      inside.isEmpty ? "there is nothing inside" : "there is no checkpoint inside, but \(inside.prefix(8).joined(separator: ", "))\(inside.count > 8 ? ", ..." : "")",
      hint: "a checkpoint has a manifest.ocdbt, a _METADATA or a checkpoint_<step>")
  }

  private var path: String {
    switch self {
    case .folder(let path), .file(let path): path.isEmpty ? "." : path
    }
  }

  /// The step of a finished checkpoint's name.
  private static func step(_ name: String) -> Double? {
    guard name.hasPrefix("checkpoint_"), !name.contains("orbax-checkpoint-tmp"), !name.hasSuffix("_gda") else { return nil }
    return Double(name.dropFirst("checkpoint_".count)).flatMap { $0.isFinite ? $0 : nil }
  }
}
