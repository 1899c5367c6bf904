// Products whose factors are transposed or taken as rows: what derivatives of products are made of.

import Testing

@testable import Tensor

@Suite struct ProductFormTests {
  /// Shapes of two factors: one right factor for all, one left factor for all, both batched, repeated axes, nothing to add up.
  static let shapes: [([Int], [Int])] = [
    ([5, 4], [4, 3]), ([2, 5, 4], [4, 3]), ([5, 4], [2, 4, 3]), ([2, 5, 4], [2, 4, 3]), ([3, 1, 5, 4], [2, 4, 3]), ([1, 5, 4], [1, 4, 3]),
    ([0, 5, 4], [4, 3]), ([2, 5, 0], [0, 3]), ([2, 0, 4], [4, 3]),
  ]

  /// Row-major and strided factors of every type; the written-out sums add up in another order.
  @Test(arguments: shapes, [DType.float32, .float64, .bfloat16])
  func gradientsAreThoseOfTheFormula(_ shapes: ([Int], [Int]), _ dtype: DType) throws {
    func draw(_ shape: [Int], _ seed: Int) throws -> Tensor { try uniform(RandomKey(seed: seed), shape, low: -1, high: 1).cast(to: dtype).evaluated() }
    let a = try draw(shapes.0, 1), b = try draw(shapes.1, 2)
    let turned = try draw(shapes.0.dropLast(2) + shapes.0.suffix(2).reversed(), 3).transposed()
    for a in [a, turned] {
      let (outputs, pullback) = try vjp({ [try matmul($0[0], $0[1])] }, at: [a, b])
      let dy = try draw(outputs[0].shape, 4)
      let found = try pullback([dy])
      let expected = try [
        matmul(dy, b.transposed()).fitted(to: a.operand), matmul(a.transposed(), dy).fitted(to: b.operand),
      ]
      let tolerance = dtype == .bfloat16 ? 0.1 : 1e-5
      for (found, expected) in zip(found, expected) {
        let found = try #require(found)
        #expect(found.shape == expected.shape && found.dtype == dtype)
        #expect(try found.count == 0 || allClose(found, expected, rtol: tolerance, atol: tolerance))
      }
    }
  }

  /// No node but the product itself, whatever the batch.
  @Test func gradientsNeedNoTransposesOfTheirOwn() throws {
    let x = try normal(RandomKey(seed: 1), [2, 5, 4]).evaluated(), w = try normal(RandomKey(seed: 2), [4, 3]).evaluated()
    let (_, pullback) = try vjp({ [try matmul($0[0], $0[1])] }, at: [x, w])
    let text = graphText(of: try pullback([.ones([2, 5, 3])]).compactMap { $0 })
    // Beside them stand the leaves.
    #expect(text.contains("4 operations pending"))
    #expect(text.contains("matmul a b^T(1.0, ") && text.contains("matmul a^T b("))
  }

  /// A profile counts the whole process: this runs in one of its own.
  @Test func aProfileShowsTheProductThatIsMade() async {
    await #expect(processExitsWith: .success) {
      let x = try normal(RandomKey(seed: 1), [2, 5, 4]).evaluated(), w = try normal(RandomKey(seed: 2), [4, 3]).evaluated()
      let (_, profile) = try Tensor::profile {
        try evaluate(vjp({ [try matmul($0[0], $0[1])] }, at: [x, w]).pullback([.ones([2, 5, 3])]).compactMap { $0 })
      }
      let products = profile.rows.filter { $0.operation.hasPrefix("matmul") }.map { "\($0.operation): \(Int($0.operations ?? 0))" }
      #expect(products.sorted() == ["matmul [2, 5, 3] @ [3, 4]: 240", "matmul [4, 10] @ [10, 3]: 240"])
    }
  }
}
