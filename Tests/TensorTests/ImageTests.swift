// Convolution and pooling where the table does not look: ties, NaN, empty batches, types, and wrong uses.

import Testing

@testable import Tensor

private func zeros(_ shape: Int...) throws -> Tensor { try .zeros(shape) }

@Suite struct ImageTests {
  @Test func theFirstOfEqualElementsTakesTheDerivative() throws {
    let gradient = try grad({ try sum(maxPool($0[0], size: [2, 2])) }, at: [.ones([1, 2, 4, 1])])[0]
    #expect(try gradient.scalars(Float.self) == [1, 0, 1, 0, 0, 0, 0, 0])
  }

  @Test func notANumberWinsAndTheBorderDoesNot() throws {
    let x = try Tensor([-1, Float.nan, -3, -4], shape: [1, 2, 2, 1])
    #expect(try maxPool(x, size: [2, 2]).item().isNaN)
    for sign in [1.0, -1] { #expect(try maxPool((x * sign).cast(to: .bfloat16), size: [2, 2]).item().isNaN) }
    let low = try Tensor([Float(-1), -5, -3, -2], shape: [1, 2, 2, 1]).cast(to: .bfloat16)
    #expect(try maxPool(low, size: [2, 2]).item() == -1)
    #expect(try grad({ try sum(maxPool($0[0], size: [2, 2])) }, at: [low])[0].scalars(Float.self) == [1, 0, 0, 0])
    #expect(try maxPool(Tensor([Float(-1)], shape: [1, 1, 1, 1]), size: [3, 3], padding: .same).item() == -1)
  }

  @Test(arguments: [DType.uint8, .int32, .int64, .bfloat16, .float32]) func poolsInEveryType(_ dtype: DType) throws {
    let x = try Tensor([Float(1), 5, 3, 2], shape: [1, 2, 2, 1]).cast(to: dtype)
    let largest = try maxPool(x, size: [2, 2])
    #expect(largest.dtype == dtype)
    #expect(try largest.item() == 5)
    #expect(try avgPool(x, size: [2, 2]).item() == 2.75)
  }

  @Test(arguments: [DType.bfloat16, .float32]) func theLibraryAgreesWithFloat64(_ dtype: DType) throws {
    let x = try normal(RandomKey(seed: 1), [2, 9, 11, 5]), w = try normal(RandomKey(seed: 2), [3, 5, 5, 7])
    func parts(_ dtype: DType) throws -> [Tensor] {
      let (outputs, pullback) = try vjp(
        { [try conv2d($0[0], $0[1], stride: [2, 3], padding: .same)] }, at: [x.cast(to: dtype), w.cast(to: dtype)])
      return try outputs + pullback([.ones(outputs[0].shape, dtype: dtype)]).compactMap { $0 }
    }
    for (rough, exact) in try zip(parts(dtype), parts(.float64)) {
      let bound = dtype == .float32 ? 1e-5 : 2e-2
      let error = try max(abs(rough.cast(to: .float64) - exact)).item() / max(abs(exact)).item()
      #expect(error < bound, "\(error)")
    }
  }

  @Test func wholeNumbersConvolveExactly() throws {
    let x = try Tensor.ones([1, 3, 3, 2], dtype: .int32), w = try Tensor.full([3, 3, 2, 1], 100_000_003, dtype: .int64)
    let y = try conv2d(x, w)
    #expect(y.dtype == .int64)
    #expect(try y.item() == 1_800_000_054)
  }

  @Test func emptyBatchesAndChannels() throws {
    for (image, kernel) in [([0, 4, 4, 2], [3, 3, 2, 5]), ([2, 4, 4, 0], [3, 3, 0, 5]), ([2, 4, 4, 2], [3, 3, 2, 0])] {
      let gradients = try grad(
        { try sum(conv2d($0[0], $0[1])) }, at: [.ones(image), .ones(kernel)])
      #expect(gradients.map(\.shape) == [image, kernel])
      for gradient in gradients { #expect(try gradient.scalars(Float.self).allSatisfy { $0 == 0 }) }
    }
    #expect(try maxPool(zeros(0, 4, 4, 1), size: [2, 2]).scalars(Float.self).isEmpty)
    #expect(try avgPool(zeros(0, 4, 4, 1), size: [2, 2]).shape == [0, 2, 2, 1])
  }

  static let uses: [WrongUse] = [
    WrongUse("conv2d(float32[4, 4, 3], float32[3, 3, 3, 8]): images have four axes [n, h, w, c], not 3") {
      try conv2d(zeros(4, 4, 3), zeros(3, 3, 3, 8))
    },
    WrongUse("conv2d(float32[1, 4, 4, 3], float32[3, 3, 8]): kernels have four axes [kh, kw, c, outputs], not 3") {
      try conv2d(zeros(1, 4, 4, 3), zeros(3, 3, 8))
    },
    WrongUse(
      "conv2d(float32[1, 4, 4, 3], float32[8, 3, 3, 3]): a window of 8 x 3 does not fit into an image of 4 x 4; "
        + "hint: padding \"same\" adds a border"
    ) { try conv2d(zeros(1, 4, 4, 3), zeros(8, 3, 3, 3)) },
    WrongUse(
      "conv2d(float32[1, 4, 4, 3], float32[3, 3, 4, 8]): channels differ: 3 (x, axis 3) and 4 (w, axis 2); "
        + "hint: images are [n, h, w, c], kernels [kh, kw, c, outputs]"
    ) { try conv2d(zeros(1, 4, 4, 3), zeros(3, 3, 4, 8)) },
    WrongUse(
      "conv2d(float32[1, 4, 4, 3], float32[3, 3, 3, 8]): the strides must be two numbers from 1 to 2147483647, not [0, 1]"
    ) { try conv2d(zeros(1, 4, 4, 3), zeros(3, 3, 3, 8), stride: [0, 1]) },
    WrongUse("conv2d(float32[1, 4, 4, 3], float32[3, 3, 3, 8]): the padding cannot be [-1, -1] and [-1, -1]") {
      try conv2d(zeros(1, 4, 4, 3), zeros(3, 3, 3, 8), padding: .around(-1))
    },
    WrongUse("max_pool(float32[4, 4]): images have four axes [n, h, w, c], not 2") { try maxPool(zeros(4, 4), size: [2, 2]) },
    WrongUse(
      "max_pool(float32[1, 4, 4, 1]): a border of 2 would hold whole windows of 2; "
        + "hint: the padding must be smaller than the window"
    ) { try maxPool(zeros(1, 4, 4, 1), size: [2, 2], padding: .around(2)) },
    WrongUse("avg_pool(float32[1, 4, 4, 1]): the window's sizes must be two numbers from 1 to 2147483647, not [0, 2]") {
      try avgPool(zeros(1, 4, 4, 1), size: [0, 2])
    },
    WrongUse("einsum(float32[2, 3], float32[4, 2]): \"j\" has sizes 3 and 4") { try einsum("ij,jk", [zeros(2, 3), zeros(4, 2)]) },
    WrongUse("einsum(float32[2, 3]): \"ij,jk\" names 2 operands, 1 are given") { try einsum("ij,jk", [zeros(2, 3)]) },
    WrongUse("einsum(float32[2, 3]): \"ijk\" does not fit operand 1, which has 2 axes") { try einsum("ijk", [zeros(2, 3)]) },
    WrongUse("einsum(float32[2, 3]): \"k\" of the result is in no operand") { try einsum("ij->k", [zeros(2, 3)]) },
    WrongUse("einsum(float32[2, 3]): \"i\" stands twice in the result") { try einsum("ij->ii", [zeros(2, 3)]) },
    WrongUse("einsum(float32[2, 3]): \"1\" in \"i1\" is no letter") { try einsum("i1", [zeros(2, 3)]) },
    WrongUse("einsum(float32[2, 3]): \"i->j->k\" has more than one ->") { try einsum("i->j->k", [zeros(2, 3)]) },
  ]

  @Test(arguments: uses) func isNamed(_ wrong: WrongUse) throws {
    let error = #expect(throws: TensorError.self) { try wrong.use() }
    #expect(error?.description == wrong.expected)
  }
}
