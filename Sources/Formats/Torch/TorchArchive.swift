// torch.save since version 1.6: a zip archive of a pickle and the storages that it names.

import Foundation
import OrderedCollections

enum TorchArchive {
  /// Whether an archive of these members is torch's: some folder holds a data.pkl.
  static func matches(_ names: some Sequence<String>) -> Bool { names.contains { $0.hasSuffix("/data.pkl") } }

  /// The value of an archive. Throws `Malformed`; nothing in the file is run.
  static func read(_ archive: ZipArchive, _ source: Source) throws -> FileValue {
    let names = archive.names
    let pickles = names.filter { $0.hasSuffix("/data.pkl") }
    guard pickles.count == 1, let pickle = pickles.first, pickle.utf8.count(where: { $0 == UInt8(ascii: "/") }) == 1 else {
      throw Malformed("the archive holds \(pickles.count) values (\(pickles.prefix(3).joined(separator: ", "))), expected one folder/data.pkl")
    }
    let root = String(pickle.dropLast("data.pkl".count))
    guard !names.contains(where: { $0.hasPrefix(root + "code/") || $0 == root + "constants.pkl" }) else {
      throw Malformed("this is a TorchScript archive: it holds code", hint: "save the model's state_dict() with torch.save")
    }
    func text(_ name: String) throws -> String? {
      guard archive.exists(root + name) else { return nil }
      return String(decoding: try archive.bytes(root + name).prefix(16), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
    if let order = try text("byteorder"), order != "little" { throw Malformed("the numbers are stored \(order) end first; little can be read") }
    if let version = try text("version"), !["1", "2", "3"].contains(version) {
      throw Malformed("the archive has the version \(version); 1 to 3 are known")
    }
    return try archive.bytes(pickle).withUnsafeBytes { bytes in
      var machine = PickleMachine(bytes, budget: PickleBudget(fileSize: source.data.count))
      machine.storages = [:]
      let value = try machine.next()
      guard machine.reader.remaining == 0 else { throw Malformed("\(machine.reader.remaining) bytes follow the pickle in \(pickle)") }
      return try machine.tree(of: value, keys: source.options.keys) { storage in
        let name = root + "data/" + storage.key
        guard archive.exists(name) else { throw Malformed("the storage \(name) is missing in the archive") }
        return PickleContents(data: try archive.bytes(name))
      }
    }
  }
}
