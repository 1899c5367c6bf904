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
    let members = try fields.map { key, field -> (name: String, array: NumPyArray.Output) in
      guard let array = try NumPyArray.Output(field) else {
        throw FormatError(
          .value, path, "the field \(key) is neither a tensor nor a list of numbers or strings",
          hint: "safetensors and msgpack hold nested records of tensors")
      }
      return (key + ".npy", array)
    }
    try evaluate(members.compactMap { if case .tensor(let tensor) = $0.array { tensor } else { nil } })
    try AtomicFile.write(to: path) { written in
      let archive = try ZipArchive(written)
      guard Array(archive.names) == members.map(\.name) else { throw Malformed("its members are not those that were written") }
      for name in archive.names { try archive.bytes(name, verify: false).withUnsafeBytes { try NumPyArray.check($0) } }
    } _: { file in
      var writer = ZipWriter(file)
      for member in members {
        try member.array.withParts { header, elements in
          // So that reading finds the elements aligned and leaves them where they are.
          try header.withUnsafeBytes { try writer.add(member.name, [$0, elements], alignment: 64) }
        }
      }
      try writer.finish()
    }
  }
}
