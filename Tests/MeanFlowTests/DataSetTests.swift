// Data sets in files: the authors' latents, packed ones, folders of pictures; their order, shares and damaged files.

import Formats
import Foundation
import OrderedCollections
import Tensor
import Testing

@testable import MeanFlow

private final class Scratch {
  let path = FileManager.default.temporaryDirectory.path + "/imf-data-\(UUID().uuidString)"
  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Latents as the authors' preparation writes them: moments [8, 4, 4] that begin with the file's number, deviation 0.5.
  func latents(_ count: Int) throws {
    for number in 0..<count {
      let moments = try concat([Tensor.full([4, 4, 4], Double(number)), .full([4, 4, 4], 0.5)])
      let item: FileValue = .record(["image": .tensor(moments), "label": .tensor(Tensor(Double(number % 3), dtype: .int64))])
      try save(item, to: path + "/train/" + String(format: "%08d.pt", number))
    }
  }

  func damage(_ name: String) throws { try Data("damaged".utf8).write(to: URL(fileURLWithPath: path + "/" + name)) }
}

private func numbers(_ x: Tensor) throws -> [Float] { try x.scalars(Float.self) }

@Suite struct LatentTests {
  @Test func packedLatentsAreTheSame() throws {
    let scratch = Scratch()
    try scratch.latents(10)
    let files = try LatentFolder(scratch.path)
    #expect(files.count == 10 && files.imageShape == [4, 4, 4])
    var done: [Int] = []
    try LatentShards.pack(files, to: scratch.path + "/packed", perShard: 4) { done.append($0) }
    #expect(done == [4, 8, 10])
    // What is there is not written over.
    #expect(throws: FormatError.self) { try LatentShards.pack(files, to: scratch.path + "/packed") }
    let packed = try LatentShards(scratch.path + "/packed")
    #expect(packed.count == 10 && packed.imageShape == files.imageShape)
    let one = try Batches(files, size: 4, steps: 5, seed: 2).walk(), other = try Batches(packed, size: 4, steps: 5, seed: 2).walk()
    while let a = try one.next(), let b = try other.next() {
      #expect(try numbers(a.x) == numbers(b.x) && numbers(#require(a.y)) == numbers(#require(b.y)))
    }
    // Shards of another shape, labels of another number, a hole between them.
    try save(.tensor(.zeros([2, 8, 2, 2])), to: scratch.path + "/packed/latents-00002.npy")
    #expect(throws: FormatError.self) { try LatentShards(scratch.path + "/packed") }
    try save(.tensor(.zeros([3, 8, 4, 4])), to: scratch.path + "/packed/latents-00002.npy")
    #expect(throws: FormatError.self) { try LatentShards(scratch.path + "/packed") }
    try FileManager.default.removeItem(atPath: scratch.path + "/packed/latents-00001.npy")
    #expect(throws: FormatError.self) { try LatentShards(scratch.path + "/packed") }
  }

  /// A draw is mean + deviation * noise, normalised a channel; the noise belongs to the step.
  @Test func latentsAreDrawnAnewAndNormalised() throws {
    let scratch = Scratch()
    try scratch.latents(2)
    let data = try LatentFolder(scratch.path)
    let batches = try Batches(data, size: 2, steps: 4, seed: 1)
    let walk = batches.walk()
    var first: [Tensor] = []
    while let batch = try walk.next() { first.append(batch.x) }
    let mean = try Tensor(LatentNormalisation.mean.map { Float($0) }), deviation = try Tensor(LatentNormalisation.deviation.map { Float($0) })
    let spread = try numbers(first[0] * deviation + mean)
    for image in 0..<2 {
      let own = spread[image * 64..<(image + 1) * 64]
      let middle = own.reduce(0, +) / 64
      #expect(abs(middle - middle.rounded()) < 0.3 && (0...1).contains(middle.rounded()))
    }
    #expect(try numbers(first[0]) != numbers(first[1]))
    // A walk that begins later draws the same.
    let later = batches.walk(from: 2)
    #expect(try numbers(#require(try later.next()).x) == numbers(first[2]))
    // Shares of two processes are the batch's rows in turn.
    for index in 0..<2 {
      let share = Share(index: index, count: 2)
      let part = try #require(try batches.walk(from: 1, share: share).next())
      #expect(try numbers(part.x) == numbers(share.taken(of: first[1])))
    }
  }

  @Test func damagedFilesStopOrAreCounted() throws {
    let scratch = Scratch()
    try scratch.latents(6)
    try scratch.damage("train/00000003.pt")
    let strict = try Batches(LatentFolder(scratch.path), size: 6, steps: 1).walk()
    let error = try #require(throws: FormatError.self) { try strict.next() }
    #expect(error.message.contains("00000003.pt"))
    let data = try LatentFolder(scratch.path, unreadable: .skip)
    let walk = try Batches(data, size: 6, steps: 2).walk()
    let batch = try #require(try walk.next())
    // 4 stands in for 3.
    #expect(try numbers(#require(batch.y)).sorted() == [0, 1, 1, 1, 2, 2].map { Float($0) })
    #expect(data.problems.count == 1 && data.problems[0].contains("00000003.pt"))
    // All damaged: no endless search.
    for number in 1..<6 { try scratch.damage("train/" + String(format: "%08d.pt", number)) }
    try scratch.latents(1)
    let one = try LatentFolder(scratch.path, unreadable: .skip)
    try scratch.damage("train/00000000.pt")
    #expect(throws: FormatError.self) { try Batches(one, size: 2, steps: 1).walk().next() }
  }

