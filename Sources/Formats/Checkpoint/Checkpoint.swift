// Checkpoints of flax and orbax, in a folder or a zip archive: OCDBT databases, folders of zarr arrays, msgpack files, and
// mixtures of them. All become the same tree: `{step, params: {net: {...}}, ema_params: {...}, opt_state: {"0": ...}}`.

import Foundation
import OrderedCollections
import Tensor

enum Checkpoint {
  /// orbax' name for the file of what it does not keep as arrays of their own.
  private static let aggregate = "checkpoint"

  /// The tree of a checkpoint's arrays that are wanted. Throws `Malformed`.
  static func read(_ container: some Container, _ options: LoadOptions) throws -> FileValue {
    switch try CheckpointPlace.find(in: container) {
    case .file(let path): return try msgpack(container, path, options.keys)
    case .folder(let folder):
      var tree = CheckpointTree(options.keys)
      if OCDBT.isIn(container, folder) {
        // A data file's checksum would take reading all of it.
        let isWhole = options.keys == nil
        let store = try OCDBT(container, in: folder, verify: isWhole)
        let wanted = arrays(of: store.keys).filter { tree.wants(CheckpointTree.path($0.name)) }
        try container.prepare(store.files(below: Set(wanted.map { $0.name[...] })), verify: isWhole, options.progress)
        try readArrays(wanted, &tree, options) { try store.value($0) }
      } else {
        let names = container.folders(in: folder).map { (name: $0, path: join(folder, $0)) }
        let found = names.compactMap { name, path -> (name: String, version: Int)? in
          container.exists(path + "/.zarray") ? (name, 2) : container.exists(path + "/zarr.json") ? (name, 3) : nil
        }
        try readArrays(found.filter { tree.wants(CheckpointTree.path($0.name)) }, &tree, options) { key in
          let path = join(folder, key)
          return container.exists(path) ? try container.bytes(path) : nil
        }
      }
      if container.exists(join(folder, aggregate)) {
        try tree.add(leaves: msgpack(container, join(folder, aggregate), nil))
      }
      return try tree.value()
    }
  }

  private static func join(_ folder: String, _ name: String) -> String { folder.isEmpty ? name : folder + "/" + name }

  private static func msgpack(_ container: some Container, _ path: String, _ keys: KeyPattern?) throws -> FileValue {
    do {
      let value = try container.bytes(path).withUnsafeBytes { try MessagePack.read($0, keys: keys) }
      guard case .record = value else { throw Malformed("the file's value is no map of names") }
      return value
    } catch let error as Malformed {
      throw Malformed("\(path): \(error.what)", hint: error.hint)
    }
  }

  /// The arrays of a store, by the keys of their descriptions, with zarr's version.
  private static func arrays(of keys: [String]) -> [(name: String, version: Int)] {
    keys.compactMap { key in
      if key.hasSuffix("/.zarray") { return (String(key.dropLast(8)), 2) }
      if key.hasSuffix("/zarr.json") { return (String(key.dropLast(10)), 3) }
      return nil
    }
  }

  private static func readArrays(
    _ arrays: [(name: String, version: Int)], _ tree: inout CheckpointTree, _ options: LoadOptions, _ value: @escaping (String) throws -> Data?
  ) throws {
    var reader = ZarrReader(value)
    for (name, version) in arrays { try reader.add(name, version: version) }
    for (name, tensor) in try reader.tensors(options.progress) { try tree.add(.tensor(tensor), at: CheckpointTree.path(name)) }
  }
}
