// Operations that are cut into blocks against the same ones whole, or against their definitions; sizes on both sides of each cut.

import Testing

@testable import Tensor

private func close(_ a: NDArray, _ b: NDArray, _ tolerance: Double) throws -> Bool {
  try allClose(Tensor(constant: a), Tensor(constant: b), rtol: tolerance, atol: tolerance)
}

@Suite struct BlockTests {
  @Test(
    arguments: [
      ([3, 3], [1, 1], Padding.around(1)), ([3, 3], [2, 1], .valid), ([5, 2], [2, 2], .same), ([1, 1], [1, 1], .valid),
      ([4, 3], [3, 1], .sizes(before: [3, 0], after: [0, 2])), ([2, 2], [2, 2], .valid), ([2, 2], [3, 3], .valid),
      ([3, 3], [1, 1], .around(4)), ([7, 3], [1, 2], .same),
    ] as [([Int], [Int], Padding)])
  func convolutionsInBands(_ size: [Int], _ stride: [Int], _ padding: Padding) throws {
    let cpu = CPU.shared
    let windows = try Windows(over: [37, 11], size: size, stride: stride, padding: padding, for: "test", [])
    let shapes = [[3, 37, 11, 4], size + [4, 6], [3] + windows.count + [6]]
    for dtype in [DType.float32, .bfloat16] where dtype == .float32 || MatrixProduct.multipliesBFloat16 {
      let arrays = try shapes.enumerated().map { seed, shape in
        try Evaluator.shared.value(of: normal(RandomKey(seed: seed), shape, dtype: dtype).node).contiguous()
      }
      for part in Convolution.Part.allCases {
        let given = arrays.enumerated().filter { $0.offset != part.rawValue }.map(\.element)
        func run(_ longest: Int) throws -> NDArray {
          try cpu.convolveInBlocks(part, given[0], given[1], windows, shapes[part.rawValue], .float32, longest: longest)
        }
        let whole = try run(.max)
        // Bands of a row, bands of several, and several images at once.
        for longest in [1, 50_000, 2_000_000] { #expect(try close(run(longest), whole, 1e-4), "\(part) \(longest)") }
      }
    }
  }

  /// Every row of the output belongs to one block, and so does every row of the image where these are shared out.
  @Test(arguments: [1, 10_000, 1_000_000, .max]) func blocksCoverEverythingOnce(_ longest: Int) throws {
    let windows = try Windows(over: [50, 20], size: [5, 3], stride: [2, 1], padding: .same, for: "test", [])
    for byImage in [false, true] {
      let blocks = ConvolutionBlock.all(of: windows, images: 3, channels: 8, outputs: 8, byImage: byImage, longest: longest)
      let rows = blocks.flatMap { block in block.images.flatMap { image in (byImage ? block.image : block.output).map { [image, $0] } } }
      #expect(rows == (0..<3).flatMap { image in (0..<(byImage ? 50 : 25)).map { [image, $0] } })
      #expect(blocks.allSatisfy { $0.windows.before[0] >= 0 && $0.windows.after[0] >= 0 && $0.windows.count[0] == $0.output.count })
    }
  }

  /// Sums longer than a block: float32 keeps its digits, bfloat16 adds up in float32.
  @Test func productsWithLongSums() throws {
    let a = try uniform(RandomKey(seed: 1), [3, 600_000]), b = try uniform(RandomKey(seed: 2), [600_000, 5])
    let exact = try matmul(a.cast(to: .float64), b.cast(to: .float64))
    #expect(try allClose(matmul(a, b).cast(to: .float64), exact, rtol: 5e-5, atol: 0))
    let turned = try Tensor(a.transposed().scalars(Float.self), shape: [600_000, 3]).transposed()
    #expect(try allClose(matmul(turned, b).cast(to: .float64), exact, rtol: 5e-5, atol: 0))
    let rounded = try [a, b].map { try $0.cast(to: .bfloat16) }
    let wide = try rounded.map { try $0.cast(to: .float64) }
    let product = try matmul(rounded[0], rounded[1])
    #expect(try product.dtype == .bfloat16 && allClose(product.cast(to: .float64), matmul(wide[0], wide[1]), rtol: 4e-3, atol: 0))
  }

  @Test(arguments: [[3, 70_000], [2, 3_000_000], [100_000, 300], [5000, 4000], [17, 1 << 20], [1, 1 << 25]])
  func longReductions(_ shape: [Int]) throws {
    let x = try uniform(RandomKey(seed: 3), shape)
    let (wide, count) = (try x.cast(to: .float64), Double(shape[0] * shape[1]))
    for axis in 0..<2 {
      #expect(try allClose(sum(x, axes: [axis]).cast(to: .float64), matmulSum(wide, axis), rtol: 1e-5, atol: 0))
      // Places of the largest elements hold them, and nothing before them is as large.
      let places = try argmax(x, axis: axis)
      let found = try takeAlong(x, places.expanded(axis), axis: axis)
      #expect(try all(equal(found.squeezed(axis), max(x, axes: [axis]))))
      let running = try cumsum(x, axis: axis)
      let last = try running.narrowed(axis: axis, shape[axis] - 1..<shape[axis]).squeezed(axis)
      #expect(try allClose(last.cast(to: .float64), matmulSum(wide, axis), rtol: 1e-6, atol: 0))
    }
    #expect(abs(try sum(x).item() / count - 0.5) < 0.01)
  }

  /// A sum by way of a product, which is cut otherwise.
  private func matmulSum(_ x: Tensor, _ axis: Int) throws -> Tensor {
    let ones = try Tensor.ones([x.shape[axis]], dtype: .float64)
    return axis == 0 ? try matmul(ones.expanded(0), x).squeezed(0) : try matmul(x, ones.expanded(1)).squeezed(1)
  }

  private func all(_ x: Tensor) throws -> Bool { try x.cast(to: .int32).scalars(Int32.self).allSatisfy { $0 != 0 } }

  /// On both sides of the size up to which elements are inserted; equal elements keep their order, NaN comes last, -0 is 0.
  @Test(arguments: [1, 39, 41, 1000], [DType.uint8, .int32, .int64, .bfloat16, .float32, .float64])
  func sortingIsStable(_ n: Int, _ dtype: DType) throws {
    var numbers = try randomIntegers(RandomKey(seed: n), [3, n], low: dtype == .uint8 ? 0 : -20, high: 20).cast(to: .float64)
      .scalars(Double.self)
    if dtype.isFloating, n > 10 { numbers.replaceSubrange(1..<6, with: [.nan, -0.0, 0, -.infinity, -.nan]) }
    let places = try argsort(Tensor(numbers, shape: [3, n]).cast(to: dtype)).scalars(Int64.self)
    let expected = (0..<3).flatMap { row -> [Int64] in
      let line = numbers[row * n..<(row + 1) * n].map { $0.isNaN ? Double.infinity : $0 }
      return line.indices.sorted { (line[$0], $0) < (line[$1], $1) }.map(Int64.init)
    }
    #expect(places == expected)
  }

  @Test func sortingTellsLargeWholeNumbersApart() throws {
    let large = Int64(1) << 60
    #expect(try argsort(Tensor([large + 1, large, -large, -large - 1])).scalars(Int64.self) == [3, 2, 1, 0])
  }

  /// Sizes around those at which problems are divided; matrices whose eigenvalues are equal, clustered, or far from 1.
  @Test(arguments: [1, 2, 3, 32, 33, 65, 200]) func eigenvectors(_ n: Int) throws {
    let draw = try normal(RandomKey(seed: n), [n, n], dtype: .float64)
    let low = try draw.narrowed(axis: 1, 0..<(n + 1) / 2)
    let diagonal = try Tensor.arange(n, dtype: .float64)
    let chain = try equal(abs(diagonal.expanded(1) - diagonal.expanded(0)), 1).cast(to: .float64)
    let matrices = try [
      draw + draw.transposed(), matmul(low, low.transposed()), .eye(n, dtype: .float64), .zeros([n, n], dtype: .float64),
      (draw + draw.transposed()) * 1e200, (draw + draw.transposed()) * 1e-200, chain,
    ]
    for (index, x) in matrices.enumerated() {
      let (values, vectors) = try eigh(x)
      let size = try Swift.max(max(abs(x)).item(), 1e-300)
      let again = try matmul(vectors * (values / size), vectors.transposed())
      #expect(try allClose(again, x / size, rtol: 0, atol: 1e-13 * Double(n)), "\(index)")
      #expect(try allClose(matmul(vectors.transposed(), vectors), .eye(n, dtype: .float64), rtol: 0, atol: 1e-13 * Double(n)), "\(index)")
      let list = try values.scalars(Double.self)
      #expect(list == list.sorted(), "\(index)")
    }
  }
}
