// Files that other programs wrote, and files that are damaged.

import Foundation
import OrderedCollections
import Tensor
import Testing

@testable import Formats

private let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Samples")

private func names(_ folder: String) -> [String] {
  let all = (try? FileManager.default.contentsOfDirectory(atPath: samples.appendingPathComponent(folder).path)) ?? []
  return all.filter { !$0.hasSuffix(".tsv") }.sorted()
}

private func path(_ folder: String, _ name: String) -> String { samples.appendingPathComponent("\(folder)/\(name)").path }

/// The fields of a file that holds a record of tensors.
private func tensors(_ path: String) throws -> OrderedDictionary<String, Tensor> {
  guard case .record(let fields) = try Formats::load(path) else { return [:] }
  return fields.compactMapValues { if case .tensor(let tensor) = $0 { tensor } else { nil } }
}

private func numbers(_ tensor: Tensor) throws -> [Double] { try tensor.scalars(Double.self) }

@Suite struct SampleTests {
  @Test(arguments: names("npz")) func readsWhatNumPyWrote(_ name: String) throws {
    switch try Formats::load(path("npz", name)) {
    case .record(let fields): #expect(!fields.isEmpty)
    case .tensor(let tensor): #expect(tensor.count > 0)
    default: Issue.record("\(name) is neither a record nor a tensor")
    }
  }

  @Test func allStorageOrdersOfNumPyGiveTheSameNumbers() throws {
    let expected = try tensors(path("npz", "stats_f64_stored.npz"))
    let packed = try tensors(path("npz", "stats_f64_deflate.npz"))
    for (key, tensor) in expected { #expect(try numbers(#require(packed[key])) == numbers(tensor), "\(key)") }
    // A [2, 3] array in C and in Fortran order, big and little end first.
    func array(_ order: String, _ isFortran: Bool, _ values: [Double]) -> [UInt8] {
      let header = "{'descr': '\(order)f8', 'fortran_order': \(isFortran ? "True" : "False"), 'shape': (2, 3), }\n"
      let data = values.flatMap { value in
        withUnsafeBytes(of: order == ">" ? value.bitPattern.bigEndian : value.bitPattern.littleEndian) { Array($0) }
      }
      return NumPyArray.magic + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + data
    }
    for bytes in [array("<", false, [1, 2, 3, 4, 5, 6]), array(">", false, [1, 2, 3, 4, 5, 6]), array("<", true, [1, 4, 2, 5, 3, 6])] {
      guard case .tensor(let tensor) = try bytes.withUnsafeBytes({ try NumPyArray.read($0) }) else { continue }
      #expect(try tensor.shape == [2, 3] && numbers(tensor) == [1, 2, 3, 4, 5, 6])
    }
  }

  @Test func readsWhatTheSafetensorsLibraryWrote() throws {
    let expected = try tensors(path("safetensors", "expected.npz"))
    let library = try tensors(path("safetensors", "library.safetensors"))
    #expect(!library.isEmpty)
    for (key, tensor) in library {
      guard let other = expected[key] else { continue }
      #expect(tensor.shape == other.shape)
      #expect(try numbers(tensor) == numbers(other), "\(key)")
    }
  }

  /// Those that are sound npz files; only their numbers are no statistics, which is the evaluation's business.
  private static let sound: Set<String> = [
    "00_good.npz", "00_good.safetensors", "12_order_of_fields.npy", "13_python2_long.npy", "14_no_sigma.npz",
    "15_bad_pair.npz", "16_nan.npz", "17_asym.npz",
  ]

  @Test(arguments: names("bad_npz").map { ["bad_npz", $0] } + names("bad_safetensors").map { ["bad_safetensors", $0] })
  func damagedFilesAreErrorsThatNameThem(_ place: [String]) throws {
    let file = path(place[0], place[1])
    if Self.sound.contains(place[1]) {
      _ = try Formats::load(file)
      return
    }
    do {
      _ = try Formats::load(file)
      Issue.record("\(place[1]) was read")
    } catch let error as FormatError {
      #expect(error.reason == .format)
      #expect(error.message.contains(place[1]))
    }
  }

  @Test(arguments: [path("npz", "stats_f64_deflate.npz"), path("npz", "v1.npy"), path("safetensors", "library.safetensors")])
  func cutAndFlippedFilesNeverCrash(_ file: String) throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: file))
    let folder = FileManager.default.temporaryDirectory.path
    let damaged = folder + "/imf-damaged-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: damaged) }
    for place in stride(from: 0, to: whole.count, by: max(1, whole.count / 150)) {
      try whole.prefix(place).write(to: URL(fileURLWithPath: damaged))
      #expect(throws: FormatError.self) { try Formats::load(damaged) }
      var flipped = whole
      flipped[place] ^= 0x5A
      try flipped.write(to: URL(fileURLWithPath: damaged))
      // A flipped bit of a number is still a file; anything but a clean answer would end the process.
      _ = try? Formats::load(damaged)
    }
  }
}
