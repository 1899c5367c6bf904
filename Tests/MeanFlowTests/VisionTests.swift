// The autoencoder and Inception against PyTorch's numbers (golden/torch of the reference material, where it is there), and
// files that hold something else.

import Formats
import Foundation
import OrderedCollections
import Tensor
import Testing

@testable import MeanFlow

private let torch = "../../shared/golden/torch/"
private var hasTorch: Bool { FileManager.default.fileExists(atPath: goldenPath(torch + "vae.npz")) }

@Suite struct VisionTests {
  @Test func theFormulaIsTheReadMes() {
    let u = FormulaWeights.uniform("a", 4)
    #expect(zip(u, [0.9012507, 0.3847806, 0.16522026, 0.42925376]).allSatisfy { abs($0 - $1) < 1e-7 })
  }

  @Test(.enabled(if: hasTorch)) func inceptionIsPyTorchs() throws {
    let g = try Golden(torch + "inception")
    let net = try Inception(FormulaWeights(ours: Inception.slots, gain: 1.4).weights())
    let images = try g["image_nchw"].permuted([0, 2, 3, 1])
    let resized = try inceptionInput(images).permuted([0, 3, 1, 2])
    try expectClose(resized.narrowed(axis: 2, 0..<1).squeezed(2), g["resized_row0"], 1e-5, "first row")
    try expectClose(
      resized.narrowed(axis: 2, 140..<150).narrowed(axis: 3, 140..<150), g["resized_center"], 1e-5, "centre")
    let features = try net(images)
    try expectClose(features.pooled, g["pooled"], 1e-5, "pooled")
    try expectClose(features.logits, g["logits_without_bias"], 1e-5, "logits")
    try expectClose(features.spatial.permuted([0, 3, 1, 2]), g["spatial_6d_first7"], 1e-5, "spatial")
  }

  @Test(.enabled(if: hasTorch)) func inceptionInBFloat16IsNear() throws {
    let g = try Golden(torch + "inception")
    let net = try Inception(FormulaWeights(ours: Inception.slots, gain: 1.4).weights())
    let features = try net(g["image_nchw"].permuted([0, 2, 3, 1]), precision: .bfloat16)
    try expectClose(features.pooled, g["pooled"], 3e-2, "pooled")
  }

  @Test(.enabled(if: hasTorch)) func theAutoencoderIsPyTorchs() throws {
    let g = try Golden(torch + "vae")
    let vae = try Autoencoder(FormulaWeights(ours: AutoencoderConfiguration().slots).weights())
    let (mean, deviation) = try vae.encode(g["image_nchw"].permuted([0, 2, 3, 1]))
    try expectClose(mean.permuted([0, 3, 1, 2]), g["latent_mean"], 5e-5, "mean")
    try expectClose(deviation.permuted([0, 3, 1, 2]), g["latent_std"], 5e-5, "deviation")
    let decoded = try vae.decode(g["decode_input"].permuted([0, 2, 3, 1]))
    try expectClose(decoded.permuted([0, 3, 1, 2]), g["decoded"], 5e-5, "decoded")
  }

  @Test func allNamesOfTheAutoencoderAreRead() throws {
    let folder = try TemporaryFolder()
    let slots = TinyAutoencoder.configuration.slots
    guard case .record(let torch) = try FormulaWeights(ours: slots).contents() else { return }
    let z = try normal(RandomKey(seed: 1), [1, 3, 2, 4])
    func decoded(_ contents: FileValue, _ name: String) throws -> Tensor {
      let own = folder.path + "/" + name
      try TinyAutoencoder.write(to: own, as: name, contents)
      return try Autoencoder(contentsOf: own + "/" + name).decode(z)
    }
    let expected = try decoded(.record(torch), "diffusion_pytorch_model.safetensors")
    #expect(expected.shape == [1, 24, 16, 3])
    // diffusers' names of attention before 0.18, and its products as convolutions of one pixel.
    var old: OrderedDictionary<String, FileValue> = [:]
    for case (var name, .tensor(var tensor)) in torch {
      for (new, former) in [("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")] {
        name = name.replacingOccurrences(of: ".\(new).", with: ".\(former).")
      }
      if tensor.rank == 2 { tensor = try tensor.reshaped(tensor.shape + [1, 1]) }
      old[name] = .tensor(tensor)
    }
    try expectClose(decoded(.record(old), "old.pt"), expected, 1e-6, "old names")
    // flax' nested records.
    var flax: OrderedDictionary<String, FileValue> = [:]
    let weights = try NetworkWeights(.record(torch), path: "")
    for (name, tensor) in weights.tensors {
      var parts: [String] = []
      for part in name.replacingOccurrences(of: "to_out.0", with: "proj_attn").split(separator: ".").map(String.init) {
        if Int(part) != nil { parts[parts.count - 1] += "_" + part } else { parts.append(part) }
      }
      parts[parts.count - 1] = parts.last == "bias" ? "bias" : tensor.rank == 1 ? "scale" : "kernel"
      insert(.tensor(tensor), at: parts[...], into: &flax)
    }
    try expectClose(decoded(.record(flax), "diffusion_flax_model.msgpack"), expected, 1e-6, "flax")
  }

