// What is written is read back the same; what cannot be written leaves nothing behind.

import Foundation
import OrderedCollections
import Tensor
import Testing

@testable import Formats

/// A folder for one test.
private final class Folder {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("imf-\(UUID().uuidString)").path
  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

private func same(_ a: FileValue, _ b: FileValue) throws -> Bool {
  switch (a, b) {
  case (.tensor(let x), .tensor(let y)):
    try x.shape == y.shape && x.dtype == y.dtype && x.scalars(Double.self).map(\.bitPattern) == y.scalars(Double.self).map(\.bitPattern)
  case (.record(let x), .record(let y)):
    try Array(x.keys) == Array(y.keys) && zip(x.values, y.values).allSatisfy { try same($0, $1) }
  case (.list(let x), .list(let y)): try x.count == y.count && zip(x, y).allSatisfy { try same($0, $1) }
  case (.string(let x), .string(let y)): x == y
  case (.number(let x), .number(let y)): x == y
  case (.bool(let x), .bool(let y)): x == y
  case (.none, .none): true
  case (.image(let x), .image(let y)): x == y
  default: false
  }
}

@Suite struct RoundTripTests {
  private let record: OrderedDictionary<String, FileValue>

  init() throws {
    var fields: OrderedDictionary<String, FileValue> = [:]
    for dtype in DType.allCases where dtype != .bfloat16 {
      fields["net/\(dtype)"] = .tensor(try Tensor([0.0, 1, 2, 3, 4, 5], shape: [2, 3]).cast(to: dtype))
    }
    fields["scalar"] = .tensor(Tensor(2.5))
    fields["empty"] = .tensor(try Tensor.zeros([0, 3]))
    fields["nan"] = .tensor(try Tensor([Float.nan, .infinity, -0.0]))
    record = fields
  }

  @Test(arguments: ["npz", "safetensors"]) func recordsOfTensors(_ ending: String) throws {
    let folder = try Folder()
    let path = folder.path + "/a.\(ending)"
    try Formats::save(.record(record), to: path)
    let back = try Formats::load(path)
    #expect(try same(back, .record(record)))
    #expect(folder.names == ["a.\(ending)"])
  }

  @Test func bfloat16KeepsItsBitsInSafetensors() throws {
    let folder = try Folder()
    let tensor = try Tensor([1.5, -3.25, 1e30]).cast(to: .bfloat16)
    try SafeTensors(tensors: ["x": tensor], metadata: ["a": "b\"c"]).write(to: folder.path + "/x.safetensors")
    let back = try SafeTensors(contentsOf: folder.path + "/x.safetensors")
    #expect(back.tensors["x"]?.dtype == .bfloat16)
    #expect(try back.tensors["x"]?.scalars(Float.self) == tensor.scalars(Float.self))
    #expect(back.metadata == ["a": "b\"c"])
  }

  @Test func textArraysInNpz() throws {
    let folder = try Folder()
    let names: FileValue = .list([.string("T-shirt"), .string("größer"), .string("")])
    try Formats::save(.record(["names": names]), to: folder.path + "/n.npz")
    #expect(try same(Formats::load(folder.path + "/n.npz"), .record(["names": names])))
  }

  @Test func npyOfPlainValues() throws {
    let folder = try Folder()
    for (value, dtype, numbers) in [
      (FileValue.number(2.5), DType.float64, [2.5]), (.list([.number(1), .number(2)]), .float64, [1, 2]),
      (.list([.bool(true), .bool(false)]), .bool, [1, 0]), (.bool(true), .bool, [1]),
    ] {
      try Formats::save(value, to: folder.path + "/v.npy")
      guard case .tensor(let tensor) = try Formats::load(folder.path + "/v.npy") else { continue }
      #expect(try tensor.dtype == dtype && tensor.scalars(Double.self) == numbers)
    }
    try Formats::save(.string("größer"), to: folder.path + "/t.npy")
    #expect(try same(Formats::load(folder.path + "/t.npy"), .string("größer")))
  }

  @Test func anEmptyNpzIsWhatNumPyWrites() throws {
    let folder = try Folder()
    try Formats::save(.record([:]), to: folder.path + "/e.npz")
    #expect(try same(Formats::load(folder.path + "/e.npz"), .record([:])))
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/e.npz")) == Data([0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)))
  }

  @Test(arguments: ["a.msgpack", "checkpoint_12"]) func flaxKeepsTreesAndNumbers(_ name: String) throws {
    let folder = try Folder()
    var all = record
    all["deep"] = .record(["list": .list([.number(1), .number(-3), .number(0.5), .none, .bool(true)]), "text": .string("é"), "e": .record([:])])
    all["long"] = .string(String(repeating: "x", count: 70_000))
    all["bfloat16"] = .tensor(try Tensor([1.5, -3.25, 1e30]).cast(to: .bfloat16))
    all["many"] = .record(.init(uniqueKeysWithValues: (0..<300).map { ("k\($0)", .number(Double($0 * $0 * 1000))) }))
    try Formats::save(.record(all), to: folder.path + "/" + name)
    #expect(try same(Formats::load(folder.path + "/" + name), .record(all)))
    #expect(folder.names == [name])
  }

