// imfDiT: the transformer of improved MeanFlow, read from top to bottom as it runs (method.md, section 2).
// The network sees h = t - r, not t. Two heads share a trunk: u, the average velocity, and v, the instantaneous one.
// B batch, H and W image, C channels, N patches, T tokens, D width.

public import Tensor

/// A network: sizes and parameters. A value; functions of it build graphs and compute nothing.
public struct Network: Sendable {
  public let configuration: Configuration
  /// The parameters, by the reference's names.
  public internal(set) var p: Parameters
  /// Without v blocks: its v is the v layer on the shared trunk and means nothing.
  public let isInference: Bool
  let rotary: RotaryTable

  /// A network with given parameters, checked, or with fresh ones from a key.
  public init(
    _ configuration: Configuration, parameters: Parameters? = nil, key: RandomKey = RandomKey(seed: 0),
    inference: Bool = false
  ) throws {
    self.configuration = try configuration.validated()
    isInference = inference
    p =
      try parameters.map { try configuration.checked($0, inference: inference) }
      ?? configuration.initialParameters(key, inference: inference)
    rotary = try RotaryTable(tokens: configuration.tokens, headDim: configuration.headDim)
  }

  private init(_ network: Network, parameters: Parameters) {
    configuration = network.configuration
    isInference = network.isInference
    rotary = network.rotary
    p = parameters
  }

  /// Throws `ConfigurationError` where the v blocks are missing.
  func requireTrainable() throws {
    guard isInference else { return }
    throw ConfigurationError(
      field: nil, reason: "an inference network has no v blocks and cannot be trained",
      hint: "load the whole checkpoint, or train from fresh parameters")
  }

  /// This network with other values of its parameters, in their order (as gradients see them).
  public func with(_ values: [Tensor]) -> Network { Network(self, parameters: p.with(values)) }

  /// What conditions a pass; every field [B], or a single number for all.
  public struct Condition: Sendable {
    /// Noise level; only `prediction = x` uses it.
    public var t: Tensor
    /// t - r
    public var h: Tensor
    public var omega: Tensor
    public var tMin: Tensor
    public var tMax: Tensor
    /// Labels 0 ..< numClasses; numClasses is the null class.
    public var y: Tensor

    public init(t: Tensor, h: Tensor, omega: Tensor, tMin: Tensor, tMax: Tensor, y: Tensor) {
      (self.t, self.h, self.omega, self.tMin, self.tMax, self.y) = (t, h, omega, tMin, tMax, y)
    }
  }

  /// Both velocities at z.  z [B, H, W, C] -> u, v [B, H, W, C]
  public func callAsFunction(_ z: Tensor, _ c: Condition) throws -> (u: Tensor, v: Tensor) {
    let c = try expanded(c, z)
    let trunk = try run("shared_blocks", configuration.sharedDepth, on: sequence(z, c))
    let u = try head("u", trunk, z, c)
    return (u, isInference ? try final("v", trunk, z, c) : try head("v", trunk, z, c))
  }

  /// The instantaneous velocity alone: h = 0 on the whole interval. What guidance needs.
  func velocity(_ z: Tensor, t: Tensor, omega: Tensor, y: Tensor) throws -> Tensor {
    let B = z.shape[0]
    let zero = try Tensor.zeros([B]), one = try Tensor.ones([B])
    return try self(z, Condition(t: t, h: zero, omega: omega, tMin: zero, tMax: one, y: y)).v
  }

  /// The token sequence: class, omega, t_min, t_max, time, then the patches.  -> [B, T, D]
  func sequence(_ z: Tensor, _ c: Condition) throws -> Tensor {
    let B = z.shape[0], D = configuration.hiddenSize
    func tokens(_ name: String, _ embedding: Tensor) throws -> Tensor {
      try p["net/\(name)_tokens"] + embedding.reshaped([B, 1, D])
    }
    return try concat(
      [
        tokens("class", take(p["net/y_embedder/embedding_table/_flax_embedding/embedding"], c.y)),
        tokens("omega", Embedding.scalar(1 - 1 / c.omega, "omega", p)),
        tokens("t_min", Embedding.scalar(c.tMin, "cfg_t_start", p)),
        tokens("t_max", Embedding.scalar(c.tMax, "cfg_t_end", p)),
        tokens("time", Embedding.scalar(c.h, "h", p)),
        Embedding.patches(z, kernel: p["net/x_embedder/proj/kernel"], bias: p["net/x_embedder/proj/bias"]),
      ], axis: 1)
  }

