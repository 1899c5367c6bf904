// Reading and writing by format: one row a format. Reading goes by content, and by the name's ending where text leaves
// it open; writing by the ending.

import Foundation
import OrderedCollections
import Tensor

/// How a file's first bytes are recognised, and who reads it.
private struct Format: Sendable {
  let name: String
  let begins: @Sendable (UnsafeRawBufferPointer) -> Bool
  let read: @Sendable (Source) throws -> FileValue
}

private let formats: [Format] = [
  Format(name: "zip") { $0.starts(with: ZipArchive.magic) } read: { try readArchive($0) },
  Format(name: "npy") { $0.starts(with: NumPyArray.magic) } read: { try NumPyArray.read($0.data) },
  Format(name: "png") { $0.starts(with: PNG.magic) } read: { .image(try $0.data.withUnsafeBytes { try PNG.read($0) }) },
  Format(name: "jpeg") { $0.starts(with: JPEG.magic) } read: { .image(try $0.data.withUnsafeBytes { try JPEG.read($0) }) },
  Format(name: "safetensors") { bytes in
    // A header length that the file can hold, then `{`.
    guard bytes.count > 9 else { return false }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    return bytes[8] == UInt8(ascii: "{") && length < 1 << 40
  } read: { source in
    .record((try SafeTensors(source)).tensors.mapValues { .tensor($0) })
  },
  Format(name: "flax msgpack") { MessagePack.begins($0) } read: { try MessagePack.read($0) },
  Format(name: "tar") { $0.count > 262 && UnsafeRawBufferPointer(rebasing: $0[257..<262]).elementsEqual("ustar".utf8) } read: { _ in
    throw Malformed("a tar archive, as the very first versions of torch wrote", hint: "load it with an old torch and save it again")
  },
  Format(name: "torch") { TorchStream.begins($0) } read: { try TorchStream.read($0) },
  Format(name: "pickle") { Pickle.begins($0) } read: { try Pickle.read($0) },
  Format(name: "idx") { IDX.begins($0) } read: { try IDX.read($0.data) },
  Format(name: "gzip") { $0.starts(with: GZip.magic) } read: { try readUnpacked($0) },
  Format(name: "yaml") { YAML.begins($0) } read: { try $0.data.withUnsafeBytes { try YAML.parse($0) } },
  Format(name: "json") { bytes in
    let first = bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
    return first.map { "{[\"-0123456789tfn".utf8.contains($0) } ?? false
  } read: { source in
    guard let text = String(validating: source.data, as: UTF8.self) else { throw Malformed("the text is not UTF-8") }
    return try JSON.parse(text)
  },
]

/// The format of a file whose first bytes say nothing, but whose name does: its reader says what is wrong, or reads YAML.
private func expected(_ path: String) -> Format? {
  let names = ["msgpack": "flax msgpack", "pt": "torch", "pth": "torch", "pickle": "pickle", "pkl": "pickle", "yml": "yaml", "yaml": "yaml"]
  return names[(path as NSString).pathExtension.lowercased()].flatMap { name in formats.first { $0.name == name } }
}

/// By the first bytes or else the name. What looks like JSON is YAML where the name says so: `name: x` begins like null.
private func recognised(_ data: Data, _ path: String) -> Format? {
  let named = expected(path)
  let found = data.withUnsafeBytes { bytes in formats.first { $0.begins(bytes) } }
  return found?.name == "json" && named?.name == "yaml" ? named : found ?? named
}

/// What a zip archive is, its members' names say.
private func readArchive(_ source: Source) throws -> FileValue {
  let archive = try ZipArchive(source.data)
  if archive.names.isEmpty {
    // What NumPy writes of no arrays.
    if source.path.lowercased().hasSuffix(".npz") { return .record([:]) }
    throw Malformed("the zip archive is empty")
  }
  func named<R>(_ format: String, _ read: () throws -> R) throws -> R {
    do { return try read() } catch let error as Malformed { throw Malformed("\(format): \(error.what)", hint: error.hint) }
  }
  if TorchArchive.matches(archive.names) { return try named("torch") { try TorchArchive.read(archive, source) } }
  if archive.names.allSatisfy({ $0.hasSuffix(".npy") }) { return try named("npz") { try NumPyArchive.read(archive, source) } }
  return try named("checkpoint") { try Checkpoint.read(archive, source.options) }
}

/// What gzip packed, recognised like any other file, by the name without `.gz`; gzip in gzip is not unpacked again.
private func readUnpacked(_ source: Source) throws -> FileValue {
  let data = try GZip.contents(source.data)
  guard let format = recognised(data, (source.path as NSString).deletingPathExtension), format.name != "gzip" else {
    throw Malformed("it holds no known format", hint: "idx files are read so; unpack others with gunzip")
  }
  do {
    return try format.read(Source(path: source.path, data: data, options: source.options))
  } catch let error as Malformed {
    throw Malformed("\(format.name): \(error.what)", hint: error.hint)
  }
}

