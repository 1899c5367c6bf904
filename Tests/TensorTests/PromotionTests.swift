// Element types of results, whole-number arithmetic and its errors: the table of docs/tensors.md.

import Testing

@testable import Tensor

private func of(_ dtype: DType, _ numbers: Double...) throws -> Tensor { try Tensor(numbers).cast(to: dtype) }

@Suite struct PromotionTests {
  /// Rows and columns in the order of the types.
  static let table: [(DType, [DType])] = [
    (.bool, [.bool, .uint8, .int32, .int64, .bfloat16, .float32, .float64]),
    (.uint8, [.uint8, .uint8, .int32, .int64, .bfloat16, .float32, .float64]),
    (.int32, [.int32, .int32, .int32, .int64, .bfloat16, .float32, .float64]),
    (.int64, [.int64, .int64, .int64, .int64, .bfloat16, .float32, .float64]),
    (.bfloat16, [.bfloat16, .bfloat16, .bfloat16, .bfloat16, .bfloat16, .float32, .float64]),
    (.float32, [.float32, .float32, .float32, .float32, .float32, .float32, .float64]),
    (.float64, Array(repeating: .float64, count: 7)),
  ]

  @Test(arguments: table) func sums(_ left: DType, _ results: [DType]) throws {
    for (right, result) in zip(DType.allCases, results) {
      let sum = try of(left, 1) + of(right, 0)
      #expect(sum.dtype == result)
      #expect(try sum.item() == 1)
    }
  }

  @Test func numbersTakeTheTensorsTypeWhereItHoldsThem() throws {
    let rows: [(DType, Double, DType)] = [
      (.uint8, 1, .uint8), (.uint8, 300, .int32), (.uint8, -1, .int32), (.uint8, 0.5, .float32), (.bool, 2, .int32),
      (.int32, 5, .int32), (.int32, 0x1p40, .int64), (.int64, 5, .int64), (.int64, 1e30, .float32),
      (.bfloat16, 0.5, .bfloat16), (.float32, 1e300, .float32), (.float64, 1, .float64), (.int32, .infinity, .float32),
    ]
    for (dtype, number, result) in rows { #expect(try (of(dtype, 1) * number).dtype == result, "\(dtype) \(number)") }
  }

  @Test func wholeNumbersWrapAround() throws {
    #expect(try (of(.uint8, 250) + 10).item() == 4)
    #expect(try (-of(.uint8, 1)).item() == 255)
    #expect(try (of(.int32, 2_147_483_647) + 1).item() == -2_147_483_648)
    #expect(try of(.int32, 300).cast(to: .uint8).item() == 44)
    #expect(try Tensor.full([], 300, dtype: .int32).cast(to: .uint8).item() == 44)
    #expect(try of(.float64, 300.7).cast(to: .uint8).item() == 255)
    #expect(try of(.float32, .nan).cast(to: .int64).item() == 0)
    #expect(try matmul(of(.uint8, 20), of(.uint8, 20)).item() == 144)
  }

  @Test func wholePowersStayWhole() throws {
    #expect(try power(of(.int64, 3), 39).scalars(Int64.self) == [4_052_555_153_018_976_267])
    #expect(try power(of(.int32, -2), of(.int32, 5)).item() == -32)
    #expect(try power(of(.int32, 2), -1).item() == 0.5)
    #expect(try power(of(.bool, 1), 3).dtype == .int32)
  }

  @Test func logicOfBool() throws {
    let a = try of(.bool, 1, 1, 0), b = try of(.bool, 1, 0, 0)
    #expect(try (a + b).scalars(Bool.self) == [true, true, false])
    #expect(try (a * b).scalars(Bool.self) == [true, false, false])
    #expect(try maximum(a, b).dtype == .bool)
    #expect(try logicalAnd(of(.float32, 2, 0, .nan), a).scalars(Bool.self) == [true, false, false])
    #expect(try sum(a).item() == 2)
  }

  @Test func largeWholeNumbersCompareExactly() throws {
    let x = try Tensor([Int64(1) << 53 + 1])
    #expect(try equal(x, Tensor.number(0x1p53, like: x)).item() == 0)
  }

  static let uses: [WrongUse] = [
    WrongUse("subtract(bool[1], bool[1]): not defined for bool; hint: not_equal and logical_not compare; cast(x, \"int32\") counts") {
      try of(.bool, 1) - of(.bool, 1)
    },
    WrongUse(
      "floor_divide(int32[2], int32[2]): a whole number is divided by zero; hint: cast(x, \"float32\") gives infinity or NaN instead"
    ) { try floorDivide(of(.int32, 1, 2), of(.int32, 1, 0)) },
    WrongUse(
      "remainder(uint8[1], uint8[]): a whole number is divided by zero; hint: cast(x, \"float32\") gives infinity or NaN instead"
    ) { try remainder(of(.uint8, 1), Tensor(0, dtype: .uint8)) },
    WrongUse("power(int32[1], int64[1]): whole numbers have no negative powers; hint: cast(x, \"float32\") first") {
      try power(of(.int32, 2), of(.int64, -1))
    },
    WrongUse("add(float32[68719476736, 1], float32[68719476736]): a shape of [68719476736, 68719476736] is too large to hold") {
      try Tensor.zeros([1 << 36, 1]) + Tensor.zeros([1 << 36])
    },
    WrongUse("pad(float32[1]): the border is too large to hold") { try Tensor.ones([1]).padded([(1 << 62, 1 << 62)]) },
  ]

  @Test(arguments: uses) func isNamed(_ wrong: WrongUse) throws {
    let error = #expect(throws: TensorError.self) { try wrong.use() }
    #expect(error?.description == wrong.expected)
  }
}
