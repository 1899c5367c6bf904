// Checkpoints of every layout that flax and orbax write: each array as its expected npz has it, bit for bit. Checkpoints
// that nobody should trust: the answer that the table beside them asks for.

import Foundation
import OrderedCollections
import Synchronization
import Tensor
import Testing

@testable import Formats

private let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

/// Folders of samples: the lean copies, and all of them where the material beside the project is there.
private let folders = [
  here.appendingPathComponent("Samples/checkpoints").path,
  here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/formats/samples").path,
]

/// Files with this ending, each once.
private func files(_ folder: String = "", ending: String) -> [String] {
  var found: OrderedDictionary<String, String> = [:]
  for root in folders {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)) ?? []
    for name in names.sorted() where name.hasSuffix(ending) && found[name] == nil { found[name] = root + "/" + folder + "/" + name }
  }
  return Array(found.values)
}

private func name(_ path: String) -> String { (path as NSString).lastPathComponent }

/// The arrays of a checkpoint and no others.
private func compare(_ value: FileValue, _ expected: OrderedDictionary<String, Tensor>, _ path: String) throws {
  let found = leaves(value)
  #expect(Set(found.keys) == Set(expected.keys), "\(path)")
  for (key, tensor) in expected {
    let own = try #require(found[key], "\(path): \(key) is missing")
    #expect(try same(own, tensor), "\(path): \(key)")
  }
}

/// A checkpoint's expected arrays. Samples of the same training state share a file.
private func expected(_ path: String) throws -> OrderedDictionary<String, Tensor> {
  let own = String(path.dropLast(4)) + ".expected.npz"
  let file = FileManager.default.fileExists(atPath: own) ? own : (path as NSString).deletingLastPathComponent + "/ema_only.expected.npz"
  return leaves(try Formats::load(file))
}

/// Unpacked with the system's own tool, as people do.
private func unpacked(_ archive: String, _ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.path + "/imf-\(UUID().uuidString)"
  defer { try? FileManager.default.removeItem(atPath: folder) }
  let zip = try ZipArchive(File.bytes(archive))
  for name in zip.names {
    let url = URL(fileURLWithPath: folder + "/" + name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try zip.bytes(name).write(to: url)
  }
  try body(folder)
}

@Suite struct CheckpointTests {
  private static let good = files(ending: ".zip").filter { !name($0).hasPrefix("o_") }

  @Test(arguments: good) func everyArrayIsAsItWasSaved(_ path: String) throws {
    let arrays = try expected(path)
    try compare(Formats::load(path), arrays, name(path))
    try unpacked(path) { try compare(Formats::load($0), arrays, name(path) + ", unpacked") }
  }

  @Test func anEmptyDatabaseIsAnError() throws {
    let path = try #require(files(ending: "o_empty_tree.zip").first)
    #expect(throws: FormatError.self) { try Formats::load(path) }
  }

  @Test(arguments: files("bad_ckpt", ending: ".zip") + files("bad_ckpt", ending: ".msgpack"))
  func doubtfulCheckpointsGetTheAnswerOfTheTable(_ path: String) throws {
    let table = try String(contentsOfFile: (path as NSString).deletingLastPathComponent + "/TABLE.tsv", encoding: .utf8)
    let row = try #require(table.split(separator: "\n").first { $0.hasPrefix(name(path) + "\t") }).split(separator: "\t")
    do {
      let value = try Formats::load(path)
      #expect(row[1].contains("accept"), "\(row)")
      #expect(!leaves(value).isEmpty)
    } catch let error as FormatError {
      #expect(row[1].contains("refuse"), "\(row): \(error)")
      #expect(error.reason == .format && error.message.contains(name(path)), "\(error)")
    }
  }

  @Test func onlyWhatIsAskedForIsRead() throws {
    let path = try #require(files(ending: "c_ema_only.zip").first)
    let all = try expected(path)
    let some = try Formats::load(path, keys: "ema_params/*/kernel")
    try compare(some, all.filter { $0.key.hasPrefix("ema_params") && $0.key.hasSuffix(".kernel") }, "kernels")
    // A name of a part stands for all below it.
    try compare(Formats::load(path, keys: "ema_params"), all.filter { $0.key.hasPrefix("ema_params.") }, "ema_params")
    do {
      _ = try Formats::load(path, keys: "ema_parms/*")
      Issue.record("something was found")
    } catch let error as FormatError {
      #expect(error.description.contains("there are ema_params"), "\(error)")
    }
  }

  @Test(arguments: ["npz/stats_f64_stored.npz", "npz/stats_f64_deflate.npz"]) func keysChooseInArchivesToo(_ name: String) throws {
    let path = here.appendingPathComponent("Samples/" + name).path
    #expect(try Array(leaves(Formats::load(path, keys: "*mu")).keys) == ["ref_mu"])
    #expect(throws: FormatError.self) { try Formats::load(path, keys: "mu") }
  }

  @Test func keysChooseInSafetensorsToo() throws {
    let path = here.appendingPathComponent("Samples/safetensors/library.safetensors").path
    let all = leaves(try Formats::load(path)).keys
    let some = leaves(try Formats::load(path, keys: "net/*/kernel")).keys
    #expect(!some.isEmpty && some.count < all.count && some.allSatisfy { $0.hasPrefix("net.") && $0.hasSuffix(".kernel") })
  }

  @Test(arguments: ["npy", "npz", "safetensors"]) func largeArraysStayInTheFile(_ ending: String) throws {
    let path = FileManager.default.temporaryDirectory.path + "/imf-\(UUID().uuidString).\(ending)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let tensor = try Tensor.arange(1 << 16)
    try Formats::save(ending == "npy" ? .tensor(tensor) : .record(["a": .tensor(tensor)]), to: path)
    let source = Source(data: try File.bytes(path))
    let value =
      switch ending {
      case "npy": try NumPyArray.read(source.data)
      case "npz": try NumPyArchive.read(ZipArchive(source.data), source)
      default: FileValue.record(["a": .tensor(try #require(SafeTensors(source).tensors["a"]))])
      }
    let read = try #require(leaves(value).values.first)
    #expect(try read.scalars(Int32.self) == tensor.scalars(Int32.self))
    try source.data.withUnsafeBytes { file in
      try read.withBytes { elements in
        let (start, end) = try (#require(file.baseAddress), #require(elements.baseAddress))
        #expect(start < end && end < start + file.count)
      }
    }
  }

  @Test func progressEndsWithAllBytes() throws {
    let path = try #require(files(ending: "c_ema_only.zip").first)
    let seen = Mutex<[LoadStage: (done: Int, total: Int)]>([:])
    _ = try Formats::load(path) { stage, done, total in seen.withLock { $0[stage] = (done, total) } }
    for stage in [LoadStage.unpack, .load] {
      let last = try #require(seen.withLock { $0[stage] })
      #expect(last.done == last.total && last.total > 0)
    }
  }
}
