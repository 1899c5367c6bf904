// Samples drawn with the reference's seeds, decoded and judged batch by batch: memory is that of a batch, whatever the
// number of samples. What has been seen can be written to a file between any two batches and taken up again.

import Tensor

/// Who looks at images. Only Inception's distances are FIDs.
public enum FeatureNetwork: Sendable {
  case inception(Inception)
  case classifier(Classifier)

  public var isInception: Bool { if case .inception = self { true } else { false } }

  /// Numbers an image.
  public var features: Int { isInception ? Inception.features : Classifier.features }

  /// What its distance is called in results.
  public var distanceName: String { isInception ? "fid" : "frechet_distance" }

  /// - Parameter images: uint8.
  func look(_ images: Tensor) throws -> (pooled: Tensor, logits: Tensor, spatial: Tensor?) {
    switch self {
    case .inception(let net):
      let found = try net(images)
      return (found.pooled, found.logits, try found.spatial.reshaped([images.shape[0], -1]))
    case .classifier(let net):
      let found = try net(images)
      return (found.features, found.logits, nil)
    }
  }
}

/// One setting of the sampler, judged.
public struct SampleEvaluation: Sendable {
  public struct Settings: Sendable {
    public var count = 50_000
    /// Images drawn together: the reference's device_batch_size. It decides which noise belongs to which label.
    public var batch = 128
    public var seed = 99
    public var sampling = SamplingSettings()
    /// Whether sFID's features are counted too.
    public var spatial = false

    public init() {}
  }

  let network: Network
  let autoencoder: Autoencoder?
  let judge: FeatureNetwork
  public let settings: Settings

  /// Batches that are done, those of all shares.
  public internal(set) var batches = 0
  /// Every so many-th batch is this process'.
  var share = Share.whole
  var pooled = StatisticsAccumulator()
  var spatial = StatisticsAccumulator()
  var score: InceptionScore

  /// The reference's.
  private static let splits = 10

  /// - Parameters:
  ///   - autoencoder: for networks of latents.
  /// - Throws: `ConfigurationError` where the network's samples are no images and nothing decodes them, or where too few
  ///   samples are asked for.
  public init(_ network: Network, autoencoder: Autoencoder?, judge: FeatureNetwork, _ settings: Settings) throws {
    let channels = network.configuration.inChannels
    if let autoencoder {
      guard channels == autoencoder.latentChannels else {
        throw ConfigurationError(
          field: "vae", reason: "decodes latents of \(autoencoder.latentChannels) channels, the network's samples have \(channels)",
          hint: channels == 1 || channels == 3 ? "a network of pixels needs none" : nil)
      }
    } else if channels != 1, channels != 3 {
      throw ConfigurationError(
        field: "vae", reason: "is missing: samples of \(channels) channels are latents, which must be decoded to be seen",
        hint: "`vae(path)` reads sd-vae-ft-mse, published by stabilityai on huggingface.co")
    }
    guard settings.count >= Self.splits, settings.batch >= 1 else {
      throw ConfigurationError(field: "n", reason: "is \(settings.count); at least \(Self.splits) samples are needed")
    }
    (self.network, self.autoencoder, self.judge, self.settings) = (network, autoencoder, judge, settings)
    score = try InceptionScore(count: settings.count, splits: Self.splits)
  }

  public var images: Int { min(settings.count, batches * settings.batch) }
  public var isComplete: Bool { images == settings.count }
  /// What the distance is called in results.
  public var distanceName: String { judge.distanceName }

  /// Draws and judges the next batch, or this share's of the next ones. Images beyond the number wanted are drawn, since a
  /// batch's noise is one draw, and left out.
  public mutating func advance() throws {
    let own = batches + share.index, first = own * settings.batch
    if first < settings.count { try judge(batch: own, from: first) }
    batches = min(batches + share.count, (settings.count + settings.batch - 1) / settings.batch)
  }

  private mutating func judge(batch: Int, from first: Int) throws {
    let start = try samplingStart(network, n: settings.batch, seed: settings.seed, sampleIndex: batch)
    let wanted = min(settings.batch, settings.count - first)
    let noise = try start.noise.narrowed(axis: 0, 0..<wanted), labels = try start.labels.narrowed(axis: 0, 0..<wanted)
    var x = try sample(network, noise: noise, labels: labels, settings.sampling)
    if let autoencoder { x = try autoencoder.decode(LatentNormalisation.denormalised(x)) }
    let found = try judge.look(toImage(x))
    // All or nothing: an interrupt above leaves the sums as they were.
    var (pooled, spatial, score) = (pooled, spatial, score)
    try pooled.add(found.pooled)
    if settings.spatial, let features = found.spatial { try spatial.add(features) }
    try score.add(found.logits, from: first)
    (self.pooled, self.spatial, self.score) = (pooled, spatial, score)
  }

  public struct Result: Sendable {
    /// The Frechet distance in the judge's features: FID where that is Inception.
    public let distance: Double
    public let spatialDistance: Double?
    /// nil where the judge is no Inception.
    public let inceptionScore: (mean: Double, deviation: Double)?
    public let statistics: FeatureStatistics
  }

  /// - Parameter reference: statistics in the judge's features, and those of sFID where it is wanted.
  public func result(_ reference: FeatureStatistics, spatial spatialReference: FeatureStatistics? = nil) throws -> Result {
    let own = try pooled.statistics()
    return Result(
      distance: try frechetDistance(own.mu, own.sigma, reference.mu, reference.sigma),
      spatialDistance: try spatialReference.map { reference in
        let own = try spatial.statistics()
        return try frechetDistance(own.mu, own.sigma, reference.mu, reference.sigma)
      },
      inceptionScore: judge.isInception ? try score.score() : nil, statistics: own)
  }
}