  @Test func whatIsNoLatentIsAnError() throws {
    let scratch = Scratch()
    #expect(throws: FormatError.self) { try LatentFolder(scratch.path) }
    for wrong: FileValue in [
      .record(["image": .tensor(try .zeros([4, 4, 4])), "label": .number(1)]), .record(["image": .tensor(try .zeros([8, 4, 4]))]),
      .record(["latent": .tensor(try .zeros([8, 4, 4]))]),
    ] {
      try save(wrong, to: scratch.path + "/train/00000000.pt")
      #expect(throws: FormatError.self) { try LatentFolder(scratch.path) }
    }
    try scratch.latents(2)
    try save(.record(["image": .tensor(try .zeros([8, 2, 2])), "label": .number(1)]), to: scratch.path + "/train/00000001.pt")
    #expect(throws: FormatError.self) { try Batches(LatentFolder(scratch.path), size: 2, steps: 1).walk().next() }
  }
}

@Suite struct ImageFolderTests {
  /// What Pillow 11 makes of a 13 x 9 picture whose byte at (x, y, c) is (31 x + 57 y + 85 c + 3 x y) mod 256: halved once by a
  /// box to 6 x 4 where that is large enough, scaled by a bicubic, cut to the middle; 12 is by its digest.
  @Test func picturesArePreparedAsPillowDoes() throws {
    var bytes: [UInt8] = []
    for y in 0..<9 { for x in 0..<13 { for c in 0..<3 { bytes.append(UInt8((31 * x + 57 * y + 85 * c + 3 * x * y) % 256)) } } }
    let picture = Raster(width: 13, height: 9, channels: 3, bytes: bytes)
    #expect(picture.rgb.centerCropped(to: 4).bytes == [110, 195, 88, 175, 132, 89, 145, 102, 187, 82, 167, 124, 143, 100, 143, 95, 138, 137, 130, 130, 129, 125, 124, 124, 177, 134, 91, 80, 101, 186, 158, 115, 72, 125, 82, 167, 114, 135, 156, 157, 178, 71, 125, 146, 167, 168, 125, 82])
    #expect(picture.rgb.centerCropped(to: 3).bytes == [87, 140, 126, 146, 145, 104, 125, 128, 154, 135, 129, 112, 115, 116, 145, 133, 113, 119, 154, 121, 125, 133, 151, 118, 143, 130, 124])
    #expect(picture.rgb.centerCropped(to: 12).bytes.reduce(0) { $0 &* 31 &+ UInt32($1) } == 4_094_761_111)
    let grey = Raster(width: 2, height: 2, channels: 1, bytes: [0, 50, 100, 150])
    #expect(grey.rgb.centerCropped(to: 2).bytes == [0, 0, 0, 50, 50, 50, 100, 100, 100, 150, 150, 150])
  }

  @Test func foldersAreClasses() throws {
    let scratch = Scratch()
    for (name, level) in [("dog/b", 200), ("cat/a", 100), ("cat/c", 50)] {
      try save(.image(Raster(width: 4, height: 4, channels: 1, bytes: Array(repeating: UInt8(level), count: 16))), to: scratch.path + "/\(name).png")
    }
    let data = try ImageFolder(scratch.path, size: 4)
    #expect(data.classes == ["cat", "dog"] && data.count == 3 && data.imageShape == [4, 4, 3])
    let batch = try #require(try Batches(data, size: 3, steps: 1).walk().next())
    let levels = try numbers(batch.x.sliced([.range(start: nil, stop: nil, step: 1), .index(0), .index(0), .index(0)]))
    let labels = try numbers(#require(batch.y))
    let expected: [Float: Float] = [200.0 / 127.5 - 1: 1, 100.0 / 127.5 - 1: 0, 50.0 / 127.5 - 1: 0]
    for (level, label) in zip(levels, labels) { #expect(expected.first { abs($0.key - level) < 1e-6 }?.value == label) }
    // Without folders there are no classes.
    let flat = try ImageFolder(scratch.path + "/cat", size: 4)
    #expect(flat.count == 2 && !flat.isLabelled)
    // A file of a kind that is not read is no reason to train on fewer.
    try scratch.damage("cat/d.webp")
    #expect(try ImageFolder(scratch.path + "/cat", size: 4).count == 3)
    try scratch.damage("dog/b.png")
    #expect(throws: FormatError.self) { try Batches(data, size: 3, steps: 1).walk().next() }
    #expect(throws: FormatError.self) { try ImageFolder(scratch.path + "/nowhere", size: 4) }
  }

  @Test func everySecondImageIsMirrored() throws {
    let images = try Tensor.arange(64 * 2).cast(to: .float32).reshaped([64, 1, 2, 1])
    let walk = try Batches(ArrayDataSet(images: images, labels: nil, flips: true), size: 64, steps: 1).walk()
    let pairs = try numbers(#require(try walk.next()).x)
    let mirrored = stride(from: 0, to: pairs.count, by: 2).count { pairs[$0] > pairs[$0 + 1] }
    #expect((16...48).contains(mirrored))
    #expect(throws: ConfigurationError.self) { try ArrayDataSet(images: .zeros([4, 2]), labels: nil, flips: true) }
  }
}
