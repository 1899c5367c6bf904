// JPEG: the pixels that Pillow decodes of the same files, and files that must be refused.

import Foundation
import Testing

@testable import Formats

private let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Samples/jpeg")

private func names() -> [String] {
  let all = (try? FileManager.default.contentsOfDirectory(atPath: samples.path)) ?? []
  return all.filter { $0.hasSuffix(".jpg") }.sorted()
}

private func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: samples.appendingPathComponent(name))) }

private func read(_ bytes: [UInt8]) throws -> Raster { try bytes.withUnsafeBytes { try JPEG.read($0) } }

/// Why bytes are refused.
private func refusal(_ bytes: [UInt8]) -> String {
  do { return "read: \(try read(bytes).width)" } catch { return (error as? Malformed)?.what ?? "\(error)" }
}

/// Where the frame's header has the image's height, two bytes before its width and four before the components' number.
private func frame(_ bytes: [UInt8]) throws -> Int {
  try #require((2..<bytes.count - 9).first { bytes[$0] == 0xFF && (bytes[$0 + 1] == 0xC0 || bytes[$0 + 1] == 0xC2) }) + 5
}

@Suite struct JPEGTests {
  /// The PNG beside each holds Pillow's pixels, made RGB where they are not grey.
  @Test(arguments: names()) func pixelsAreThoseOfPillow(_ name: String) throws {
    let path = samples.path + "/" + name
    guard case .image(let image) = try Formats::load(path),
      case .image(let expected) = try Formats::load(path.replacingOccurrences(of: ".jpg", with: ".png"))
    else {
      Issue.record("\(name) is no image")
      return
    }
    #expect(image.width == expected.width && image.height == expected.height && image.channels == expected.channels)
    // Versions of libjpeg-turbo may round differently.
    #expect(zip(image.bytes, expected.bytes).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
  }

  @Test func thereAreSamples() { #expect(names().count >= 10) }

  @Test func bytesBehindTheImageArePassedOver() throws {
    let whole = try bytes("baseline.jpg")
    #expect(try read(whole + [1, 2, 3]) == read(whole))
  }

  @Test(arguments: ["baseline.jpg", "progressive.jpg", "grey.jpg", "cmyk.jpg"]) func cutFilesAreRefused(_ name: String) throws {
    let whole = try bytes(name)
    for length in 3..<whole.count - 2 where length % 7 == 0 || length > whole.count - 40 {
      #expect(refusal(Array(whole[..<length])).hasPrefix("the JPEG is damaged: "), "\(name) cut at \(length)")
    }
  }

  @Test func corruptDataAreRefused() throws {
    var damaged = try bytes("optimised.jpg")
    // A restart marker that should not be there.
    damaged[damaged.count - 40] = 0xFF
    damaged[damaged.count - 39] = 0xD5
    #expect(refusal(damaged).hasPrefix("the JPEG is damaged: Corrupt JPEG data"))
  }

  @Test func hugeImagesAreRefusedBeforeMemoryIsTaken() throws {
    var bytes = try bytes("baseline.jpg")
    let place = try frame(bytes)
    bytes.replaceSubrange(place..<place + 4, with: [0xFF, 0x00, 0xFF, 0x00])
    #expect(refusal(bytes) == "the image is 65280 x 65280; at most 32768 a side can be read")
    bytes.replaceSubrange(place..<place + 4, with: [0x80, 0x00, 0x80, 0x00])
    #expect(refusal(bytes) == "\(bytes.count) bytes cannot hold an image of 32768 x 32768")
  }

  @Test func imagesOfNoSizeAndOfTwelveBitsAreRefused() throws {
    let whole = try bytes("baseline.jpg")
    let place = try frame(whole)
    var flat = whole
    flat.replaceSubrange(place..<place + 2, with: [0, 0])
    #expect(refusal(flat).hasPrefix("the JPEG is damaged: Empty JPEG image"))
    var deep = whole
    deep[place - 1] = 12
    #expect(refusal(deep).hasPrefix("the JPEG is damaged: Unsupported JPEG data precision 12"))
  }

  @Test func twoComponentsAreRefused() throws {
    // A header of two components, and the beginning of a scan.
    let bytes: [UInt8] =
      [0xFF, 0xD8, 0xFF, 0xC0, 0, 14, 8, 0, 8, 0, 8, 2, 1, 0x11, 0, 2, 0x11, 0] + [0xFF, 0xDA, 0, 10, 2, 1, 0, 2, 0, 0, 63, 0, 0, 0]
    #expect(refusal(bytes) == "the image has 2 components")
  }

  /// A grey square of three components, each in a scan of its own, all of that so many times.
  private static func scans(_ times: Int) -> [UInt8] {
    let table: [UInt8] = [1] + Array(repeating: 0, count: 15) + [0]
    let scan = { (component: UInt8) -> [UInt8] in [0xFF, 0xDA, 0, 8, 1, component, 0, 0, 63, 0, 0x3F] }
    return [0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0] + Array(repeating: 1, count: 64)
      + [0xFF, 0xC0, 0, 17, 8, 0, 8, 0, 8, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0] + [0xFF, 0xC4, 0, 20, 0] + table
      + [0xFF, 0xC4, 0, 20, 0x10] + table + (0..<times).flatMap { _ in scan(1) + scan(2) + scan(3) } + [0xFF, 0xD9]
  }

  @Test func scansAreBounded() throws {
    let grey = Raster(width: 8, height: 8, channels: 3, bytes: Array(repeating: 128, count: 192))
    #expect(try read(Self.scans(1)) == grey)
    #expect(try read(Self.scans(33)) == grey)
    #expect(refusal(Self.scans(34)) == "the JPEG is damaged: more than 100 scans")
  }
}
