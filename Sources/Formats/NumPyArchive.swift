// .npz: a zip archive of npy arrays. Members named `name.npy` become fields `name`, in the archive's order.

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
      (key + ".npy", try bytes(of: field, key, path))
    }
    try AtomicFile.replace(path) { try ZipWriter.write(members, to: $0) }
  }

  private static func bytes(of field: FileValue, _ key: String, _ path: String) throws -> [UInt8] {
    switch field {
    case .tensor(let tensor): return try NumPyArray.bytes(of: tensor)
    case .number(let number): return try NumPyArray.bytes(of: Tensor(number, dtype: .float64))
    case .bool(let flag): return try NumPyArray.bytes(of: Tensor(flag ? 1 : 0, dtype: .bool))
    case .list(let items):
      let texts = items.compactMap { if case .string(let text) = $0 { text } else { nil } }
      if texts.count == items.count, !items.isEmpty { return NumPyArray.bytes(of: texts) }
      let numbers = items.compactMap { if case .number(let number) = $0 { number } else { nil } }
      if numbers.count == items.count { return try NumPyArray.bytes(of: Tensor(numbers)) }
    case .none, .string, .record, .image: break
    }
    throw FormatError(
      .value, path, "the field \(key) is neither a tensor nor a list of numbers or strings",
      hint: "safetensors holds nested records of tensors")
  }
}
