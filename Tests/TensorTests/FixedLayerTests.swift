// Layers of fixed weights and group normalisation against their definitions, derivatives included, and wrong uses.

import Testing

@testable import Tensor

private func draw(_ seed: Int, _ shape: [Int]) throws -> Tensor { try normal(RandomKey(seed: seed), shape) }

private func difference(_ a: Tensor, _ b: Tensor) throws -> Double {
  let (x, y) = try (a.cast(to: .float64), b.cast(to: .float64))
  return try max(abs(x - y)).item() / max(abs(y)).item()
}

@Suite struct FixedLayerTests {
  @Test(arguments: [DType.float32, .bfloat16], [false, true]) func layersAreTheirDefinition(_ dtype: DType, _ adds: Bool) throws {
    for (size, stride, padding) in [([3, 3], [1, 1], Padding.around(1)), ([1, 7], [1, 1], .sizes(before: [0, 3], after: [0, 3])), ([3, 3], [2, 2], .sizes(before: [0, 0], after: [1, 1])), ([1, 1], [1, 1], .valid)] {
      let kernel = try draw(1, size + [20, 24]) * 0.1, bias = try draw(2, [24])
      let layer = try ConvolutionLayer(kernel: kernel, bias: bias, stride: stride, padding: padding, rectifies: true)
      // Twice the same form, and two others: what the library prepared is used again.
      for (seed, batch) in [(3, 2), (4, 2), (5, 1)] {
        let x = try draw(seed, [batch, 10, 12, 20]).cast(to: dtype)
        let plain = try conv2d(x.cast(to: .float64), kernel.cast(to: dtype).cast(to: .float64), stride: stride, padding: padding)
          + bias.cast(to: .float64)
        let residual = adds ? try draw(seed + 10, plain.shape).cast(to: dtype) : nil
        let expected = try relu(residual.map { try plain + $0.cast(to: .float64) } ?? plain)
        let found = try layer(x, adding: residual)
        #expect(found.dtype == dtype && found.shape == plain.shape)
        #expect(try difference(found, expected) < (dtype == .float32 ? 1e-6 : 1e-2))
      }
    }
  }

  @Test func layersHaveTheirDefinitionsDerivatives() throws {
    let kernel = try draw(1, [3, 3, 4, 6]), bias = try draw(2, [6])
    let layer = try ConvolutionLayer(kernel: kernel, bias: bias, padding: .around(1), rectifies: true)
    let x = try draw(3, [1, 5, 6, 4]), direction = try draw(4, [1, 5, 6, 4])
    func composed(_ x: Tensor) throws -> Tensor { try relu(conv2d(x, kernel, padding: .around(1)) + bias) }
    let ours = try grad({ try sum(layer($0[0]) * layer($0[0])) }, at: [x])[0]
    #expect(try difference(ours, grad({ try sum(composed($0[0]) * composed($0[0])) }, at: [x])[0]) < 1e-5)
    let tangent = try jvp({ [try layer($0[0])] }, at: [x], along: [direction]).tangents[0]
    let expected = try jvp({ [try composed($0[0])] }, at: [x], along: [direction]).tangents[0]
    #expect(try difference(#require(tangent), #require(expected)) < 1e-5)
  }

  @Test(arguments: [DType.float32, .bfloat16], [false, true]) func groupNormIsItsDefinition(_ dtype: DType, _ silu: Bool) throws {
    for (channels, groups) in [(8, 2), (32, 32), (48, 4), (64, 1)] {
      let x = try (draw(1, [2, 33, 17, channels]) * 3 + 2).cast(to: dtype)
      let weight = try draw(2, [channels]), bias = try draw(3, [channels])
      let found = try groupNorm(x, groups: groups, weight: weight, bias: bias, silu: silu)
      let expected = try composedGroupNorm(
        x.cast(to: .float64), groups: groups, weight: weight, bias: bias, eps: 1e-6, silu: silu)
      #expect(found.dtype == dtype)
      #expect(try difference(found, expected) < (dtype == .float32 ? 3e-6 : 1e-2))
    }
  }

  @Test func groupNormHasItsDefinitionsDerivatives() throws {
    let x = try draw(1, [1, 4, 5, 6]), weight = try draw(2, [6]), bias = try draw(3, [6])
    let ours = try grad({ try sum(groupNorm($0[0], groups: 3, weight: $0[1], bias: $0[2], silu: true) * x) }, at: [x, weight, bias])
    let theirs = try grad(
      { try sum(composedGroupNorm($0[0], groups: 3, weight: $0[1], bias: $0[2], eps: 1e-6, silu: true) * x) }, at: [x, weight, bias])
    for (a, b) in zip(ours, theirs) { #expect(try difference(a, b) < 1e-4) }
  }

  @Test func groupNormDoesNotDependOnThreads() throws {
    let x = try draw(1, [1, 64, 64, 64]), one = try Tensor.ones([64]), zero = try Tensor.zeros([64])
    let before = Threads.count
    defer { Threads.count = before }
    var results: [[Float]] = []
    for count in [1, 3] {
      Threads.count = count
      results.append(try groupNorm(x, groups: 32, weight: one, bias: zero).scalars(Float.self))
    }
    #expect(results[0] == results[1])
  }

  @Test func wrongUsesAreErrors() throws {
    let layer = try ConvolutionLayer(kernel: .zeros([3, 3, 2, 4]))
    #expect(throws: TensorError.self) { try ConvolutionLayer(kernel: .zeros([3, 3, 2])) }
    #expect(throws: TensorError.self) { try ConvolutionLayer(kernel: .zeros([3, 3, 2, 4]), bias: .zeros([3])) }
    #expect(throws: TensorError.self) { try layer(.zeros([1, 8, 8, 3])) }
    #expect(throws: TensorError.self) { try layer(.zeros([8, 8, 2])) }
    #expect(throws: TensorError.self) { try layer(.zeros([1, 2, 2, 2])) }
    #expect(throws: TensorError.self) { try layer(.zeros([1, 8, 8, 2], dtype: .int32)) }
    #expect(throws: TensorError.self) { try layer(.zeros([1, 8, 8, 2]), adding: .zeros([1, 8, 8, 4])) }
    #expect(throws: TensorError.self) { try groupNorm(.zeros([1, 4, 4, 6]), groups: 4, weight: .ones([6]), bias: .zeros([6])) }
    #expect(throws: TensorError.self) { try groupNorm(.zeros([1, 4, 4, 6]), groups: 3, weight: .ones([3]), bias: .zeros([6])) }
    #expect(try layer(.zeros([0, 8, 8, 2])).shape == [0, 6, 6, 4])
  }
}
