// Stable Diffusion's autoencoder (AutoencoderKL): images to latents and back (method.md, section 5). Both directions are
// raw: the normalisation of latents is `LatentNormalisation`'s.

import Foundation
import Formats
public import Tensor

public final class Autoencoder: Sendable {
  let configuration: AutoencoderConfiguration
  private let encoder: Encoder
  private let decoder: Decoder

  /// Pixels a side of a latent pixel: 8.
  public var scale: Int { configuration.scale }
  public var latentChannels: Int { configuration.latentChannels }

  /// Names of the weights within a folder, as diffusers writes it.
  private static let fileNames = [
    "diffusion_pytorch_model.safetensors", "diffusion_flax_model.msgpack", "diffusion_pytorch_model.bin",
  ]

  /// - Parameter path: diffusers' weights (msgpack of flax, safetensors, .bin), or the folder that holds them.
  /// - Throws: `FormatError` where they are missing or another network's.
  public convenience init(contentsOf path: String) throws {
    var file = path
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      let folders = [path, path + "/vae"], names = Self.fileNames
      let found = folders.flatMap { folder in names.map { folder + "/" + $0 } }.first { FileManager.default.fileExists(atPath: $0) }
      guard let found else {
        throw FormatError(.io, path, "the folder holds no autoencoder", hint: "one of \(names.joined(separator: ", ")) is needed")
      }
      file = found
    }
    try requireWeights(
      file, "Stable Diffusion's autoencoder",
      published: "sd-vae-ft-mse is published by stabilityai on huggingface.co, as diffusion_pytorch_model.safetensors",
      without: "latents can be trained on and sampled, not seen, and models of pixels need none")
    try self.init(NetworkWeights(contentsOf: file))
  }

  init(_ weights: NetworkWeights) throws {
    let configuration = AutoencoderConfiguration(of: weights)
    try weights.check(
      configuration.slots, of: "an AutoencoderKL", hint: "`vae` reads diffusers' weights of Stable Diffusion's autoencoder, such as sd-vae-ft-mse")
    guard configuration.channels.allSatisfy({ $0 % configuration.groups == 0 }) else {
      throw FormatError(
        .format, weights.path, "\(configuration.channels) channels do not divide into \(configuration.groups) groups",
        hint: "config.json beside the weights says norm_num_groups")
    }
    self.configuration = configuration
    encoder = try Encoder(weights, configuration)
    decoder = try Decoder(weights, configuration)
  }

  /// - Parameters:
  ///   - images: [n, H, W, 3] in [-1, 1], sides that the scale divides.
  ///   - tile: the side of tiles in latent pixels, for images too large to encode whole; nil for whole images.
  ///   - precision: of the convolutions; sums, norms and results are float32.
  ///   - report: hears how many images are done.
  /// - Returns: mean and standard deviation of the latents, [n, h, w, 4].
  public func encode(
    _ images: Tensor, tile: Int? = nil, precision: ProductPrecision = .current, report: (Int) -> Void = { _ in }
  ) throws -> (mean: Tensor, deviation: Tensor) {
    guard images.rank == 4, images.shape[3] == 3, images.shape[1...2].allSatisfy({ $0 > 0 && $0 % scale == 0 }) else {
      throw TensorError(
        .shape, "vae_encode", [Operand(shape: images.shape, dtype: images.dtype)],
        "images are [n, H, W, 3] with sides that are multiples of \(scale)", hint: "center_crop makes them so")
    }
    let moments = try each(images, precision, report) { x in
      guard let tile else { return try encoder(x) }
      return try tiled(x, tile: tile * scale, unit: 1.0 / Double(scale), encoder.callAsFunction)
    }
    let parts = try moments.split(sizes: [latentChannels, latentChannels], axis: 3)
    let deviation = try exp(minimum(maximum(parts[1], -30), 20) * 0.5)
    try evaluate([parts[0], deviation])
    return (parts[0], deviation)
  }

  /// - Parameters: z [n, h, w, 4], not scaled; the others as above.
  /// - Returns: images [n, H, W, 3], about [-1, 1].
  public func decode(
    _ z: Tensor, tile: Int? = nil, precision: ProductPrecision = .current, report: (Int) -> Void = { _ in }
  ) throws -> Tensor {
    guard z.rank == 4, z.shape[3] == latentChannels, !z.shape[1...2].contains(0) else {
      throw TensorError(
        .shape, "vae_decode", [Operand(shape: z.shape, dtype: z.dtype)], "latents are [n, h, w, \(latentChannels)]")
    }
    return try each(z, precision, report) { x in
      guard let tile else { return try decoder(x) }
      return try tiled(x, tile: tile, unit: Double(scale), decoder.callAsFunction)
    }
  }

  /// Image by image, computed: memory is that of one.
  private func each(
    _ x: Tensor, _ precision: ProductPrecision, _ report: (Int) -> Void, _ body: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    let type: DType = precision == .bfloat16 ? .bfloat16 : .float32
    let parts = try (0..<x.shape[0]).map { index in
      let part = try body(x.narrowed(axis: 0, index..<index + 1).cast(to: type)).cast(to: .float32).evaluated()
      report(index + 1)
      return part
    }
    return try parts.count == 1 ? parts[0] : concat(parts).evaluated()
  }
}

