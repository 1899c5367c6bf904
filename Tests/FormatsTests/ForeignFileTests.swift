// Files that torch, flax, NumPy and diffusers wrote: every array as its expected npz has it, bit for bit. Files that
// nobody should trust: the answer that the table beside them asks for.

import Foundation
import OrderedCollections
import Tensor
import Testing

@testable import Formats

private let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

/// Folders of samples: the lean copies, and all of them where the material beside the project is there.
private let folders: [URL] = [
  here.appendingPathComponent("Samples"),
  here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/formats/samples"),
].filter { FileManager.default.fileExists(atPath: $0.path) }

/// Files of a folder, each once: the copy where there is one.
private func files(_ folder: String, _ isWanted: (String) -> Bool = { _ in true }) -> [String] {
  var found: OrderedDictionary<String, String> = [:]
  for root in folders {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)) ?? []
    for name in names.sorted() where isWanted(name) && found[name] == nil { found[name] = root.path + "/" + folder + "/" + name }
  }
  return Array(found.values)
}

/// Compares a file with the arrays `file:name` of an npz.
private func compare(_ path: String, _ expected: OrderedDictionary<String, Tensor>, prefix: String) throws {
  let found = leaves(try Formats::load(path))
  let wanted = expected.filter { $0.key.hasPrefix(prefix) }
  #expect(!wanted.isEmpty, "nothing is expected of \(path)")
  for (name, tensor) in wanted {
    let own = try #require(found[String(name.dropFirst(prefix.count))], "\(name) is missing")
    #expect(try same(own, tensor), "\(name) is \(own), expected \(tensor)")
  }
  #expect(found.count == wanted.count)
}

@Suite struct ForeignFileTests {
  @Test(arguments: ["pt", "vae", "npz", "safetensors"]) func arraysAreWhatTheirWritersMeant(_ folder: String) throws {
    guard let table = files(folder, { $0 == "expected.npz" }).first else { return }
    let expected = leaves(try Formats::load(table))
    for path in files(folder) where !path.hasSuffix("expected.npz") && !path.hasSuffix(".json") {
      try compare(path, expected, prefix: (path as NSString).lastPathComponent + ":")
    }
  }

  @Test(arguments: files("inception") { $0.hasSuffix(".pickle") || $0.hasSuffix(".pth") })
  func inceptionWeightsInEveryProtocol(_ path: String) throws {
    let isTorch = path.hasSuffix(".pth")
    guard let table = files("inception", { $0 == (isTorch ? "torch_names.npz" : "flax_names.npz") }).first else { return }
    var expected = leaves(try Formats::load(table))
    if path.contains("no_counter") { expected = expected.filter { !$0.key.hasSuffix("num_batches_tracked") } }
    try compare(path, expected, prefix: "")
  }

