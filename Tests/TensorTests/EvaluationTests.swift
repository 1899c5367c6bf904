// The evaluator: fusion, lifetimes, types, interrupts, threads.

import Testing

@testable import Tensor

@Suite(.serialized) struct EvaluationTests {
  /// A long mixed graph gives what one operation at a time gives.
  @Test func fusionChangesNoValue() throws {
    let x = try uniform(RandomKey(seed: 1), [300, 70], low: -1, high: 1)
    let bias = try uniform(RandomKey(seed: 2), [70], low: -1, high: 1)
    func chain(_ step: (Tensor) throws -> Tensor) throws -> Tensor {
      let a = try step(x * 2 + bias)
      let b = try step(tanh(a) * a)
      let c = try step(sum(b, axes: [1], keepDims: true))
      return try step(select(greater(b, c), b, c * 0.5) - a)
    }
    let fused = try chain { $0 }.scalars(Float.self), single = try chain { try $0.evaluated() }.scalars(Float.self)
    #expect(fused == single)
  }

  /// Rows shorter than a block, as long, a little longer, and of many blocks; the same for one thread and for two.
  @Test(arguments: [[3, 1], [1, 3000], [2000, 7], [5, 1024], [3, 1025], [2, 5000], [70_000], [4, 3, 500]])
  func reductionsAtTheEndOfAChain(_ shape: [Int]) throws {
    let x = try uniform(RandomKey(seed: 9), shape, low: -1, high: 1)
    for axes in [[shape.count - 1], Array(shape.indices)] {
      for reduction in [sum, max, min] as [(Tensor, [Int]?, Bool) throws -> Tensor] {
        let fused = try reduction(square(x) * 3 - x, axes, false)
        #expect(graphText(of: [fused]).contains("in 1 steps"))
        let apart = try reduction((square(x) * 3 - x).evaluated(), axes, false).scalars(Float.self)
        for (a, b) in zip(try fused.scalars(Float.self), apart) { #expect(abs(a - b) <= 2e-6 * Swift.max(1, abs(b)), "\(shape) \(axes)") }
        let former = Threads.count
        defer { Threads.count = former }
        Threads.count = 1
        let again = try reduction(square(x) * 3 - x, axes, false)
        #expect(try again.scalars(Float.self) == fused.scalars(Float.self))
      }
    }
  }

  /// A chain whose result others read as well, and two outputs that could take the same memory.
  @Test func memoryIsTakenOverOnlyFromTheDead() throws {
    let x = try uniform(RandomKey(seed: 10), [300, 50], low: -1, high: 1)
    let a = try matmul(x, .ones([50, 50])), kept = try matmul(x, .ones([50, 50]) * 2)
    let alone = try (a.evaluated(), kept.evaluated())
    let copies = try (alone.0.scalars(Float.self), alone.1.scalars(Float.self))
    // The product dies in the chain, its sum and its double live on; the other product is still held.
    let product = try matmul(x, .ones([50, 50]))
    let double = try product * 2, shifted = try product + kept
    try evaluate([double, shifted])
    #expect(try double.scalars(Float.self) == copies.0.map { $0 * 2 })
    #expect(try shifted.scalars(Float.self) == zip(copies.0, copies.1).map { $0 + $1 })
    #expect(try kept.scalars(Float.self) == copies.1)
  }

  /// A view of a product keeps its memory from the chain that reads the product last, computed before the chain or after it.
  @Test func memoryUnderAViewIsNotTakenOver() throws {
    let x = try uniform(RandomKey(seed: 10), [300, 50], low: -1, high: 1).evaluated()
    let expected = try matmul(x, .ones([50, 50])).scalars(Float.self)
    for viewIsFirst in [true, false] {
      func made() throws -> [Tensor] {
        let product = try matmul(x, .ones([50, 50]))
        if viewIsFirst { return [try product.reshaped([-1]), try product * 2] }
        let double = try product * 2
        return [try product.reshaped([-1]), double]
      }
      let results = try made()
      try evaluate(results)
      #expect(try results[0].scalars(Float.self) == expected)
      #expect(try results[1].scalars(Float.self) == expected.map { $0 * 2 })
    }
  }

  /// The same sums as composed, bit for bit: of one block, of many, of a view, of nothing.
  @Test func aSumOfSquaresIsTheComposedOne() throws {
    let x = try uniform(RandomKey(seed: 12), [300, 50], low: -1, high: 1).evaluated()
    let tensors = try [x, x.narrowed(axis: 0, 3..<7).transposed(), .ones([3]), Tensor(2), .zeros([0, 4])]
    let apart = try tensors.filter { $0.count > 0 }.map { try sum(square($0)) }
    #expect(try sumOfSquares(tensors).item() == sum(stack(apart)).item())
    #expect(try sumOfSquares([.zeros([0])]).item() == 0)
    #expect(try sumOfSquares([Tensor([Int32(3), 4]), Tensor(1, dtype: .float64)]).dtype == .float64)
    #expect(throws: TensorError.self) { try sumOfSquares([]) }
  }

  @Test func anIndexOfASliceIsOneNode() throws {
    let x = try normal(RandomKey(seed: 13), [3, 4, 5]).evaluated()
    let part = try x.sliced([.index(1), .range(start: 1, stop: 3, step: 1), .index(-1)])
    #expect(part.shape == [2] && graphText(of: [part]).contains("1 operations pending"))
    let all = try x.scalars(Float.self)
    #expect(try part.scalars(Float.self) == [all[29], all[34]])
    // An axis of size 1 is there whole: nothing to cut, and yet it goes.
    #expect(try Tensor.ones([1, 3]).evaluated().sliced([.index(0)]).shape == [3])
  }

  @Test func equalOperationsRunOnce() throws {
    let x = try uniform(RandomKey(seed: 11), [40, 40], low: -1, high: 1).evaluated()
    let y = try matmul(x, x) + matmul(x, x)
    #expect(graphText(of: [y]).contains("2 operations pending"))
    // Differently rounded, reduced or transposed, they are not equal.
    let z = try sum(x, axes: [0]) + sum(x, axes: [1]) + sum(x.transposed(), axes: [1])
    #expect(graphText(of: [z]).contains("6 operations pending"))
    let expected = try matmul(x, x).evaluated().scalars(Float.self)
    #expect(try y.scalars(Float.self) == expected.map { $0 * 2 })
    // What is asked for is computed under its own name, twin or not; a walk in progress keeps its way.
    let twins = try [exp(x), exp(x)]
    try evaluate(twins)
    #expect(try twins[0].scalars(Float.self) == twins[1].scalars(Float.self))
    let slope = try grad(
      { x in
        let square = try matmul(x[0], x[0])
        _ = try sum(square + matmul(x[0], x[0])).item()
        return try sum(square) + sum(matmul(x[0], x[0]))
      }, at: [x])[0]
    let single = try grad({ try sum(matmul($0[0], $0[0])) }, at: [x])[0]
    for (a, b) in zip(try slope.scalars(Float.self), try single.scalars(Float.self)) { #expect(abs(a - 2 * b) < 1e-4) }
  }

  /// Memory is counted for the process, the other tests included: so this runs in one of its own.
  @Test func sharedPartsAreComputedOnceAndFreed() async {
    await #expect(processExitsWith: .success) {
      let before = StoragePool.shared.liveBytes
      do {
        let x = try uniform(RandomKey(seed: 3), [512, 512])
        var y = x
        for _ in 0..<50 { y = try matmul(y, x) * (1 / 512) }
        _ = try sum(y).item()
      }
      // Only the peak may have grown: nothing of the chain stays.
      #expect(StoragePool.shared.liveBytes <= before + 4096)
    }
  }

  @Test func valuesThatSomebodyHoldsAreKept() throws {
    let x = try Tensor.ones([4]) + 1
    let y = try x * 3
    _ = try y.scalars(Float.self)
    #expect(x.node.value != nil)
    #expect(x.node.inputs.isEmpty)
  }

  /// An interrupt stops whatever the process evaluates, the other tests included: so this runs in one of its own.
  @Test func anInterruptStopsBetweenStepsAndLosesNothing() async {
    await #expect(processExitsWith: .success) {
      let x = try matmul(Tensor.ones([64, 64]), .ones([64, 64]))
      Interrupt.request()
      #expect(throws: Interrupted.self) { try x.scalars(Float.self) }
      Interrupt.clear()
      #expect(try x.scalars(Float.self)[0] == 64)
    }
  }