/// Residual block, attention, residual block.
private struct MiddleBlock: Sendable {
  let first: ResidualBlock, attention: AttentionBlock, second: ResidualBlock

  init(_ name: String, _ weights: NetworkWeights, groups: Int) throws {
    first = try ResidualBlock(name + ".resnets.0", weights, groups: groups)
    attention = try AttentionBlock(name + ".attentions.0", weights, groups: groups)
    second = try ResidualBlock(name + ".resnets.1", weights, groups: groups)
  }

  func callAsFunction(_ x: Tensor) throws -> Tensor { try second(attention(first(x))) }
}

private struct Encoder: Sendable {
  let convIn: ConvolutionLayer
  let levels: [(blocks: [ResidualBlock], halving: ConvolutionLayer?)]
  let middle: MiddleBlock
  let norm: NormLayer
  let convOut: ConvolutionLayer, quantConv: ConvolutionLayer

  init(_ weights: NetworkWeights, _ c: AutoencoderConfiguration) throws {
    convIn = try ConvolutionLayer("encoder.conv_in", weights)
    levels = try c.channels.indices.map { level in
      let name = "encoder.down_blocks.\(level)", halving = name + ".downsamplers.0.conv"
      return (
        try (0..<c.layers).map { try ResidualBlock("\(name).resnets.\($0)", weights, groups: c.groups) },
        // The border is at the end only.
        level == c.channels.count - 1 ? nil
          : try ConvolutionLayer(
            kernel: weights[halving + ".weight"], bias: weights[halving + ".bias"], stride: [2, 2],
            padding: .sizes(before: [0, 0], after: [1, 1]))
      )
    }
    middle = try MiddleBlock("encoder.mid_block", weights, groups: c.groups)
    norm = try NormLayer("encoder.conv_norm_out", weights, groups: c.groups)
    convOut = try ConvolutionLayer("encoder.conv_out", weights)
    quantConv = try ConvolutionLayer("quant_conv", weights)
  }

  func callAsFunction(_ x: Tensor) throws -> Tensor {
    var y = try convIn(x)
    for level in levels {
      for block in level.blocks { y = try block(y) }
      if let halving = level.halving { y = try halving(y) }
    }
    return try quantConv(convOut(norm(middle(y))))
  }
}

private struct Decoder: Sendable {
  let postQuantConv: ConvolutionLayer, convIn: ConvolutionLayer
  let middle: MiddleBlock
  let levels: [(blocks: [ResidualBlock], doubling: DoublingLayer?)]
  let norm: NormLayer
  let convOut: ConvolutionLayer

  init(_ weights: NetworkWeights, _ c: AutoencoderConfiguration) throws {
    postQuantConv = try ConvolutionLayer("post_quant_conv", weights)
    convIn = try ConvolutionLayer("decoder.conv_in", weights)
    middle = try MiddleBlock("decoder.mid_block", weights, groups: c.groups)
    levels = try c.channels.indices.map { level in
      let name = "decoder.up_blocks.\(level)"
      return (
        try (0...c.layers).map { try ResidualBlock("\(name).resnets.\($0)", weights, groups: c.groups) },
        level == c.channels.count - 1 ? nil : try DoublingLayer(name + ".upsamplers.0.conv", weights)
      )
    }
    norm = try NormLayer("decoder.conv_norm_out", weights, groups: c.groups)
    convOut = try ConvolutionLayer("decoder.conv_out", weights)
  }

  func callAsFunction(_ z: Tensor) throws -> Tensor {
    var y = try middle(convIn(postQuantConv(z)))
    for level in levels {
      for block in level.blocks { y = try block(y) }
      if let doubling = level.doubling { y = try doubling(y) }
    }
    return try convOut(norm(y))
  }
}