  /// The answers a table asks for, by file.
  private static func answers(_ folder: String) -> [(path: String, answer: String)] {
    var table: [String: String] = [:]
    for path in files(folder, { $0 == "TABLE.tsv" }) {
      for line in ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").dropFirst() {
        let columns = line.split(separator: "\t")
        table[String(columns[0])] = String(columns[1])
      }
    }
    return files(folder) { !$0.hasSuffix(".tsv") && !$0.hasSuffix(".expected.npz") }
      .compactMap { path in table[(path as NSString).lastPathComponent].map { (path, $0) } }
  }

  @Test(arguments: ["bad_pt", "bad_pickle", "bad_msgpack", "bad_npz", "bad_safetensors"])
  func hostileFilesGetTheAnswerOfTheirTable(_ folder: String) throws {
    let answers = Self.answers(folder)
    #expect(answers.count > 10)
    for (path, answer) in answers {
      do {
        _ = try Formats::load(path)
        // Statistics are judged by whoever takes them for statistics.
        #expect(answer.contains("accept") || answer.contains("FID stats"), "\(path) was read")
      } catch let error as FormatError {
        #expect(error.reason == .format, "\(error)")
        #expect(error.message.contains((path as NSString).lastPathComponent), "\(error)")
        #expect(answer.contains("refuse"), "\(error)")
      }
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: FileManager.default.temporaryDirectory.path)
    #expect(!left.contains { $0.hasPrefix("PWNED") })
  }

  @Test(arguments: [
    ("bad_pickle", "11_big_endian.pickle"), ("bad_pickle", "12_fortran.pickle"),
  ]) func otherOrdersAreTheSameNumbers(_ folder: String, _ name: String) throws {
    guard let good = files(folder, { $0 == "00_good.pickle" }).first, let other = files(folder, { $0 == name }).first else { return }
    let expected = leaves(try Formats::load(good))
    for (key, tensor) in leaves(try Formats::load(other)) {
      let wanted = try #require(expected[key])
      #expect(try tensor.shape == wanted.shape && tensor.scalars(Double.self) == wanted.scalars(Double.self), "\(key)")
    }
  }

  @Test func onlyWantedLeavesAreRead() throws {
    let flax = try #require(files("bad_msgpack") { $0 == "mp00_good.msgpack" }.first)
    let part = leaves(try Formats::load(flax, keys: "ema_params/*"))
    #expect(!part.isEmpty && part.keys.allSatisfy { $0.hasPrefix("ema_params.") })
    let torch = try #require(files("pt") { $0 == "iMF-T-2.pth" }.first)
    let blocks = leaves(try Formats::load(torch, keys: "net/shared_blocks/0/*"))
    #expect(!blocks.isEmpty && blocks.keys.allSatisfy { $0.hasPrefix("net.shared_blocks.0.") })
    #expect(throws: FormatError.self) { try Formats::load(torch, keys: "nothing/*") }
  }
}

@Suite struct IDXTests {
  /// Two images of 2 x 3 pixels, the numbers 0 to 11.
  private static let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + Array(0..<12)

  private func load(_ bytes: [UInt8], _ name: String) throws -> FileValue {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("imf-\(UUID().uuidString)-\(name)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try Formats::load(path)
  }

  private func numbers(_ value: FileValue) throws -> (shape: [Int], values: [Double]) {
    guard case .tensor(let tensor) = value else { return ([], []) }
    return (tensor.shape, try tensor.scalars(Double.self))
  }

  @Test func imagesAndBigEndianNumbers() throws {
    let images = try numbers(load(Self.images, "images"))
    #expect(images.shape == [2, 2, 3] && images.values == (0..<12).map(Double.init))
    let shorts = try numbers(load([0, 0, 0x0B, 1, 0, 0, 0, 2, 0x01, 0x02, 0xFF, 0xFE], "shorts"))
    #expect(shorts.values == [258, -2])
    let floats = try numbers(load([0, 0, 0x0D, 1, 0, 0, 0, 1, 0x3F, 0xC0, 0, 0], "floats"))
    #expect(floats.values == [1.5])
  }

  /// `gzip -n` of the images, and of cut ones.
  @Test func gzipAroundThem() throws {
    func packed(_ bytes: [UInt8]) -> [UInt8] {
      // One stored block is deflate too.
      let count = UInt16(bytes.count)
      let crc = bytes.withUnsafeBytes { Deflate.checksum($0) }
      func little(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
      return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + little(count) + little(~count) + bytes + little(crc) + little(UInt32(bytes.count))
    }
    #expect(try numbers(load(packed(Self.images), "images.gz")).shape == [2, 2, 3])
    var damaged = packed(Self.images)
    damaged[20] ^= 1
    for bytes in [damaged, Array(packed(Self.images).dropLast(9)), packed(Self.images.dropLast()), packed(packed(Self.images))] {
      #expect(throws: FormatError.self) { try load(bytes, "bad.gz") }
    }
  }

  @Test(arguments: [
    [0, 0, 8, 1, 0xFF, 0xFF, 0xFF, 0xFF, 1], [0, 0, 8, 2, 0, 0, 0, 1], [0, 0, 0x0E, 8] + [UInt8](repeating: 0xFF, count: 32), [0, 0, 8, 1, 0, 0, 0, 1, 1, 1],
  ] as [[UInt8]]) func sizesThatDoNotFitAreErrors(_ bytes: [UInt8]) {
    #expect(throws: FormatError.self) { try load(bytes, "bad.idx") }
  }
}
