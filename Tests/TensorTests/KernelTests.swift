// Kernels of our own against the same operation in float64, at sizes on both sides of their vectors, tiles and rounds.

import Testing

@testable import Tensor

/// Largest difference from float64, as a share of the largest number.
private func difference(_ found: Tensor, _ expected: Tensor) throws -> Double {
  try max(abs(found.cast(to: .float64) - expected)).item() / Swift.max(max(abs(expected)).item(), 1e-30)
}

@Suite struct KernelTests {
  /// Columns below, at and above whole vectors and tiles; rows below and above a round and its half.
  @Test(
    arguments: [
      [128, 1152, 128], [128, 1152, 341], [341, 1152, 128], [16, 512, 16], [17, 513, 16], [100, 777, 19], [560, 700, 130],
      [561, 700, 130], [23, 65_000, 33], [12, 600, 40],
    ])
  func sumsOfOuterProducts(_ size: [Int]) throws {
    let a = try normal(RandomKey(seed: 1), [size[1], size[0]]), b = try normal(RandomKey(seed: 2), [size[1], size[2]])
    let expected = try matmul(a.cast(to: .float64).transposed(), b.cast(to: .float64))
    #expect(try difference(matmul(a.transposed(), b), expected) < 1e-6)
    // Columns of wider arrays: rows lie further apart than they are long.
    let wide = try concat([a, a * 2], axis: 1).narrowed(axis: 1, size[0]..<2 * size[0])
    let right = try concat([b * 3, b], axis: 1).narrowed(axis: 1, 0..<size[2])
    #expect(try difference(matmul(wide.transposed(), right), expected * 6) < 1e-6)
  }

