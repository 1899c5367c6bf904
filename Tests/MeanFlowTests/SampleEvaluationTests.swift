// Samples judged batch by batch: the same numbers as at once, after an interruption too, and runs that cannot be.

import Formats
import Foundation
import OrderedCollections
import Tensor
import Testing

@testable import MeanFlow

@Suite struct SampleEvaluationTests {
  private let network: Network
  private let judge: FeatureNetwork
  private let reference: FeatureStatistics

  init() throws {
    network = try Self.network(channels: 1)
    let x = try normal(RandomKey(seed: 5), [48, 4, 4, 1]), y = try Tensor((0..<48).map { Int32($0 % 2) })
    let classifier = try Classifier(images: x, labels: y, steps: 3)
    judge = .classifier(classifier)
    reference = try FeatureStatistics(features: classifier(x).features)
  }

  /// A network whose samples depend on labels and guidance: fresh ones give back their noise.
  private static func network(channels: Int) throws -> Network {
    var c = Configuration()
    (c.inputSize, c.patchSize, c.inChannels, c.hiddenSize, c.depth, c.numHeads, c.auxHeadDepth, c.numClasses) = (4, 2, channels, 8, 2, 2, 1, 3)
    let fresh = try Network(c, key: RandomKey(seed: 1))
    return try fresh.with(fresh.p.values.enumerated().map { index, p in try p + normal(RandomKey(seed: index), p.shape) * 0.2 })
  }

  private func settings(_ count: Int, batch: Int = 16) -> SampleEvaluation.Settings {
    var settings = SampleEvaluation.Settings()
    (settings.count, settings.batch) = (count, batch)
    settings.sampling = SamplingSettings(omega: 2, tMin: 0.1, tMax: 0.9)
    return settings
  }

  @Test func batchesAreTheReferencesDraws() throws {
    var evaluation = try SampleEvaluation(network, autoencoder: nil, judge: judge, settings(40))
    while !evaluation.isComplete { try evaluation.advance() }
    #expect(evaluation.batches == 3 && evaluation.images == 40)
    let images = try concat((0..<3).map { index in
      let start = try samplingStart(network, n: 16, sampleIndex: index)
      return try toImage(sample(network, noise: start.noise, labels: start.labels, settings(40).sampling))
    }).narrowed(axis: 0, 0..<40)
    guard case .classifier(let classifier) = judge else { return }
    let whole = try FeatureStatistics(features: classifier(images).features)
    let expected = try frechetDistance(whole.mu, whole.sigma, reference.mu, reference.sigma)
    let result = try evaluation.result(reference)
    #expect(abs(result.distance / expected - 1) < 1e-9)
    #expect(result.inceptionScore == nil, "a classifier's score is no inception score")
    #expect(evaluation.distanceName == "frechet_distance")
  }

  @Test func anInterruptedRunGivesTheSameNumber() throws {
    let path = FileManager.default.temporaryDirectory.path + "/imf-\(UUID().uuidString).npz"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var whole = try SampleEvaluation(network, autoencoder: nil, judge: judge, settings(50))
    while !whole.isComplete { try whole.advance() }
    var first = try SampleEvaluation(network, autoencoder: nil, judge: judge, settings(50))
    try first.restore(from: path)
    for _ in 0..<2 { try first.advance() }
    try first.save(to: path)
    var second = try SampleEvaluation(network, autoencoder: nil, judge: judge, settings(50))
    try second.restore(from: path)
    #expect(second.images == 32)
    while !second.isComplete { try second.advance() }
    #expect(try second.result(reference).distance == whole.result(reference).distance)

    // Another network, or other settings: refused.
    var more = try SampleEvaluation(network, autoencoder: nil, judge: judge, settings(60))
    let error = #expect(throws: FormatError.self) { try more.restore(from: path) }
    #expect(error?.message.contains("n 50, this one n 60") == true)
    let trained = try network.with(network.p.values.map { try $0 * 1.5 })
    var other = try SampleEvaluation(trained, autoencoder: nil, judge: judge, settings(50))
    #expect(throws: FormatError.self) { try other.restore(from: path) }
    try Formats::save(.record(["a": .tensor(.zeros([1]))]), to: path)
    #expect(throws: FormatError.self) { try second.restore(from: path) }
  }

  @Test func runsThatCannotBe() throws {
    let latents = try Self.network(channels: 4)
    let missing = #expect(throws: ConfigurationError.self) {
      try SampleEvaluation(latents, autoencoder: nil, judge: judge, settings(50))
    }
    #expect(missing?.field == "vae")
    #expect(throws: ConfigurationError.self) { try SampleEvaluation(network, autoencoder: nil, judge: judge, settings(9)) }
    var short = try SampleEvaluation(network, autoencoder: nil, judge: judge, settings(50))
    #expect(throws: TensorError.self) { try short.result(reference) }
    while !short.isComplete { try short.advance() }
    #expect(throws: TensorError.self) { try short.result(FeatureStatistics(mu: .zeros([3]), sigma: .eye(3))) }
  }
}