  @Test func jsonKeepsOrderAndNumbers() throws {
    let folder = try Folder()
    let value: FileValue = .record([
      "z": .number(0.1), "a": .list([.number(9_007_199_254_740_991), .none, .bool(true)]), "t\n\"": .string("é\u{1F600}\\"), "e": .record([:]),
    ])
    try Formats::save(value, to: folder.path + "/v.json")
    #expect(try same(Formats::load(folder.path + "/v.json"), value))
  }

  @Test(arguments: 1...4) func pngKeepsPixels(_ channels: Int) throws {
    let folder = try Folder()
    let raster = Raster(width: 5, height: 3, channels: channels, bytes: (0..<15 * channels).map { UInt8($0 * 7 % 256) })
    try Formats::save(.image(raster), to: folder.path + "/i.png")
    #expect(try same(Formats::load(folder.path + "/i.png"), .image(raster)))
  }

  @Test func aFailedWriteLeavesTheOldFile() throws {
    let folder = try Folder()
    let path = folder.path + "/a.json"
    try Formats::save(.number(1), to: path)
    #expect(throws: FormatError.self) { try Formats::save(.number(.nan), to: path) }
    struct Stop: Error {}
    #expect(throws: FormatError.self) {
      try AtomicFile.write(to: path) { file in
        try file.write(contentsOf: Data([1, 2, 3]))
        throw Stop()
      }
    }
    #expect(try same(Formats::load(path), .number(1)))
    #expect(folder.names == ["a.json"])
  }

  @Test func whatCannotBeWrittenSaysWhy() throws {
    let folder = try Folder()
    let cases: [(FileValue, String, FormatError.Reason, String)] = [
      (.number(1), "/a.xyz", .value, ".npz .npy .safetensors .msgpack .pt .pth .json .yml .png"), (.number(1), "/a", .value, "no ending"), (.number(1), "/a.png", .value, "a png holds an image"),
      (.tensor(Tensor(1)), "/file/a.npy", .io, "not a folder"), (.tensor(Tensor(1)), "/file/b/a.npy", .io, "cannot be made"), (.record([:]), "/a.npy", .value, "one tensor"), (.number(1), "/a.msgpack", .value, "holds a record"),
      (.record(["x": .string("s")]), "/a.safetensors", .value, "x is no tensor"), (.record(["x": .list([.none])]), "/a.npz", .value, "the field x"),
    ]
    try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
    for (value, name, reason, text) in cases {
      do {
        try Formats::save(value, to: folder.path + name)
        Issue.record("\(name) was written")
      } catch let error as FormatError {
        #expect(error.reason == reason && error.description.contains(text), "\(error)")
      }
    }
    #expect(folder.names == ["file"])
  }

  @Test(arguments: ["json", "msgpack", "pt"]) func deepValuesAreErrorsNotCrashes(_ ending: String) throws {
    let folder = try Folder()
    let deep = (0..<2000).reduce(FileValue.record([:])) { inner, _ in .record(["x": inner]) }
    #expect(throws: FormatError.self) { try Formats::save(deep, to: folder.path + "/d." + ending) }
    #expect(folder.names.isEmpty)
  }

  @Test(arguments: ["a.pt", "a.pth"]) func torchFilesKeepTreesAndNumbers(_ name: String) throws {
    let folder = try Folder()
    var all = record
    all["deep"] = .record(["list": .list([.number(1), .number(-3), .number(0.5), .none, .bool(true)]), "text": .string("é"), "e": .record([:])])
    all["bfloat16"] = .tensor(try Tensor([1.5, -3.25, 1e30]).cast(to: .bfloat16))
    try Formats::save(.record(all), to: folder.path + "/" + name)
    #expect(try same(Formats::load(folder.path + "/" + name), .record(all)))
    #expect(folder.names == [name])
  }

  @Test func missingFoldersAreMade() throws {
    let folder = try Folder()
    try Formats::save(.number(1), to: folder.path + "/run/1/a.json")
    #expect(try same(Formats::load(folder.path + "/run/1/a.json"), .number(1)))
  }

  @Test func missingAndUnknownFilesSayWhatWouldHelp() throws {
    let folder = try Folder()
    try Data("hello".utf8).write(to: URL(fileURLWithPath: folder.path + "/Data.txt"))
    try Data().write(to: URL(fileURLWithPath: folder.path + "/empty.npz"))
    for (name, reason, text) in [("/data.npz", FormatError.Reason.io, "there is Data.txt"), ("/Data.txt", .format, "68 65 6c 6c"), ("/empty.npz", .format, "empty"), ("", .format, "no checkpoint inside, but Data.txt")] {
      do {
        _ = try Formats::load(folder.path + name)
        Issue.record("\(name) was read")
      } catch let error as FormatError {
        #expect(error.reason == reason && error.description.contains(text), "\(error)")
      }
    }
  }

  @Test(arguments: ["{", "[1,]", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "01", "1.", "[1 2]", "\"\\ud800\"", "{\"a\":1,\"a\":2}", "nul", "\"a", "1 1"])
  func wrongJSONIsAnError(_ text: String) {
    #expect(throws: Malformed.self) { try JSON.parse(text) }
  }

  @Test func deepJSONIsAnErrorNotACrash() {
    #expect(throws: Malformed.self) { try JSON.parse(String(repeating: "[", count: 100_000)) }
  }
}