/// A folder is read where it holds a checkpoint.
private func readFolder(_ source: Source) throws -> FileValue {
  guard FileManager.default.isReadableFile(atPath: source.path), FileManager.default.isExecutableFile(atPath: source.path) else {
    throw FormatError(.io, source.path, "the folder cannot be read", hint: "have you permission to read it?")
  }
  do {
    return try Checkpoint.read(Folder(source.path), source.options)
  } catch let error as Malformed {
    throw FormatError(.format, source.path, "checkpoint: \(error.what)", hint: error.hint)
  }
}

/// A file's contents, recognised by its first bytes: npz and safetensors a record of tensors, npy a tensor (text
/// arrays lists), png and jpeg an image, json and yaml a record, list or value, idx a tensor; flax' msgpack, torch's files and pickles trees of records,
/// lists and tensors; a checkpoint of flax or orbax, as a folder or in a zip archive, a tree of records of tensors.
///
/// - Parameters:
///   - keys: only arrays whose path (names joined by `/`) fits this pattern are read: see `KeyPattern`.
///   - progress: hears how far reading has come.
/// Throws `FormatError`: `.io` where the file cannot be read, `.format` where it is damaged or of no known kind.
public func load(_ path: String, keys: String? = nil, progress: LoadProgress? = nil) throws -> FileValue {
  let options = LoadOptions(keys: keys.map { KeyPattern($0) }, progress: progress)
  if File.isFolder(path) { return try readFolder(Source(path: path, data: Data(), options: options)) }
  let source = Source(path: path, data: try File.bytes(path), options: options)
  guard let format = recognised(source.data, path) else {
    let first = source.data.prefix(4).map { String(format: "%02x", $0) }.joined(separator: " ")
    throw FormatError(
      .format, path, source.data.isEmpty ? "the file is empty" : "no known format begins with the bytes \(first)",
      hint: "known are \(formats.map(\.name).joined(separator: ", "))")
  }
  do {
    return try format.read(source)
  } catch let error as Malformed {
    throw FormatError(.format, path, "\(format.name): \(error.what)", hint: error.hint)
  }
}

/// Whether a path is that of a flax checkpoint, `checkpoint_<step>` without an ending.
public func isCheckpointName(_ path: String) -> Bool {
  let name = (path as NSString).lastPathComponent
  return name.hasPrefix("checkpoint_") && Int(name.dropFirst("checkpoint_".count)) != nil
}

/// Writes a value in the format of the path's ending, whole or not at all.
/// Throws `FormatError`: `.value` where the format cannot hold the value, `.io` where it cannot be written.
public func save(_ value: FileValue, to path: String) throws {
  let ending = isCheckpointName(path) ? "msgpack" : (path as NSString).pathExtension.lowercased()
  switch ending {
  case "npz": try NumPyArchive.write(value, to: path)
  case "npy": try NumPyArray.write(value, to: path)
  case "msgpack": try MessagePack.write(value, to: path)
  case "pt", "pth": try TorchArchive.write(value, to: path)
  case "safetensors":
    var tensors: [(String, Tensor)] = []
    try collect(value, "", &tensors, path)
    try SafeTensors(tensors: .init(tensors, uniquingKeysWith: { $1 })).write(to: path)
  case "json":
    do {
      try write(Array(try JSON.text(of: value).utf8) + [0x0A], to: path)
    } catch let error as FormatError where error.reason == .value {
      throw FormatError(.value, path, error.message, hint: error.hint)
    }
  case "yml", "yaml": try write(Array(yamlText(of: value).utf8) + [0x0A], to: path)
  case "png":
    guard case .image(let raster) = value else { throw FormatError(.value, path, "a png holds an image", hint: "`grid` makes one of images") }
    do {
      try write(try PNG.bytes(of: raster), to: path)
    } catch let error as Malformed {
      throw FormatError(.value, path, error.what, hint: error.hint)
    }
  default:
    throw FormatError(
      .value, path, ending.isEmpty ? "the name has no ending that says the format" : "files of .\(ending) cannot be written",
      hint: "endings are .npz .npy .safetensors .msgpack .pt .pth .json .yml .png; flax' checkpoint_<step> has none")
  }
}

private func write(_ bytes: [UInt8], to path: String) throws {
  try AtomicFile.write(to: path) { try $0.write(contentsOf: bytes) }
}

/// Nested records flattened to names joined by `/`.
private func collect(_ value: FileValue, _ name: String, _ tensors: inout [(String, Tensor)], _ path: String) throws {
  func joined(_ key: String) -> String { name.isEmpty ? key : name + "/" + key }
  switch value {
  case .tensor(let tensor): tensors.append((name.isEmpty ? "tensor" : name, tensor))
  case .number(let number): tensors.append((name, Tensor(number, dtype: .float64)))
  case .record(let fields): for (key, field) in fields { try collect(field, joined(key), &tensors, path) }
  case .list(let items):
    for (index, item) in items.enumerated() { try collect(item, joined(String(index)), &tensors, path) }
  case .none, .bool, .string, .image:
    throw FormatError(.value, path, "\(name.isEmpty ? "the value" : name) is no tensor", hint: "safetensors holds tensors only")
  }
}
