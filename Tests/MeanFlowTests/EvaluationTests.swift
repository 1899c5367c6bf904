// Frechet distances and inception scores against the reference's numbers, and the classifier.

import Formats
import Foundation
import OrderedCollections
import Tensor
import Testing

@testable import MeanFlow

@Suite struct EvaluationTests {
  private let g: Golden
  init() throws { g = try Golden("fid_f64") }

  @Test func frechetDistances() throws {
    func distance(_ a: String, _ b: String) throws -> Double {
      try frechetDistance(g["mu_\(a)"], g["sigma_\(a)"], g["mu_\(b)"], g["sigma_\(b)"])
    }
    let ab = try g.number("fid_ab")
    #expect(abs(try distance("a", "b") / ab - 1) < 1e-9)
    #expect(abs(try distance("b", "a") / ab - 1) < 1e-9)
    #expect(abs(try distance("a", "c") - g.number("fid_ac")) < 1e-6)
    #expect(abs(try distance("a", "a")) < 1e-6)
    #expect(abs(try distance("c", "c")) < 1e-6)
  }

  @Test func statisticsAreUnbiased() throws {
    let s = try FeatureStatistics(features: Tensor([1.0, 2, 3, 6], shape: [2, 2]))
    #expect(try s.mu.scalars(Double.self) == [2, 4])
    #expect(try s.sigma.scalars(Double.self) == [2, 4, 4, 8])
    #expect(throws: TensorError.self) { try FeatureStatistics(features: Tensor.zeros([1, 4])) }
    #expect(throws: TensorError.self) { try FeatureStatistics(features: Tensor.zeros([8])) }
  }

  @Test func distancesOfWrongStatisticsAreErrors() throws {
    let mu = try Tensor.zeros([3]), sigma = try Tensor.eye(3)
    #expect(throws: TensorError.self) { try frechetDistance(mu, sigma, Tensor.zeros([2]), sigma) }
    #expect(throws: TensorError.self) { try frechetDistance(mu, Tensor.eye(2), mu, sigma) }
    #expect(throws: TensorError.self) { try frechetDistance(mu, sigma, mu, Tensor.full([3, 3], .nan)) }
  }

  @Test func statisticsOfAFileAreChecked() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/imf-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func file(_ fields: [(String, Tensor)]) throws -> String {
      let path = folder + "/\(UUID().uuidString).npz"
      try save(.record(.init(uniqueKeysWithValues: fields.map { ($0.0, .tensor($0.1)) })), to: path)
      return path
    }
    let mu = try Tensor([1, 2] as [Double]), sigma = try Tensor([2, 0.5, 0.5, 1] as [Double]).reshaped([2, 2])
    let good = try FeatureStatistics(contentsOf: file([("ref_mu", mu.cast(to: .float32)), ("ref_sigma", sigma)]))
    #expect(try good.mu.scalars(Double.self) == [1, 2] && good.sigma.scalars(Double.self) == [2, 0.5, 0.5, 1])
    let skew = try Tensor([2, 0.5, 0.4, 1] as [Double]).reshaped([2, 2])
    let wrong: [([(String, Tensor)], String)] = [
      ([("ref_mu", mu)], "ref_sigma is missing"), ([("mu", mu), ("sigma", sigma)], "another tool's"),
      ([("ref_mu", mu), ("ref_sigma", try Tensor.ones([3, 3]))], "[2] and ref_sigma [3, 3]"),
      ([("ref_mu", try mu / 0), ("ref_sigma", sigma)], "not finite"), ([("ref_mu", mu), ("ref_sigma", skew)], "not symmetric"),
    ]
    for (fields, words) in wrong {
      let path = try file(fields)
      let error = #expect(throws: FormatError.self) { try FeatureStatistics(contentsOf: path) }
      #expect(error?.reason == .format && error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
  }

  @Test func permutationIsNumPysLegacyOne() throws {
    let expected = try Golden("fid")["is_permutation"].scalars(Int64.self).map { Int($0) }
    var generator = MersenneTwister(seed: 2020)
    #expect(generator.permutation(expected.count) == expected)
    // numpy.random.RandomState(5489): the standard's first outputs of MT19937.
    var standard = MersenneTwister(seed: 5489)
    #expect(standard.next() == 3_499_211_612)
    for _ in 0..<9998 { _ = standard.next() }
    #expect(standard.next() == 4_123_659_995)
  }

  @Test func inceptionScores() throws {
    let logits = try Golden("fid")["logits"]
    let ten = try inceptionScore(logits), one = try inceptionScore(logits, splits: 1)
    #expect(abs(ten.mean / (try g.number("is_mean")) - 1) < 1e-6)
    #expect(abs(ten.deviation - (try g.number("is_std"))) < 1e-6)
    #expect(abs(one.mean / (try g.number("is_mean_splits1")) - 1) < 1e-6)
  }

  @Test func scoreOfCertainAndOfUniformLogits() throws {
    let certain = try inceptionScore(Tensor.eye(10) * 100, splits: 1)
    #expect(abs(certain.mean - 10) < 1e-6)
    let uniform = try inceptionScore(Tensor.zeros([20, 5]), splits: 10)
    #expect(abs(uniform.mean - 1) < 1e-9 && uniform.deviation < 1e-9)
    #expect(throws: TensorError.self) { try inceptionScore(Tensor.zeros([5, 3]), splits: 10) }
  }

  @Test func aClassifierLearnsAndJudges() throws {
    let y = try Tensor((0..<64).map { Int32($0 % 2) })
    let x = try (y.cast(to: .float32).reshaped([64, 1, 1, 1]) * 2 - 1).broadcast(to: [64, 4, 4, 1])
      + normal(RandomKey(seed: 0), [64, 4, 4, 1]) * 0.3
    let judge = try Classifier(images: x, labels: y, steps: 60)
    #expect(try judge.accuracy(x, y) > 0.95)
    #expect(try judge(x).features.shape == [64, Classifier.features])
    #expect(throws: TensorError.self) { try judge(Tensor.zeros([2, 5, 5, 1])) }
    #expect(throws: ConfigurationError.self) { try Classifier(images: x, labels: y.narrowed(axis: 0, 0..<3)) }
  }
}
