// What users see of the runtime: statistics, the pending graph, profiles.

import Testing

@testable import Tensor

@Suite struct InspectionTests {
  @Test func statisticsAreThoseOfTheFiniteElements() throws {
    let x = try Tensor([1.0, 2, 3, .nan, 4, .infinity, -.infinity])
    let found = try x.statistics()
    #expect([found.count, found.finite, found.nans, found.infinities] == [7, 4, 1, 2])
    #expect([found.min, found.max, found.mean] == [1, 4, 2.5])
    #expect(abs(found.std - 1.25.squareRoot()) < 1e-12)
  }

  @Test func statisticsOfManyBlocksAndViewsAgreeWithTheOperations() throws {
    let x = try normal(RandomKey(seed: 1), [300, 70]).cast(to: .float64) + 1000
    for y in try [x, x.transposed(), x.sliced([.range(start: nil, stop: nil, step: -3)])] {
      let found = try y.statistics()
      #expect(abs(found.mean - (try mean(y).item())) < 1e-9)
      #expect(abs(found.std - (try sqrt(variance(y)).item())) < 1e-9)
      #expect(found.max == (try max(y).item()))
    }
  }

  @Test func statisticsOfNothingAndOfAHugeFill() throws {
    #expect(try Tensor.zeros([0, 3]).statistics().finite == 0)
    #expect(try Tensor([Double.nan]).statistics().finite == 0)
    let huge = try Tensor.full([1 << 20, 1 << 20], 3).statistics()
    #expect(huge.count == 1 << 40 && huge.mean == 3 && huge.std == 0)
  }

  @Test func aGraphShowsWhatIsPendingFusedAndHeld() throws {
    let x = try Tensor([Float(1), 2], shape: [2, 1])
    let text = graphText(of: [try tanh(matmul(x, .ones([1, 3])) * 2 + 1)])
    #expect(
      text == """
        float32[2, 3]: 4 operations pending in 2 steps, 1 of them fused
            %0  float32[2, 1]  constant, holds its value, 8 bytes
            %1  matmul(%0, 1.0)  float32[2, 3]
          \u{250C} %2  multiply(%1, 2.0)  float32[2, 3]
          \u{2502} %3  add(%2, 1.0)  float32[2, 3]
          \u{2514} %4  tanh(%3)  float32[2, 3]  <- asked for
        """)
  }

  @Test func aGraphOfNothingPendingSaysSo() throws {
    let x = try (Tensor([Float(1)]) + 1).evaluated()
    #expect(graphText(of: [x]).hasPrefix("float32[1]: nothing is pending\n  add float32[1], holds its value"))
    #expect(graphText(of: [try .zeros([3])]).contains("the number 0.0 everywhere"))
  }

  @Test func aLongGraphIsCutAndCounted() throws {
    var x = try Tensor([Float(1)])
    for _ in 0..<200_000 { x = try x * 1 }
    let lines = graphText(of: [x], limit: 50).split(separator: "\n")
    #expect(lines.count <= 55)
    #expect(lines[0].contains("200000 operations pending"))
    let shown = lines.count { $0.contains("multiply") }
    #expect(lines[1] == "  ... \(200_000 - shown) operations before these are left out")
    #expect(try x.item() == 1)
  }

  /// A profile counts the whole process: this runs in one of its own.
  @Test func aProfileCountsArithmeticAndBytes() async {
    await #expect(processExitsWith: .success) {
      let x = try Tensor.ones([100, 200]).cast(to: .float32) + 0
      try evaluate([x])
      let (_, profile) = try Tensor::profile {
        try evaluate([matmul(x, x.transposed()), try tanh(x * 2) + x])
      }
      let product = try #require(profile.rows.first { $0.operation == "matmul [100, 200] @ [200, 100]" })
      #expect(product.calls == 1 && product.operations == 2 * 100 * 100 * 200)
      #expect(product.bytes == Double(4 * (2 * 20_000 + 10_000)))
      #expect((product.gigaflopsPerSecond ?? 0) > 0)
      let fused = try #require(profile.rows.first { $0.operation == "fused multiply tanh add" })
      #expect(fused.operations == nil && fused.bytes == Double(2 * 80_000))
      #expect(profile.rows.first { $0.operation == "permute" }?.bytes == 0)
      #expect(profile.rows.map(\.seconds) == profile.rows.map(\.seconds).sorted(by: >))
    }
  }

  @Test func aProfileOfAnErrorEnds() {
    #expect(throws: TensorError.self) { try Tensor::profile { _ = try Tensor([Float(1), 2]).item() } }
  }
}