  /// A stack of blocks.  [B, T, D] -> [B, T, D]
  func run(_ stack: String, _ depth: Int, on x: Tensor) throws -> Tensor {
    try (0..<depth).reduce(x) { x, i in try block(x, "net/\(stack)_\(i)/") }
  }

  /// x += attn(norm x) * scale; x += mlp(norm x) * scale
  func block(_ x: Tensor, _ name: String) throws -> Tensor {
    let y = try x + attend(rmsNorm(x, weight: p[name + "norm1/kernel"]), name) * p[name + "attn_scale"]
    return try y + mlp(rmsNorm(y, weight: p[name + "norm2/kernel"]), name + "mlp/") * p[name + "mlp_scale"]
  }

  /// SwiGLU: w2 (silu(w1 x) * w3 x)
  func mlp(_ x: Tensor, _ name: String) throws -> Tensor {
    func w(_ i: Int) throws -> Tensor { try p[name + "w\(i)/_flax_linear/kernel"] }
    return try matmul(swiGLU(matmul(x, w(1)), matmul(x, w(3))), w(2))
  }

  private func head(_ name: String, _ trunk: Tensor, _ z: Tensor, _ c: Condition) throws -> Tensor {
    try final(name, run("\(name)_heads", configuration.auxHeadDepth, on: trunk), z, c)
  }

  /// Norm, projection of the patch tokens, image.  [B, T, D] -> [B, H, W, C]
  func final(_ name: String, _ x: Tensor, _ z: Tensor, _ c: Condition) throws -> Tensor {
    let patches = try x.narrowed(axis: 1, configuration.prefixTokens..<configuration.tokens)
    let layer = "net/\(name)_final_layer/"
    let y = try matmul(
      rmsNorm(patches, weight: p[layer + "norm/kernel"]), p[layer + "linear/_flax_linear/kernel"])
      + p[layer + "linear/_flax_linear/bias"]
    let image = try Embedding.unpatchify(y, patchSize: configuration.patchSize, channels: configuration.inChannels)
    switch configuration.prediction {
    case .u: return image
    case .x: return try (z - image) / maximum(c.t, 0.05).reshaped([-1, 1, 1, 1])
    }
  }

  /// Checks a pass's inputs and gives every scalar one entry an image.
  private func expanded(_ c: Condition, _ z: Tensor) throws -> Condition {
    let side = configuration.inputSize
    guard z.rank == 4, Array(z.shape.dropFirst()) == [side, side, configuration.inChannels] else {
      throw TensorError(
        .shape, "imf", [Operand(shape: z.shape, dtype: z.dtype)],
        "the network takes images [B, \(side), \(side), \(configuration.inChannels)], not "
          + (z.rank == 4 ? "[B, \(z.shape[1]), \(z.shape[2]), \(z.shape[3])]" : "\(z.shape)"))
    }
    let B = z.shape[0]
    func each(_ x: Tensor, _ name: String) throws -> Tensor {
      if x.count == B, x.rank == 1 { return x }
      guard x.count == B || x.count == 1 else {
        throw TensorError(
          .shape, "imf", [Operand(shape: z.shape, dtype: z.dtype), Operand(shape: x.shape, dtype: x.dtype)],
          "\(name) needs one number an image, \(B) in all, or one for all")
      }
      return x.count == B ? try x.reshaped([B]) : try x.reshaped([1]).broadcast(to: [B])
    }
    return Condition(
      t: try each(c.t, "t"), h: try each(c.h, "h"), omega: try each(c.omega, "omega"),
      tMin: try each(c.tMin, "t_min"), tMax: try each(c.tMax, "t_max"), y: try each(c.y, "y"))
  }
}
