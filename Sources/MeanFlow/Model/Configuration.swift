// The sizes of a network: the authors' four by name, any other by its fields.

/// What a network's output stands for (method.md, section 7).
public enum Prediction: String, Sendable, CaseIterable {
  /// The velocity itself: the reference.
  case u
  /// An image estimate x; the velocity is (z - x) / max(t, 0.05). Better in pixel space at small size.
  case x
}

/// Sizes of an imfDiT network. Defaults are the reference's B/2.
public struct Configuration: Sendable, Hashable {
  public var inputSize = 32
  public var patchSize = 2
  public var inChannels = 4
  public var hiddenSize = 768
  public var depth = 12
  public var numHeads = 12
  public var mlpRatio = 8.0 / 3
  /// 0: images have no classes, and every label is the null class.
  public var numClasses = 1000
  /// Blocks in each of the two heads; the other depth - auxHeadDepth are shared.
  public var auxHeadDepth = 8
  public var numClassTokens = 8
  public var numTimeTokens = 4
  public var numCfgTokens = 4
  public var numIntervalTokens = 2
  public var prediction = Prediction.u

  public init() {}

  /// B/2, M/2, L/2 or XL/2.
  ///
  /// - Throws: `ConfigurationError` with the names there are.
  public init(named name: String) throws {
    guard let sizes = Self.named[name] else {
      throw ConfigurationError(
        field: nil, reason: "no model is called \"\(name)\"",
        hint: "the models are \(Self.names.joined(separator: ", ")); any other is a record of its sizes")
    }
    (depth, hiddenSize, numHeads) = sizes
  }

  /// The authors' models, small to large.
  public static let names = ["B/2", "M/2", "L/2", "XL/2"]

  private static let named: [String: (depth: Int, hiddenSize: Int, numHeads: Int)] = [
    "B/2": (12, 768, 12), "M/2": (24, 768, 12), "L/2": (32, 1024, 16), "XL/2": (48, 1024, 16),
  ]

  /// Width of the SwiGLU layer, truncated as the reference truncates.
  public var mlpHidden: Int { Int(Double(hiddenSize) * mlpRatio) }
  public var headDim: Int { hiddenSize / numHeads }
  public var sharedDepth: Int { depth - auxHeadDepth }
  /// Tokens before the patches: class, omega, t_min, t_max, time.
  public var prefixTokens: Int { numClassTokens + numCfgTokens + 2 * numIntervalTokens + numTimeTokens }
  public var patches: Int { (inputSize / patchSize) * (inputSize / patchSize) }
  public var tokens: Int { prefixTokens + patches }
  /// Numbers a patch holds.
  public var patchDim: Int { patchSize * patchSize * inChannels }

  /// Checks that the sizes fit together.
  public func validated() throws -> Configuration {
    let positive: [(String, Int)] = [
      ("input_size", inputSize), ("patch_size", patchSize), ("in_channels", inChannels),
      ("hidden_size", hiddenSize), ("depth", depth), ("num_heads", numHeads),
      ("aux_head_depth", auxHeadDepth),
    ]
    for (field, value) in positive where !(1...1_000_000).contains(value) {
      throw ConfigurationError(field: field, reason: "must be from 1 to 1000000, not \(value)")
    }
    let counts: [(String, Int)] = [
      ("num_class_tokens", numClassTokens), ("num_time_tokens", numTimeTokens), ("num_cfg_tokens", numCfgTokens),
      ("num_interval_tokens", numIntervalTokens),
    ]
    guard (0...1_000_000).contains(numClasses) else {
      throw ConfigurationError(field: "num_classes", reason: "must be from 0 to 1000000, not \(numClasses)")
    }
    for (field, value) in counts where !(0...10_000).contains(value) {
      throw ConfigurationError(field: field, reason: "cannot be \(value)")
    }
    guard inputSize % patchSize == 0 else {
      throw ConfigurationError(
        field: "patch_size", reason: "is \(patchSize), which does not divide input_size \(inputSize)")
    }
    guard hiddenSize % numHeads == 0, headDim % 2 == 0 else {
      throw ConfigurationError(
        field: "num_heads",
        reason: "is \(numHeads): hidden_size \(hiddenSize) does not give each head an even width",
        hint: "hidden_size must be a multiple of 2 num_heads")
    }
    guard auxHeadDepth <= depth else {
      throw ConfigurationError(
        field: "aux_head_depth", reason: "is \(auxHeadDepth), more than depth \(depth)")
    }
    guard mlpRatio > 0, mlpRatio.isFinite, mlpHidden >= 1 else {
      throw ConfigurationError(field: "mlp_ratio", reason: "must be above 0, not \(mlpRatio)")
    }
    return self
  }
}

/// A configuration that cannot be.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
  /// The setting's name as users write it.
  public let field: String?
  public let reason: String
  public let hint: String?

  public init(field: String?, reason: String, hint: String? = nil) {
    self.field = field
    self.reason = reason
    self.hint = hint
  }

  public var description: String { (field.map { $0 + ": " } ?? "") + reason + (hint.map { "; hint: \($0)" } ?? "") }
}
