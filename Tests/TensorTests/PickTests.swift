// Indexing with tensors and masks, borders and rolling: what NumPy does, and what it refuses.

import Testing

@testable import Tensor

/// 0, 1, 2, ... in a shape, float64.
private func counted(_ shape: Int...) throws -> Tensor {
  try Tensor.arange(from: 0, to: Double(shape.reduce(1, *)), dtype: .float64).reshaped(shape)
}

private func places(_ numbers: Int64...) throws -> Pick { .places(try Tensor(numbers)) }
private func mask(_ flags: Bool...) throws -> Pick { .places(try Tensor(flags)) }

@Suite struct PickTests {
  @Test func tensorsBroadcastTogether() throws {
    let rows = try Tensor([Int64(0), -1], shape: [2, 1]), columns = try Tensor([Int64(1), 0])
    #expect(try counted(3, 2).picked([.places(rows), .places(columns)]).scalars(Double.self) == [1, 0, 5, 4])
  }

  @Test func separatedTensorsGoInFront() throws {
    let x = try counted(2, 3, 2)
    #expect(try x.picked([places(1, 0, 1), .slice(.all), places(0, 1, 1)]).shape == [3, 3])
    #expect(try x.picked([.slice(.all), places(0, 2), places(1, 1)]).shape == [2, 2])
    #expect(try x.picked([.slice(.index(0)), .slice(.all), places(0, 1, 1)]).shape == [3, 3])
    #expect(try x.picked([.slice(.newAxis), places(1), .slice(.ellipsis), .slice(.index(-1))]).shape == [1, 1, 3])
  }

  @Test func masksStandForAsManyAxesAsTheyHave() throws {
    let x = try counted(2, 2, 3)
    let square = try Tensor([true, false, false, true], shape: [2, 2])
    #expect(try x.picked([.places(square), .slice(.index(1))]).scalars(Double.self) == [1, 10])
    #expect(try x.picked([.slice(.all), mask(false, true), mask(true, false, true)]).scalars(Double.self) == [3, 5, 9, 11])
    #expect(try counted(0, 3).picked([.places(.zeros([0], dtype: .bool))]).shape == [0, 3])
  }

  @Test func gradientsOfPickedElementsAddUp() throws {
    let gradient = try grad({ try sum(square($0[0].picked([places(1, 1, 0)]))) }, at: [counted(3)])[0]
    #expect(try gradient.scalars(Double.self) == [0, 4, 0])
  }

  @Test func assignmentKeepsTheLastValueAndItsGradient() throws {
    let x = try counted(3), value = try Tensor([10.0, 20, 30])
    let index = [try places(2, 0, 2)]
    #expect(try x.replacing(index, with: value).scalars(Double.self) == [20, 1, 30])
    let gradients = try grad({ try sum($0[0].replacing(index, with: $0[1]) * counted(3)) }, at: [x, value])
    #expect(try gradients[0].scalars(Double.self) == [0, 1, 0])
    #expect(try gradients[1].scalars(Double.self) == [0, 0, 2])
  }

  @Test func assignmentThroughMasks() throws {
    let x = try counted(2, 2)
    let diagonal = Pick.places(try Tensor([true, false, false, true], shape: [2, 2]))
    #expect(try x.replacing([diagonal], with: Tensor([7.0, 8])).scalars(Double.self) == [7, 1, 2, 8])
    #expect(try x.replacing([mask(false, true)], with: Tensor(9, dtype: .float64)).scalars(Double.self) == [0, 1, 9, 9])
    #expect(try x.replacing([mask(false, true), .slice(.index(0))], with: Tensor(9)).scalars(Double.self) == [0, 1, 9, 3])
    #expect(try x.replacing([mask(false, false)], with: Tensor(9)).scalars(Double.self) == [0, 1, 2, 3])
  }

  @Test func hugeStepsDoNotOverflow() throws {
    let slices = [Slice.range(start: nil, stop: nil, step: .max)]
    #expect(try counted(3).sliced(slices).scalars(Double.self) == [0])
    #expect(try counted(3).sliced([.range(start: nil, stop: .min, step: -.max)]).scalars(Double.self) == [2])
  }

  @Test(arguments: [
    (Border.edge, [1.0, 1, 1, 2, 3, 3]), (.reflect, [3, 2, 1, 2, 3, 2]), (.symmetric, [2, 1, 1, 2, 3, 3]),
    (.wrap, [2, 3, 1, 2, 3, 1]), (.constant, [0, 0, 1, 2, 3, 0]),
  ]) func borders(_ border: Border, _ expected: [Double]) throws {
    #expect(try Tensor([1.0, 2, 3]).padded([(2, 1)], border).scalars(Double.self) == expected)
    #expect(try Tensor([1.0]).padded([(2, 1)], border).count == 4)
  }

  @Test func rolling() throws {
    #expect(try counted(2, 3).rolled([1]).scalars(Double.self) == [5, 0, 1, 2, 3, 4])
    #expect(try counted(2, 3).rolled([1, -1], axes: [0, 1]).scalars(Double.self) == [4, 5, 3, 1, 2, 0])
    #expect(try counted(0).rolled([3]).count == 0)
  }

  static let uses: [WrongUse] = [
    WrongUse("index(float64[3, 2]): index 3 is outside axis 0 of size 3") { try counted(3, 2).picked([places(0, 3)]) },
    WrongUse("index(float64[3, 2]): index -3 is outside axis 1 of size 2") {
      try counted(3, 2).picked([.slice(.all), places(-3)])
    },
    WrongUse("index(float64[3, 2], bool[2]): the mask's shape [2] is not that of the axes it stands for") {
      try counted(3, 2).picked([mask(true, false)])
    },
    WrongUse("index(int64[2], int64[3]): sizes differ: 2 (axis 0) and 3 (axis 0)") {
      try counted(3, 3).picked([places(0, 1), places(0, 1, 2)])
    },
    WrongUse("index(float64[3], float32[1]): indices must be whole numbers or bool, not float32; hint: cast(indices, \"int32\")") {
      try counted(3).picked([.places(.ones([1]))])
    },
    WrongUse("index(float64[3]): 2 indices for 1 axes") { try counted(3).picked([places(0), places(0)]) },
    WrongUse("assignment(float64[3], float64[2]): the part has shape [3], the value [2]") {
      try counted(3).replacing([.slice(.all)], with: counted(2))
    },
    WrongUse("assignment(float64[3], float64[3]): the part has shape [2], the value [3]") {
      try counted(3).replacing([places(0, 1)], with: counted(3))
    },
    WrongUse("assignment(float64[3]): index 4 is outside axis 0 of size 3") {
      try counted(3).replacing([places(4)], with: Tensor(1))
    },
    WrongUse("take_along(float32[2, 3], int64[2, 1]): index 3 is outside axis 1 of size 3") {
      try takeAlong(.zeros([2, 3]), Tensor([Int64(0), 3], shape: [2, 1]), axis: 1)
    },
    WrongUse("pad(float32[0]): axis 0 is empty: there is nothing to continue it with") {
      try Tensor.zeros([0]).padded([(1, 0)], .edge)
    },
    WrongUse("roll(float32[3]): axis 1 is outside -1 ... 0") { try Tensor.zeros([3]).rolled([1], axes: [1]) },
  ]

  @Test(arguments: uses) func isNamed(_ wrong: WrongUse) throws {
    let error = #expect(throws: TensorError.self) { try wrong.use() }
    #expect(error?.description == wrong.expected)
  }
}
