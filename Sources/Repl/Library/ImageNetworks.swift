// Inception and the autoencoder as values of the language.

import Lang
import MeanFlow
import Tensor

/// `inception(path)`.
struct InceptionNetwork: LanguageObject {
  let network: Inception

  var typeName: String { "inception" }
  var summary: String { "Inception-v3 for FID: \(Inception.features) features, \(Inception.classes) classes" }
}

/// `vae(path)`.
struct LatentCodec: LanguageObject {
  let autoencoder: Autoencoder

  var typeName: String { "vae" }
  var summary: String { "autoencoder: \(autoencoder.latentChannels) latent channels, \(autoencoder.scale) x \(autoencoder.scale) pixels each" }
}

extension Library {
  static let imageNetworks = Library("Image networks", [
    Builtin(
      "inception(path)",
      """
      the Inception-v3 of FID, from inception_v3_weights_fid.pickle or pt_inception-2015-12-05-6726825d.pth

      The same tensors in npz or safetensors are read too. `precision("bfloat16")` doubles its speed.
      """,
      example: "try inception(\"missing.pickle\") catch err { err.kind }",
      fails: [
        .io("inception(\"missing.pickle\")", "missing.pickle: there is no such file: the weights of Inception-v3 for FID"),
      ],
      see: ["features", "fid", "classifier"]
    ) { call in .object(InceptionNetwork(network: try Inception(contentsOf: call.string("path")))) },
    Builtin(
      "features(net, images)",
      """
      what a network sees in images: {pooled, logits}, and Inception's spatial features

      `net` is `inception(path)` or a `classifier`. Images are bytes [n, h, w, 3], or numbers in [-1, 1]. Of Inception, pooled
      [n, 2048] is what FID compares, logits [n, 1008] (without bias) what the inception score does, spatial [n, 17, 17, 7]
      sFID's: `statistics(reshape(f.spatial, n, -1))`.
      """,
      given: tinyModel,
      example: "features(classifier(zeros([4, 4, 4, 1]), [0, 1, 0, 1], steps = 2), zeros([2, 4, 4, 1])).pooled.shape",
      fails: [
        .type("features(m, zeros([2, 4, 4, 1]))", "features: `net` is a model; expected an inception or a classifier"),
      ],
      see: ["inception", "statistics", "kid", "precision_recall"]
    ) { call in
      let images = try call.tensor("images")
      switch try call.featureNetwork("net") {
      case .classifier(let net):
        let found = try net(images)
        return .record(["pooled": .tensor(found.features), "logits": .tensor(found.logits)])
      case .inception(let net):
        let progress = Progress("features", total: images.shape.first)
        defer { progress.finish() }
        let found = try net(images) { progress.update($0) }
        return .record(["pooled": .tensor(found.pooled), "logits": .tensor(found.logits), "spatial": .tensor(found.spatial)])
      }
    },
    Builtin(
      "vae(path)",
      """
      Stable Diffusion's autoencoder, from diffusers' weights: sd-vae-ft-mse for the authors' latents

      `path` is a safetensors, a msgpack of flax, a .bin, or the folder that one of them lies in.
      """,
      example: "try vae(\"missing.safetensors\") catch err { err.kind }",
      fails: [
        .io("vae(\"missing.safetensors\")", "missing.safetensors: there is no such file: the weights of Stable Diffusion's autoencoder"),
      ],
      see: ["decode", "encode", "vae_decode", "vae_encode"]
    ) { call in .object(LatentCodec(autoencoder: try Autoencoder(contentsOf: call.string("path")))) },
    Builtin(
      "vae_encode(v, images, tile = none)",
      """
      raw latents of images [n, H, W, 3] in [-1, 1]: {mean, std}, both [n, H/8, W/8, 4]

      Sides are multiples of 8. `tile` is the side of tiles in latent pixels, 64 for one, for images too large for memory.
      """,
      example: "try vae_encode(vae(\"missing.safetensors\"), zeros([1, 64, 64, 3])) catch err { err.kind }",
      fails: [.type("vae_encode(1, zeros([1, 64, 64, 3]))", "vae_encode: `v` is a number; expected a vae")],
      see: ["encode", "vae_decode", "prepare"]
    ) { call in
      let codec = try call.codec("v")
      let images = try call.images("images")
      let progress = Progress("encode", total: images.shape.first)
      defer { progress.finish() }
      let found = try codec.encode(images, tile: call.tile()) { progress.update($0) }
      return .record(["mean": .tensor(found.mean), "std": .tensor(found.deviation)])
    },
    Builtin(
      "vae_decode(v, z, tile = none)",
      """
      images [n, H, W, 3], about [-1, 1], of raw latents [n, h, w, 4]

      `decode` is for samples of a network. `tile` is the side of tiles in latent pixels, 64 for one, for images too large for memory.
      """,
      example: "try vae_decode(vae(\"missing.safetensors\"), zeros([1, 8, 8, 4])) catch err { err.kind }",
      fails: [.type("vae_decode(1, zeros([1, 8, 8, 4]))", "vae_decode: `v` is a number; expected a vae")],
      see: ["decode", "vae_encode", "to_image"]
    ) { call in try call.decoded(call.tensor("z")) },
    Builtin(
      "encode(v, images, key, tile = none)",
      """
      images [n, H, W, 3] as latents that a network trains on: mean + std noise, normalised by channel

      Images are bytes or numbers in [-1, 1]; the noise belongs to `key`.
      """,
      example: "try encode(vae(\"missing.safetensors\"), zeros([1, 64, 64, 3]), key(0)) catch err { err.kind }",
      fails: [.type("encode(1, zeros([1, 64, 64, 3]), key(0))", "encode: `v` is a number; expected a vae")],
      see: ["decode", "vae_encode", "train"]
    ) { call in
      let found = try call.codec("v").encode(call.images("images"), tile: call.tile())
      let noise = try normal(call.key("key"), found.mean.shape)
      let moments = try concat([found.mean, found.deviation], axis: 3)
      return .tensor(try LatentNormalisation.normalised(moments: moments, noise: noise).evaluated())
    },
    Builtin(
      "decode(v, latents, tile = none)",
      """
      samples [n, h, w, 4] of a network as images [n, H, W, 3], about [-1, 1]

      Undoes the normalisation of latents first; `to_image` makes bytes.
      """,
      example: "try decode(vae(\"missing.safetensors\"), zeros([1, 8, 8, 4])) catch err { err.kind }",
      fails: [.type("decode(1, zeros([1, 8, 8, 4]))", "decode: `v` is a number; expected a vae")],
      see: ["sample", "to_image", "vae_decode"]
    ) { call in
      let latents = try call.tensor("latents")
      guard latents.rank > 0, latents.shape[latents.rank - 1] == 4 else {
        throw call.error(.shape, "latents are [n, h, w, 4], not \(latents.shape)", argument: "latents")
      }
      return try call.decoded(LatentNormalisation.denormalised(latents))
    },
  ])
}

extension Call {
  func codec(_ name: String) throws -> Autoencoder { try object(name, LatentCodec.self, as: "a vae").autoencoder }

  func featureNetwork(_ name: String) throws -> FeatureNetwork {
    if case .object(let object) = self[name] {
      if let net = object as? InceptionNetwork { return .inception(net.network) }
      if let net = object as? ImageClassifier { return .classifier(net.classifier) }
    }
    return .inception(try object(name, InceptionNetwork.self, as: "an inception or a classifier").network)
  }

  fileprivate func tile() throws -> Int? {
    try self["tile"].isNone ? nil : integer("tile", in: 8...4096)
  }

  fileprivate func decoded(_ z: Tensor) throws -> Value {
    let codec = try codec("v")
    let progress = Progress("decode", total: z.shape.first)
    defer { progress.finish() }
    return .tensor(try codec.decode(z, tile: tile()) { progress.update($0) })
  }
}
