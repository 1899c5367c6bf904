// .npz: a zip archive of npy arrays. Members named `name.npy` become fields `name`, in the archive's order.

import Foundation
import OrderedCollections
import Tensor

enum NumPyArchive {
  static func read(_ archive: ZipArchive, _ source: Source) throws -> FileValue {
    let names = archive.names.filter { source.wants(String($0.dropLast(4))) }
    if let keys = source.options.keys, names.isEmpty {
      throw keys.nothing(among: archive.names.lazy.map { String($0.dropLast(4)) })
    }
    var fields: OrderedDictionary<String, FileValue> = [:]
    for name in names {
      do {
        fields[String(name.dropLast(4))] = try NumPyArray.read(archive.bytes(name))
      } catch let error as Malformed {
        throw Malformed("\(name): \(error.what)", hint: error.hint)
      }
    }
    return .record(fields)
  }

  static func write(_ value: FileValue, to path: String) throws {
    guard case .record(let fields) = value else {
      throw FormatError(.value, path, "an npz holds a record of tensors", hint: "save a single tensor as .npy")
    }
    let members = try fields.map { key, field -> (name: String, bytes: [UInt8]) in
      guard let bytes = try NumPyArray.bytes(of: field) else {
        throw FormatError(
          .value, path, "the field \(key) is neither a tensor nor a list of numbers or strings",
          hint: "safetensors and msgpack hold nested records of tensors")
      }
      return (key + ".npy", bytes)
    }
    try AtomicFile.replace(path) { temporary in
      if members.isEmpty { return try Data(ZipWriter.empty).write(to: URL(fileURLWithPath: temporary)) }
      try ZipWriter.write(members, to: temporary)
      let archive = try ZipArchive(File.bytes(temporary))
      guard Array(archive.names) == members.map(\.name) else { throw FormatError(.io, path, "was not written as it should be", hint: "is the disk full?") }
      for name in archive.names { try archive.bytes(name, verify: false).withUnsafeBytes { try NumPyArray.check($0) } }
    }
  }
}