  private func insert(_ value: FileValue, at path: ArraySlice<String>, into record: inout OrderedDictionary<String, FileValue>) {
    guard let first = path.first, path.count > 1 else {
      if let only = path.first { record[only] = value }
      return
    }
    var inner: OrderedDictionary<String, FileValue> = [:]
    if case .record(let fields)? = record[first] { inner = fields }
    insert(value, at: path.dropFirst(), into: &inner)
    record[first] = .record(inner)
  }

  @Test func largeImagesGoInTiles() throws {
    let folder = try TemporaryFolder()
    try TinyAutoencoder.write(to: folder.path)
    let vae = try Autoencoder(contentsOf: folder.path)
    let z = try normal(RandomKey(seed: 1), [2, 20, 13, 4])
    let whole = try vae.decode(z)
    #expect(try largestDifference(vae.decode(z, tile: 20), whole) == 0)
    let tiled = try vae.decode(z, tile: 8)
    #expect(tiled.shape == whole.shape)
    // Attention and norms see a tile only: near, not the same.
    #expect(try relative(tiled, whole) < 1)
    let latents = try vae.encode(whole, tile: 8)
    #expect(latents.mean.shape == z.shape && latents.deviation.shape == z.shape)
  }

  @Test func otherFilesAreNamed() throws {
    let folder = try TemporaryFolder()
    func path(_ slots: [(name: String, shape: [Int])], _ name: String) throws -> String {
      let path = folder.path + "/" + name
      try Formats::save(.record(.init(uniqueKeysWithValues: slots.map { ($0.name, .tensor(try .zeros($0.shape))) })), to: path)
      return path
    }
    func message(_ body: () throws -> Void) -> String { (#expect(throws: FormatError.self) { try body() })?.description ?? "" }
    let missing = message { _ = try Inception(contentsOf: folder.path + "/none.pth") }
    #expect(missing.contains("none.pth") && missing.contains("pytorch-fid") && missing.contains("without them"))
    #expect(message { _ = try Autoencoder(contentsOf: folder.path + "/none.bin") }.contains("stabilityai"))
    #expect(message { _ = try Autoencoder(contentsOf: folder.path) }.contains("holds no autoencoder"))
    var slots = FormulaWeights(ours: TinyAutoencoder.configuration.slots).slots
    let vae = try path(slots, "vae.npz")
    #expect(message { _ = try Inception(contentsOf: vae) }.contains("it holds an autoencoder"))
    #expect(message { _ = try Autoencoder(contentsOf: vae) }.contains("do not divide into 32 groups"))
    let imageNet = try path([("fc.weight", [1000, 2048]), ("fc.bias", [1000])], "torchvision.npz")
    #expect(message { _ = try Inception(contentsOf: imageNet) }.contains("torchvision's weights"))
    slots.removeAll { $0.name == "decoder.conv_out.bias" }
    #expect(message { _ = try Autoencoder(contentsOf: try path(slots, "less.npz")) }.contains("1 of 244 are missing: decoder.conv_out.bias"))
    slots.append(("decoder.conv_out.bias", [4]))
    #expect(message { _ = try Autoencoder(contentsOf: try path(slots, "shape.npz")) }.contains("decoder.conv_out.bias [4], needed [3]"))
    #expect(message { _ = try Autoencoder(contentsOf: try path([("net/shared_blocks_0/attn_scale", [4])], "imf.npz")) }.contains("an iMF network"))
  }

  @Test func imagesThatDoNotFitAreErrors() throws {
    let folder = try TemporaryFolder()
    try TinyAutoencoder.write(to: folder.path)
    let vae = try Autoencoder(contentsOf: folder.path)
    for shape in [[1, 12, 16, 3], [1, 0, 8, 3], [1, 16, 16, 1], [16, 16, 3]] {
      #expect(throws: TensorError.self) { try vae.encode(.zeros(shape)) }
    }
    for shape in [[1, 2, 2, 3], [1, 0, 2, 4], [2, 2, 4]] { #expect(throws: TensorError.self) { try vae.decode(.zeros(shape)) } }
  }
}