  @Test func sumsOfOuterProductsAreTheSameForAnyNumberOfThreads() throws {
    let count = Threads.count
    defer { Threads.count = count }
    let a = try normal(RandomKey(seed: 3), [1000, 500]), b = try normal(RandomKey(seed: 4), [1000, 37])
    let results = try [1, 2, 3, 8].map { threads in
      Threads.count = threads
      return try matmul(a.transposed(), b).scalars(Float.self)
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  /// A number that is none stays in its row of the result, and infinities of both signs meet in one.
  @Test func sumsOfOuterProductsKeepWhatIsNoNumber() throws {
    var numbers = [Float](repeating: 1, count: 600 * 40)
    numbers[599 * 40 + 7] = .nan
    (numbers[3 * 40 + 9], numbers[400 * 40 + 9], numbers[5 * 40 + 11]) = (.infinity, -.infinity, .infinity)
    let product = try matmul(Tensor(numbers, shape: [600, 40]).transposed(), .ones([600, 20])).scalars(Float.self)
    for row in 0..<40 {
      let line = product[row * 20..<row * 20 + 20]
      switch row {
      case 7, 9: #expect(line.allSatisfy { $0.isNaN })
      case 11: #expect(line.allSatisfy { $0 == .infinity })
      default: #expect(line.allSatisfy { $0 == 600 })
      }
    }
  }

  @Test(arguments: [1, 7, 15, 16, 17, 32, 36, 69, 276, 1024, 1025, 3000]) func softmaxOfRows(_ n: Int) throws {
    let x = try normal(RandomKey(seed: n), [67, n]) * 4, y = try softmax(x)
    let exact = try softmax(x.cast(to: .float64))
    #expect(try max(abs(y.cast(to: .float64) / exact - 1)).item() < 5e-6)
    #expect(try allClose(sum(y, axes: [1]), .ones([67]), rtol: 1e-6, atol: 0))
    let d = try normal(RandomKey(seed: n + 1), [67, n])
    let found = try jvp({ [try softmax($0[0])] }, at: [x], along: [d]).tangents[0]
    let expected = try jvp({ [try softmax($0[0])] }, at: [x.cast(to: .float64)], along: [d.cast(to: .float64)]).tangents[0]
    #expect(try max(abs(#require(found).cast(to: .float64) - #require(expected))).item() < 2e-6)
  }

  /// Weights too small for a float are 0, and rows are their own affair.
  @Test(arguments: [4, 20]) func softmaxOfExtremes(_ n: Int) throws {
    var rows = [[Float]](repeating: [Float](repeating: -.infinity, count: n), count: 5)
    rows[0][1] = 3
    rows[1] = (0..<n).map { $0 == 2 ? 0 : -200 }
    rows[2][n - 1] = .nan
    rows[3][0] = .infinity
    rows[4] = [Float](repeating: -3e38, count: n)
    rows[4][n - 1] = 3e38
    let y = try softmax(Tensor(rows.flatMap { $0 }, shape: [5, n])).scalars(Float.self)
    func row(_ index: Int) -> [Float] { Array(y[index * n..<(index + 1) * n]) }
    func only(_ place: Int) -> [Float] { (0..<n).map { $0 == place ? 1 : 0 } }
    #expect(row(0) == only(1) && row(1) == only(2) && row(4) == only(n - 1))
    #expect(row(2).allSatisfy { $0.isNaN } && row(3).contains { $0.isNaN })
  }

  /// Rows of scores below, at and above whole vectors, in one band and in several.
  @Test(arguments: [1, 15, 16, 17, 36, 100, 300]) func attentionOfHeads(_ tokens: Int) throws {
    let x = try (0..<6).map { try normal(RandomKey(seed: $0), [2, tokens, 3, 8]).permuted([0, 2, 1, 3]) }
    let wide = try x.map { try $0.cast(to: .float64) }
    func attend(_ x: [Tensor]) throws -> Tensor { try attention(x[0], x[1], x[2]) }
    #expect(try difference(attend(x), attend(wide)) < 2e-6)
    let tangents = try [x, wide].map { x in try #require(jvp({ [try attend($0)] }, at: Array(x[..<3]), along: Array(x[3...])).tangents[0]) }
    #expect(try difference(tangents[0], tangents[1]) < 4e-6)
    let gradients = try [x, wide].map { x in try grad({ try sum(attend($0) * x[3]) }, at: Array(x[..<3])) }
    for (found, expected) in zip(gradients[0], gradients[1]) { #expect(try difference(found, expected) < 4e-6) }
  }

  /// Rows below, at and above those that are added up at once; none at all leaves zeros.
  @Test(arguments: [[0, 8], [1, 4], [3, 5, 7], [16, 32], [257, 33], [1000, 200], [9, 64, 16]]) func weightsOfNorms(_ shape: [Int]) throws {
    let x = try normal(RandomKey(seed: 1), shape), weight = try normal(RandomKey(seed: 2), [shape[shape.count - 1]])
    let d = try normal(RandomKey(seed: 3), shape)
    func gradients(_ type: DType) throws -> [Tensor] {
      let along = try d.cast(to: type)
      return try grad({ try sum(rmsNorm($0[0], weight: $0[1]) * along) }, at: [x.cast(to: type), weight.cast(to: type)])
    }
    let found = try gradients(.float32), expected = try gradients(.float64)
    #expect(found[1].shape == weight.shape)
    #expect(try difference(found[1], expected[1]) < 1e-6)
    if shape[0] > 0 { #expect(try difference(found[0], expected[0]) < 2e-6) }
  }

  /// The turned array may take the memory of what was turned, where that has no other reader.
  @Test func turningLeavesWhatOthersRead() throws {
    let x = try normal(RandomKey(seed: 1), [4, 36, 4, 32])
    let angles = try normal(RandomKey(seed: 2), [36, 1, 32])
    func turned(_ x: Tensor) throws -> Tensor {
      let (cosine, sine) = try (cos(angles).cast(to: x.dtype), sin(angles).cast(to: x.dtype))
      return try rotary(x, cosine: cosine, signedSine: sine)
    }
    func twice(_ type: DType) throws -> [Tensor] {
      let start = try x.cast(to: type) * 2, norm = try rmsNorm(start, weight: .ones([32], dtype: type))
      let once = try turned(norm)
      // A view of the memory that is turned, a reader of what was turned before, and one that is the last.
      let part = try norm.narrowed(axis: 1, 3..<5)
      let results = try [turned(once) + once, turned(start * 3), turned(turned(start)), part + 1]
      try evaluate(results)
      return results + [start]
    }
    for (found, expected) in zip(try twice(.float32), try twice(.float64)) { #expect(try difference(found, expected) < 2e-6) }
  }
}
