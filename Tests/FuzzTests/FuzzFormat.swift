// The formats that are fuzzed, one row each: which good files are damaged, and who reads them.

import Foundation
import Synchronization

@testable import Formats

/// A good input: named files, one of which is damaged at a time.
struct Sample: Sendable {
  var name: String
  var files: [String: [UInt8]]
}

struct FuzzFormat: Sendable, CustomStringConvertible {
  let name: String
  let samples: @Sendable () -> [Sample]
  /// Makes what is checked first good again, so that damage reaches what lies behind it.
  var repair: @Sendable (inout [UInt8]) -> Void = { _ in }
  /// Whether damage leaves lengths as they are, because other files refer to this one by offset.
  var keepsLength = false
  let read: @Sendable (Sample) throws -> Void

  var description: String { name }

  static let all: [FuzzFormat] = [
    // A zip archive: the directory and, unharmed, the members behind it.
    FuzzFormat(name: "zip", samples: { files("checkpoints", ".zip", below: 50_000) + files("npz", ".npz", below: 50_000) }, read: file),
    FuzzFormat(name: "npz", samples: { files("npz", ".npz", below: 200_000) }, read: file),
    FuzzFormat(name: "npy", samples: { files("npz", ".npy", below: 200_000) }, read: file),
    FuzzFormat(name: "safetensors", samples: { files("safetensors", ".safetensors", below: 1_000_000) }, read: file),
    // Manifests and nodes of OCDBT with their checksums made good again.
    FuzzFormat(
      name: "ocdbt", samples: { unzipped(["j_dtypes.zip", "l2_deep", "k_two", "v_zeros", "01_good"]) }, repair: OCDBTRepair.frames,
      keepsLength: true, read: checkpoint),
    // Descriptions and chunks of zarr arrays in folders, versions 2 and 3.
    FuzzFormat(name: "zarr", samples: { unzipped(["e_zarr_folders.zip", "s_orbax012_zarr3_folders.zip"], most: 40) }, read: checkpoint),
    FuzzFormat(name: "msgpack", samples: { files("bad_msgpack", "good.msgpack") + files("vae", "bf16.msgpack") }, read: file),
    // torch's old streams, and its archives with the checksums of their members made good again.
    FuzzFormat(name: "torch", samples: { files("pt", "legacy.pt") + files("bad_pt", "l00_good.pt") }, read: file),
    FuzzFormat(name: "torchzip", samples: { members("pt", ["views.pt", "module_state_dict.pth", "protocol4.pt"]) }, read: archive),
    FuzzFormat(
      name: "pickle", samples: { files("bad_pickle", "00_good.pickle") + files("bad_pickle", "12_fortran.pickle") + files("inception", ".pickle") },
      read: file),
    FuzzFormat(name: "jpeg", samples: { files("jpeg", ".jpg") }, read: file),
    FuzzFormat(name: "yaml", samples: { files("yaml", ".yml") }, read: yaml),
    FuzzFormat(name: "idx", samples: { [Sample(name: "images", files: ["images": [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + Array(0..<12)])] }, read: file),
  ]

  // MARK: readers

  /// By `load`, as a file of its own. It stays where a crash leaves it.
  @Sendable static func file(_ sample: Sample) throws {
    let path = FileManager.default.temporaryDirectory.path + "/imf-fuzz-\(getpid())"
    defer { unlink(path) }
    for bytes in sample.files.values {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      _ = try Formats::load(path)
    }
  }

  @Sendable static func checkpoint(_ sample: Sample) throws { _ = try Checkpoint.read(MemoryContainer(sample.files), LoadOptions()) }

  /// By its reader, because the name of a file would have to say that it is YAML.
  @Sendable static func yaml(_ sample: Sample) throws {
    for bytes in sample.files.values { _ = try bytes.withUnsafeBytes { try YAML.parse($0) } }
  }

  /// As a zip archive, written around the damaged members.
  @Sendable static func archive(_ sample: Sample) throws {
    let path = FileManager.default.temporaryDirectory.path + "/imf-fuzz-\(getpid()).zip"
    defer { unlink(path) }
    try AtomicFile.write(to: path) { file in
      var writer = ZipWriter(file)
      for (name, bytes) in sample.files.sorted(by: { $0.key < $1.key }) { try bytes.withUnsafeBytes { try writer.add(name, [$0]) } }
      try writer.finish()
    }
    _ = try Formats::load(path)
  }

  // MARK: samples

  /// The members of archives.
  static func members(_ folder: String, _ names: Set<String>) -> [Sample] {
    files(folder, "").filter { names.contains($0.name) }.compactMap { sample in
      guard let bytes = sample.files.values.first, let archive = try? ZipArchive(Data(bytes)) else { return nil }
      return Sample(
        name: sample.name,
        files: .init(uniqueKeysWithValues: archive.names.compactMap { name in (try? archive.bytes(name)).map { (name, Array($0)) } }))
    }
  }

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("FormatsTests/Samples")

  /// Files of a folder of samples with this ending.
  static func files(_ folder: String, _ ending: String, below size: Int = .max) -> [Sample] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)) ?? []
    return names.sorted().filter { $0.hasSuffix(ending) }.compactMap { name in
      guard let data = try? Data(contentsOf: root.appendingPathComponent(folder + "/" + name)), data.count < size else { return nil }
      return Sample(name: name, files: [name: Array(data)])
    }
  }

  /// Checkpoints out of their zip archives; of those of many files only the first.
  static func unzipped(_ prefixes: [String], most: Int = .max) -> [Sample] {
    (files("checkpoints", ".zip") + files("checkpoints/bad_ckpt", ".zip")).compactMap { sample in
      guard prefixes.contains(where: { sample.name.hasPrefix($0) }), let bytes = sample.files.values.first,
        let archive = try? ZipArchive(Data(bytes))
      else { return nil }
      let members = archive.names.prefix(most).compactMap { name in (try? archive.bytes(name)).map { (name, Array($0)) } }
      return Sample(name: sample.name, files: .init(uniqueKeysWithValues: members))
    }
  }
}

/// Files in memory.
struct MemoryContainer: Container {
  private let contents: [String: Data]
  private let tree: NameTree

  init(_ files: [String: [UInt8]]) {
    contents = files.mapValues { Data($0) }
    tree = NameTree(files.keys.sorted())
  }

  func files(in folder: String) -> [String] { tree.files[folder] ?? [] }
  func folders(in folder: String) -> [String] { tree.folders[folder] ?? [] }
  func exists(_ path: String) -> Bool { contents[path] != nil }

  func bytes(_ path: String, verify: Bool) throws -> Data {
    guard let data = contents[path] else { throw Malformed("the file \(path) is missing") }
    return data
  }
}

enum OCDBTRepair {
  /// Gives every frame in the bytes its right checksum.
  @Sendable static func frames(_ bytes: inout [UInt8]) {
    var place = 0
    while place + 18 <= bytes.count {
      defer { place += 1 }
      guard bytes[place] == 0x0C, bytes[place + 1] == 0xDB else { continue }
      let length = (0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[place + 4 + $1]) }
      guard length >= 18, length <= UInt64(bytes.count - place) else { continue }
      let end = place + Int(length) - 4
      let sum = bytes[place..<end].withUnsafeBytes { CastagnoliChecksum.of($0) }
      for step in 0..<4 { bytes[end + step] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * step)) }
    }
  }
}