  /// Rounded factors: exact in bfloat16's 8 bits, sums in float32, one rounding for all products of a tensor.
  @Test func productsOfRoundedFactors() async {
    await #expect(processExitsWith: .success) {
      let a = try normal(RandomKey(seed: 1), [40, 70]), b = try normal(RandomKey(seed: 2), [70, 30])
      let plain = try matmul(a.cast(to: .bfloat16).cast(to: .float32), b.cast(to: .bfloat16).cast(to: .float32))
      ProductPrecision.current = .bfloat16
      let product = try matmul(a, b)
      #expect(product.dtype == .float32)
      #expect(try allClose(product, plain, rtol: 1e-5, atol: 1e-5))
      let first = a.rounded(), second = a.rounded()
      #expect(first.node === second.node)
      // Derivatives of every order round their factors too, and nothing else.
      let both = try grad({ try sum(square(matmul($0[0], $0[1]))) }, at: [a, b])
      let exact = try (matmul(plain * 2, b.transposed()), matmul(a.transposed(), plain * 2))
      #expect(try allClose(both[0], exact.0, rtol: 2e-2, atol: 0.5) && allClose(both[1], exact.1, rtol: 2e-2, atol: 0.5))
      let twice = try grad({ try sum(grad({ try sum(square(matmul($0[0], b))) }, at: [$0[0]])[0]) }, at: [a])
      #expect(twice[0].shape == a.shape)
      let image = try normal(RandomKey(seed: 3), [2, 9, 8, 16]), kernel = try normal(RandomKey(seed: 4), [3, 3, 16, 16])
      func convolved(_ x: [Tensor]) throws -> Tensor { try conv2d(x[0], x[1], stride: [2, 1], padding: .same) }
      let rounded = try vjp({ [try convolved($0)] }, at: [image, kernel])
      let dy = try normal(RandomKey(seed: 5), rounded.outputs[0].shape)
      let exactly = try vjp({ [try convolved($0)] }, at: [image.cast(to: .float64), kernel.cast(to: .float64)])
      #expect(rounded.outputs[0].dtype == .float32)
      let exactParts = try exactly.outputs + exactly.pullback([dy.cast(to: .float64)]).map { try #require($0) }
      let roundedParts = try rounded.outputs + rounded.pullback([dy]).map { try #require($0) }
      for (part, exact) in zip(roundedParts, exactParts) {
        let share = try sqrt(sum(square(part.cast(to: .float64) - exact)) / sum(square(exact))).item()
        #expect((1e-5..<1e-2).contains(share))
      }
      #expect(try matmul(a.cast(to: .float64), b.cast(to: .float64)).dtype == .float64)
    }
  }

  @Test func resultsDoNotDependOnTheNumberOfThreads() throws {
    let count = Threads.count
    defer { Threads.count = count }
    func run() throws -> [Float] {
      let x = try normal(RandomKey(seed: 4), [70_000, 3])
      let w = try normal(RandomKey(seed: 5), [3, 90])
      let y = try softmax(matmul(x, w))
      return try concat([sum(y, axes: [0]), sum(y).reshaped([1]), sum(tanh(x)).reshaped([1])]).scalars(Float.self)
    }
    Threads.count = 1
    let one = try run()
    Threads.count = 2
    #expect(try run() == one)
  }

  @Test(arguments: DType.allCases) func castsBetweenAllTypes(_ from: DType) throws {
    let x = try Tensor([Float(0), 1, 2, 1]).cast(to: from)
    for to in DType.allCases {
      let values = try x.cast(to: to).scalars(Double.self)
      #expect(values == (from == .bool || to == .bool ? [0, 1, 1, 1] : [0, 1, 2, 1]))
    }
  }

  @Test func promotion() throws {
    let whole = try Tensor([Int32(1), 2]), real = try Tensor([Float(0.5), 1])
    #expect(try (whole + real).dtype == .float32)
    #expect(try (whole * 2).dtype == .int32)
    #expect(try (whole * 0.5).dtype == .float32)
    #expect(try (whole / whole).dtype == .float32)
    #expect(try (real.cast(to: .bfloat16) + 1).dtype == .bfloat16)
    #expect(try sum(greater(real, real)).dtype == .int64)
  }

  @Test func matrixProductsInEveryType() throws {
    let x = try randomIntegers(RandomKey(seed: 6), [40, 50], low: -3, high: 4)
    let y = try randomIntegers(RandomKey(seed: 7), [50, 60], low: -3, high: 4)
    let expected = try matmul(x.cast(to: .float64), y.cast(to: .float64)).scalars(Double.self)
    for dtype in [DType.int32, .int64, .float32] {
      #expect(try matmul(x.cast(to: dtype), y.cast(to: dtype)).scalars(Double.self) == expected)
    }
    let rounded = try matmul(x.cast(to: .bfloat16), y.cast(to: .bfloat16)).scalars(Double.self)
    for (a, b) in zip(rounded, expected) { #expect(abs(a - b) <= abs(b) / 128) }
  }

  @Test func largeProductsAgreeWithFloat64() throws {
    for (m, k, n) in [(129, 257, 65), (1, 300, 300), (300, 300, 1), (2816, 64, 170), (3, 70_000, 5)] {
      let a = try normal(RandomKey(seed: m), [m, k]), b = try normal(RandomKey(seed: n), [k, n])
      let exact = try matmul(a.cast(to: .float64), b.cast(to: .float64))
      #expect(try allClose(matmul(a, b), exact, rtol: 1e-4, atol: 1e-3))
      let transposed = try matmul(b.transposed(), a.transposed())
      #expect(try allClose(transposed, exact.transposed(), rtol: 1e-4, atol: 1e-3))
    }
  }

  @Test func eigenvectorsDiagonalise() throws {
    let a = try normal(RandomKey(seed: 8), [20, 20]).cast(to: .float64)
    let s = try a + a.transposed()
    let (values, vectors) = try eigh(s)
    #expect(try allClose(matmul(s, vectors), vectors * values, rtol: 1e-10, atol: 1e-10))
  }
}
