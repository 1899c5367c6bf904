// Images made ready: Pillow's resampling, trees of folders, latents as the reference's loader reads them, and broken files.

import Formats
import Foundation
import OrderedCollections
import Tensor
import Testing

@testable import MeanFlow

private let crops = "../../shared/golden/torch/center_crop"

/// Bytes by place, the same each time.
private func raster(_ width: Int, _ height: Int, channels: Int = 3, seed: Int = 0) -> Raster {
  Raster(
    width: width, height: height, channels: channels,
    bytes: (0..<width * height * channels).map { UInt8(truncatingIfNeeded: ($0 &* 31 &+ seed &* 17) ^ ($0 >> 3)) })
}

@Suite struct PreparationTests {
  @Test(.enabled(if: FileManager.default.fileExists(atPath: goldenPath(crops + ".npz")))) func cropsArePillows() throws {
    let g = try Golden(crops), folder = try TemporaryFolder()
    let count = g.arrays.keys.count { $0.hasPrefix("jpeg_") }
    #expect(count > 0)
    for index in 0..<count {
      let path = folder.path + "/\(index).jpg"
      try Data(g["jpeg_\(index)"].scalars(UInt8.self)).write(to: URL(fileURLWithPath: path))
      let found = try image(path).centerCropped(to: 64).bytes.map(Int.init)
      let expected = try g["crop_\(index)"].scalars(Int32.self).map(Int.init)
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1 })
      #expect(Double(zip(found, expected).count { $0 == $1 }) >= 0.999 * Double(expected.count))
    }
  }

  @Test func boxesAndCubics() {
    // Pillow's own: Image.fromarray(...).resize((2, 1), Image.BOX) and (4, 1), Image.BICUBIC.
    let row = Raster(width: 4, height: 1, channels: 1, bytes: [10, 21, 200, 100])
    #expect(row.resized(width: 2, height: 1, .box).bytes == [16, 150])
    let two = Raster(width: 2, height: 1, channels: 1, bytes: [0, 255])
    #expect(two.resized(width: 4, height: 1, .bicubic).bytes == [0, 53, 202, 255])
    let flat = Raster(width: 50, height: 30, channels: 3, bytes: [UInt8](repeating: 77, count: 4500))
    #expect(flat.resized(width: 13, height: 41, .bicubic).bytes.allSatisfy { $0 == 77 })
    #expect(row.resized(width: 4, height: 1, .bicubic) == row)
  }

  @Test func cropsOfAllShapes() {
    for (width, height) in [(64, 64), (300, 65), (20, 500), (1, 1), (127, 128), (7, 3), (1, 3000), (32, 40), (40, 32)] {
      let found = raster(width, height).centerCropped(to: 32)
      #expect(found.width == 32 && found.height == 32 && found.bytes.count == 32 * 32 * 3)
    }
    let wide = raster(90, 50), whole = wide.resized(width: 72, height: 40, .bicubic)
    let window = wide.resized(width: 72, height: 40, .bicubic, columns: 5..<25, rows: 11..<31)
    for row in 0..<20 {
      let start = ((row + 11) * 72 + 5) * 3
      #expect(Array(window.bytes[row * 60..<(row + 1) * 60]) == Array(whole.bytes[start..<start + 60]))
    }
    #expect(raster(3, 2, channels: 1).rgb.bytes.count == 18)
    #expect(Raster(width: 1, height: 1, channels: 4, bytes: [1, 2, 3, 4]).rgb.bytes == [1, 2, 3])
    #expect(Raster(width: 1, height: 1, channels: 2, bytes: [9, 4]).rgb.bytes == [9, 9, 9])
  }

  /// Two classes of PNGs, one JPEG's worth of garbage among them.
  private func makeTree(_ folder: String) throws {
    for (index, name) in ["b/1.png", "b/3.png", "a/2.png", "a/deep/9.png", "a/10.png"].enumerated() {
      try Formats::save(.image(raster(20 + index, 30, channels: index == 2 ? 1 : 3, seed: index)), to: folder + "/" + name)
    }
    try Data("no picture".utf8).write(to: URL(fileURLWithPath: folder + "/b/2.jpeg"))
    try Data("notes".utf8).write(to: URL(fileURLWithPath: folder + "/b/readme.txt"))
  }

  @Test func treesAreInTorchvisionsOrder() throws {
    let folder = try TemporaryFolder()
    try makeTree(folder.path)
    let tree = try ImageTree(folder.path)
    #expect(tree.classes == ["a", "b"])
    #expect(tree.items.map { $0.path.dropFirst(folder.path.count + 1) } == ["a/10.png", "a/2.png", "a/deep/9.png", "b/1.png", "b/2.jpeg", "b/3.png"])
    #expect(tree.items.map(\.label) == [0, 0, 0, 1, 1, 1])
  }

  @Test func latentsAreTheReferencesFiles() throws {
    let folder = try TemporaryFolder(), target = try TemporaryFolder(), weights = try TemporaryFolder()
    try makeTree(folder.path)
    try TinyAutoencoder.write(to: weights.path)
    let vae = try Autoencoder(contentsOf: weights.path), tree = try ImageTree(folder.path)
    // Broken off after each portion and taken up again.
    var portions = 0
    while true {
      var work = try Preparation(tree, to: target.path, size: 16, autoencoder: vae, inception: nil, portion: 4)
      if work.isComplete {
        #expect(work.written == 5)
        #expect(work.unreadable.map(\.path) == [folder.path + "/b/2.jpeg"])
        break
      }
      try work.advance()
      try work.save()
      portions += 1
    }
    #expect(portions == 2)
    for (index, item) in tree.items.filter({ !$0.path.hasSuffix("jpeg") }).enumerated() {
      guard case .record(let fields) = try load(target.path + "/0000000\(index).pt"), case .tensor(let image)? = fields["image"],
        case .tensor(let label)? = fields["label"]
      else { throw FormatError(.format, "pt", "is no latent") }
      #expect(image.shape == [8, 2, 2] && image.dtype == .float32 && label.shape == [] && label.dtype == .int64)
      #expect(try Int(label.item()) == item.label)
      let pixels = try MeanFlow::image(item.path).centerCropped(to: 16)
      let x = try imageValues(Tensor(pixels.bytes, shape: [1, 16, 16, 3]))
      let (mean, deviation) = try vae.encode(x)
      try expectClose(image, concat([mean, deviation], axis: 3).permuted([0, 3, 1, 2]).squeezed(0), 1e-5, item.path)
    }
    // The same folder for something else.
    #expect(throws: FormatError.self) { try Preparation(tree, to: target.path, size: 32, autoencoder: vae, inception: nil, portion: 4) }
  }

  @Test func packedLatentsAreNpyShards() throws {
    let folder = try TemporaryFolder(), target = try TemporaryFolder(), weights = try TemporaryFolder()
    try makeTree(folder.path)
    try TinyAutoencoder.write(to: weights.path)
    var work = try Preparation(
      ImageTree(folder.path), to: target.path, size: 16, autoencoder: Autoencoder(contentsOf: weights.path), inception: nil,
      form: .npy, portion: 3)
    while !work.isComplete { try work.advance() }
    guard case .tensor(let latents) = try load(target.path + "/moments_00001.npy"),
      case .tensor(let labels) = try load(target.path + "/labels_00001.npy"), case .record(let index) = try load(target.path + "/index.json"),
      case .list(let shards)? = index["shards"], case .list(let shape)? = index["shape"]
    else { throw FormatError(.format, "npy", "is no shard") }
    #expect(latents.shape == [2, 2, 2, 8] && shape.count == 3 && shards.count == 2)
    #expect(try labels.scalars(Int32.self) == [1, 1])
  }

  @Test func badTreesAreErrors() throws {
    let folder = try TemporaryFolder()
    let absent = #expect(throws: FormatError.self) { try ImageTree(folder.path + "/nowhere") }
    #expect(absent?.reason == .io)
    let none = #expect(throws: FormatError.self) { try ImageTree(folder.path) }
    #expect(none?.message.contains("zero classes") == true)
    try FileManager.default.createDirectory(atPath: folder.path + "/a", withIntermediateDirectories: true)
    let empty = #expect(throws: FormatError.self) { try ImageTree(folder.path) }
    #expect(empty?.message.contains("no images") == true)
    try makeTree(folder.path)
    let tree = try ImageTree(folder.path)
    #expect(throws: ConfigurationError.self) { try Preparation(tree, to: folder.path + "/x", autoencoder: nil, inception: nil) }
  }
}
