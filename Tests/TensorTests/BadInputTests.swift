// Sizes, indices and divisors that no machine can serve: an error that names the operation, never a trap.

import Testing

@testable import Tensor

/// A use that must fail: the kind, and the beginning of what is said.
struct BadInput: Sendable, CustomTestStringConvertible {
  let kind: TensorError.Kind
  let expected: String
  let use: @Sendable () throws -> Tensor

  init(_ kind: TensorError.Kind, _ expected: String, _ use: @escaping @Sendable () throws -> Tensor) {
    self.kind = kind
    self.expected = expected
    self.use = use
  }

  var testDescription: String { expected }
}

private func ones(_ shape: Int...) throws -> Tensor { try Tensor.ones(shape) }
private func whole(_ values: Int32...) throws -> Tensor { try Tensor(values) }

private let huge = 1 << 40

private let sizes: [BadInput] = [
  BadInput(.limit, "add(float32[1099511627776, 1], float32[1, 1099511627776])") { try ones(huge, 1) + ones(1, huge) },
  BadInput(.limit, "matmul(float32[1099511627776, 1], float32[1, 1099511627776])") { try matmul(ones(huge, 1), ones(1, huge)) },
  BadInput(.limit, "reshape: a shape of") { try ones(0).reshaped([huge, huge, 0]) },
  BadInput(.shape, "reshape: a size cannot be negative") { try ones(4).reshaped([-1, -1]) },
  BadInput(.limit, "broadcast: a shape of") { try ones(1, 1).broadcast(to: [huge, huge]) },
  BadInput(.limit, "concat(float32[70368744177664]") { try concat([ones(1 << 46), ones(1 << 46), ones(1 << 46)]) },
  BadInput(.limit, "pad(float32[2]): the border is too large") { try ones(2).padded([(.max, .max)]) },
  BadInput(.limit, "full: a shape of") { try ones(1 << 44).padded([(1 << 46, 1 << 46)]) },
  BadInput(.shape, "split(float32[4]): sizes") { try ones(4).split(sizes: [.max, .max, 6], axis: 0)[0] },
  BadInput(.limit, "arange: ") { try .arange(from: 0, to: 1e11) },
  BadInput(.limit, "arange: ") { try .arange(from: -1e300, to: 1e300) },
  BadInput(.value, "arange: ") { try .arange(from: 0, to: .nan) },
  BadInput(.value, "arange: ") { try .arange(from: 0, to: 1, by: .infinity) },
  BadInput(.limit, "linspace: ") { try .linspace(0, 1, 1 << 39) },
  BadInput(.value, "linspace: ") { try .linspace(0, 1, -1) },
  BadInput(.limit, "eigh(float64[40000, 40000])") { try eigh(.zeros([40_000, 40_000], dtype: .float64)).values },
  BadInput(.limit, "matmul(float64[4294967296, 1], float64[1, 1])") {
    try matmul(.ones([1 << 32, 1], dtype: .float64), .ones([1, 1], dtype: .float64))
  },
]

private let places: [BadInput] = [
  BadInput(.index, "permute(float32[2, 3]): axis -9223372036854775808") { try ones(2, 3).permuted([.min, 0]) },
  BadInput(.index, "transpose(float32[2]): axis -2") { try ones(2).transposed() },
  BadInput(.index, "expand(float32[2]): axis 9223372036854775807") { try ones(2).expanded(.max) },
  BadInput(.index, "index(float32[2]): index -9223372036854775808") { try ones(2).sliced([.index(.min)]) },
  BadInput(.value, "index(float32[2]): a slice's step cannot be 0") { try ones(2).sliced([.range(start: nil, stop: nil, step: 0)]) },
  BadInput(.index, "take") { try take(ones(3), whole(0, 1, 3)) },
  BadInput(.index, "take") { try take(ones(3), Tensor([Int64.min])) },
  BadInput(.index, "take") { try take(ones(0, 2), whole(0)) },
  BadInput(.index, "take") { try grad({ try sum(take($0[0], whole(5))) }, at: [ones(3)])[0] },
  BadInput(.index, "take_along(int64[1]): index 3 is outside an axis of size 3") { try takeAlong(ones(3), whole(3) + 0, axis: 0) },
  BadInput(.shape, "argmax(float32[0]): no element") { try argmax(ones(0)) },
  BadInput(.value, "concat: needs at least one tensor") { try concat([]) },
  BadInput(.value, "concat: needs at least one tensor") { try stack([]) },
]

private let divisors: [BadInput] = [
  BadInput(.value, "floor_divide(int32[3], int32[3]): a whole number is divided by zero") {
    try floorDivide(whole(1, 2, 3), whole(1, 0, 3))
  },
  BadInput(.value, "remainder(int32[2], int32[1])") { try remainder(whole(1, 2), whole(0)) },
  BadInput(.value, "floor_divide(int32[2], int32[]): a whole number is divided by zero") { try floorDivide(whole(1, 2), Tensor(0, dtype: .int32)) },
]

@Suite struct BadInputTests {
  @Test(arguments: sizes + places + divisors) func isAnError(_ bad: BadInput) throws {
    do {
      _ = try bad.use().evaluated()
      Issue.record("\(bad.expected) did not fail")
    } catch let error as TensorError {
      #expect(error.kind == bad.kind && error.description.hasPrefix(bad.expected), "\(error)")
    }
  }

  @Test func longStepsTakeOneElement() throws {
    let x = try Tensor.arange(5000)
    for step in [Int.max, Int.max - 1023, -Int.max] {
      #expect(try x.sliced([.range(start: nil, stop: nil, step: step)]).scalars(Int32.self) == [step > 0 ? 0 : 4999])
    }
  }

  @Test func wholeNumbersAtTheirBoundsWrapAndNeverTrap() throws {
    let least = try Tensor([Int64.min, Int64.min]), x = try Tensor([Int64(-1), 3])
    #expect(try floorDivide(least, x).scalars(Int64.self)[0] == .min)
    #expect(try remainder(least, x).scalars(Int64.self) == [0, 1])
    #expect(try abs(least).scalars(Int64.self)[0] == .min)
    #expect(try (least * 2 + least).scalars(Int64.self)[0] == .min)
    #expect(try Tensor([Double.nan, 1e300, -1e300]).cast(to: .int32).scalars(Int32.self) == [0, .max, .min])
    #expect(try floorDivide(Tensor([Float(1), -1, 0]), Tensor(0)).scalars(Float.self).prefix(2) == [.infinity, -.infinity])
  }

  @Test func emptyTensorsGoThroughEverything() throws {
    let x = try ones(0, 3)
    for y in try [x + 1, matmul(x, ones(3, 2)), softmax(x), sum(x, axes: [1]), sorted(x), concat([x, x]), x.transposed(), cumsum(x, axis: 0)] {
      #expect(try y.scalars(Float.self).isEmpty)
    }
    #expect(try sum(matmul(ones(2, 0), ones(0, 2))).item() == 0)
    #expect(try floorDivide(whole(1, 2).narrowed(axis: 0, 0..<0), Tensor([Int32]())).count == 0)
  }
}
