// Samplers, pictures and data against the reference's numbers.

import Tensor
import Testing

@testable import MeanFlow

@Suite struct SamplingTests {
  @Test(arguments: ReferenceNetwork.both) func samplers(_ reference: ReferenceNetwork) throws {
    let g = try Golden("\(reference.name)_sampler")
    let net = try reference.network(inference: true)
    for guidance in 0..<3 {
      func part(_ name: String) throws -> Double { try g[name].scalars(Double.self)[guidance] }
      for steps in [1, 2, 4] {
        let settings = SamplingSettings(steps: steps, omega: try part("omega"), tMin: try part("t_min"), tMax: try part("t_max"))
        let samples = try sample(net, noise: g["z_1"], labels: g["labels"], settings)
        try expectClose(samples, g["samples_case\(guidance)_steps\(steps)"], 5e-6, "case \(guidance), \(steps) steps")
      }
    }
  }

  @Test func noiseIsTheReferences() throws {
    let g = try Golden("rng")
    for index in [0, 1, 7] {
      let expected = try g["sampler_noise_idx\(index)"]
      var c = Configuration()
      (c.inputSize, c.inChannels) = (expected.shape[1], expected.shape[3])
      (c.hiddenSize, c.depth, c.numHeads, c.auxHeadDepth) = (8, 2, 2, 1)
      let start = try samplingStart(Network(c), n: expected.shape[0], sampleIndex: index)
      try expectClose(start.noise, expected, 1e-6, "index \(index)")
    }
  }

  @Test func pixelsAndLatents() throws {
    let g = try Golden("scalars")
    let pixels = try toImage(g["pix_in"].permuted([0, 2, 3, 1]))
    #expect(try pixels.scalars(UInt8.self) == g["pix_out"].cast(to: .uint8).scalars(UInt8.self))
    try expectClose(
      LatentNormalisation.normalised(moments: g["latent_moments"], noise: g["latent_noise"]), g["latent_norm"], 2e-6, "latents")
    // The reference's decoder takes and gives channels first.
    let decoded = try LatentNormalisation.denormalised(g["latent_decode_in"].permuted([0, 2, 3, 1]))
    try expectClose(decoded.permuted([0, 3, 1, 2]), g["latent_decode_out"], 2e-6, "decoding")
    #expect(throws: TensorError.self) {
      try LatentNormalisation.normalised(moments: Tensor.zeros([2, 2, 2, 4]), noise: Tensor.zeros([2, 2, 2, 4]))
    }
  }

  @Test func timeSteps() throws {
    let g = try Golden("scalars")
    for n in [1, 2, 3, 4, 7] {
      try expectClose(Tensor.linspace(1, 0, n + 1), g["tsteps_\(n)"], 1e-6, "\(n) steps")
    }
  }

  @Test func wrongSamplingIsAnError() throws {
    let net = try ReferenceNetwork("B").network()
    let noise = try Tensor.zeros([2, 12, 12, 1])
    #expect(throws: TensorError.self) { try sample(net, noise: noise, labels: Tensor([Int32(0)])) }
    #expect(throws: ConfigurationError.self) { try sample(net, noise: noise, labels: Tensor([Int32(0), 1]), .init(steps: 0)) }
    #expect(throws: ConfigurationError.self) { try sample(net, noise: noise, labels: Tensor([Int32(0), 1]), .init(omega: 0)) }
  }

  // MARK: data

  @Test func batchesVisitEveryImageOnceAnEpochInTheSeedsOrder() throws {
    let images = try Tensor.arange(10, dtype: .float32).reshaped([10, 1])
    let labels = try Tensor.arange(10)
    func walk(_ seed: Int, from first: Int = 0) throws -> [[Int32]] {
      let walk = try Batches(images: images, labels: labels, size: 3, steps: 7, seed: seed).walk(from: first)
      var all: [[Int32]] = []
      while let batch = try walk.next() {
        #expect(try batch.x.scalars(Float.self).map { Int32($0) } == #require(batch.y).scalars(Int32.self))
        all.append(try #require(batch.y).scalars(Int32.self))
      }
      return all
    }
    let all = try walk(1)
    #expect(all.count == 7 && Set(all[0...2].joined()).count == 9)
    #expect(try walk(1) == all && walk(2) != all)
    #expect(try walk(1, from: 4) == Array(all[4...]))
    let whole = try Batches(images: images, labels: nil, size: 4, dropLast: false)
    #expect(whole.steps == 3)
  }

  @Test func impossibleBatchesSayWhy() throws {
    let images = try Tensor.zeros([4, 2])
    #expect(throws: ConfigurationError.self) { try Batches(images: images, labels: nil, size: 5) }
    #expect(throws: ConfigurationError.self) { try Batches(images: images, labels: Tensor([Int32(1)]), size: 2) }
    #expect(throws: ConfigurationError.self) { try Batches(images: Tensor.zeros([0, 2]), labels: nil, size: 1) }
    #expect(throws: ConfigurationError.self) { try Batches(images: images, labels: nil, size: 2, steps: -1) }
  }

  @Test func shippedDataIsFound() {
    for name in EmbeddedData.names { #expect(EmbeddedData.path(of: name) != nil, "\(name)") }
    #expect(EmbeddedData.path(of: "../secret") == nil)
  }
}
