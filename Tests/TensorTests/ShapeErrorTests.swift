// Wrong shapes, axes, types and indices: every error names the operation, the shapes and what is wrong.

import Testing

@testable import Tensor

struct WrongUse: Sendable, CustomStringConvertible {
  let expected: String
  let use: @Sendable () throws -> Void
  var description: String { expected }

  init(_ expected: String, _ use: @escaping @Sendable () throws -> Tensor) {
    self.expected = expected
    self.use = { _ = try use().evaluated() }
  }
}

private func zeros(_ shape: Int...) throws -> Tensor { try .zeros(shape) }

@Suite struct ShapeErrorTests {
  static let uses: [WrongUse] = [
    WrongUse("add(float32[2, 3], float32[2, 4]): sizes differ: 3 (axis 1) and 4 (axis 1)") { try zeros(2, 3) + zeros(2, 4) },
    WrongUse(
      "matmul(float32[16, 2], float32[64, 32]): inner sizes differ: 2 (axis 1) and 64 (axis 0); hint: make the right one [2, 32]"
    ) { try matmul(zeros(16, 2), zeros(64, 32)) },
    WrongUse(
      "matmul(float32[2, 8, 64], float32[2, 8, 64]): inner sizes differ: 64 (axis 2) and 8 (axis 1); hint: transpose the right one"
    ) { try matmul(zeros(2, 8, 64), zeros(2, 8, 64)) },
    WrongUse("matmul(float32[], float32[2]): a single number has no axis to multiply along; hint: use *") {
      try matmul(Tensor(1), zeros(2))
    },
    WrongUse("reshape(float32[2, 3]): 6 elements do not fill the shape [4, 2], which has 8") { try zeros(2, 3).reshaped([4, 2]) },
    WrongUse("reshape(float32[2, 3]): 6 elements cannot be cut into [4, -1]") { try zeros(2, 3).reshaped([4, -1]) },
    WrongUse("permute(float32[2, 3]): [0, 0] does not name each of the 2 axes once") { try zeros(2, 3).permuted([0, 0]) },
    WrongUse("broadcast(float32[2, 3]): does not repeat to [2, 1]") { try zeros(2, 3).broadcast(to: [2, 1]) },
    WrongUse("index(float32[2, 3]): index 2 is outside axis 0 of size 2") { try zeros(2, 3).sliced([.index(2)]) },
    WrongUse("index(float32[2]): 2 indices for 1 axes") { try zeros(2).sliced([.index(0), .index(0)]) },
    WrongUse("index(float32[2]): a slice's step cannot be 0") { try zeros(2).sliced([.range(start: nil, stop: nil, step: 0)]) },
    WrongUse("squeeze(float32[2, 3]): axis 0 has size 2, not 1") { try zeros(2, 3).squeezed(0) },
    WrongUse("concat(float32[2, 3], float32[3, 3]): sizes differ: 2 and 3 (axis 0); only axis 1 may") {
      try concat([zeros(2, 3), zeros(3, 3)], axis: 1)
    },
    WrongUse("stack(float32[2], float32[3]): the shapes differ: [2] and [3]") { try stack([zeros(2), zeros(3)]) },
    WrongUse("sum(float32[2, 3]): axis 2 is outside -2 ... 1") { try sum(zeros(2, 3), axes: [2]) },
    WrongUse("sum(float32[2, 3]): axis 1 is named twice") { try sum(zeros(2, 3), axes: [1, -1]) },
    WrongUse("max(float32[0, 3]): no element to choose from along axes [0]") { try max(zeros(0, 3), axes: [0]) },
    WrongUse("take(float32[2, 3], int32[1]): index 5 is outside axis 0 of size 2") { try take(zeros(2, 3), Tensor([Int32(5)])) },
    WrongUse("take(float32[2], float32[1]): indices must be whole numbers, not float32; hint: cast(indices, \"int32\")") {
      try take(zeros(2), zeros(1))
    },
    WrongUse(
      "negate(bool[2]): not defined for bool; hint: not_equal and logical_not compare; cast(x, \"int32\") counts"
    ) { try -Tensor.zeros([2], dtype: .bool) },
    WrongUse("softmax(float32[]): axis -1 of a tensor without axes") { try softmax(Tensor(1)) },
    WrongUse("split(float32[5]): sizes [2, 2] do not add up to 5") { try zeros(5).split(sizes: [2, 2], axis: 0)[0] },
    WrongUse("full: a size cannot be negative: [-1]") { try .full([-1], 0) },
    WrongUse("full: a shape of [4611686018427387904, 4] is too large to hold") { try .full([1 << 62, 4], 0) },
    WrongUse("tensor: 3 elements do not fill the shape [2]") { try Tensor([Float(1), 2, 3], shape: [2]) },
    WrongUse("eigh(float32[2, 3]): needs a square matrix") { try eigh(zeros(2, 3)).values },
    WrongUse("randint: there is no whole number from 3 to below 3") { try randomIntegers(RandomKey(seed: 0), [2], low: 3, high: 3) },
  ]

  @Test(arguments: uses) func isNamed(_ wrong: WrongUse) throws {
    let error = #expect(throws: TensorError.self) { try wrong.use() }
    #expect(error?.description == wrong.expected)
  }

  @Test func itemNeedsOneElement() throws {
    let error = #expect(throws: TensorError.self) { try zeros(2).item() }
    #expect(error?.description.hasPrefix("item(float32[2]): one element is needed, there are 2") == true)
  }
}
