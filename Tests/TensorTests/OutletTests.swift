// Values handed over in the middle of an evaluation: the same as those that are kept, each once, early, and without
// harm where somebody breaks off.

import Testing

@testable import Tensor

/// What an outlet was given.
private final class Taken {
  var values: [Int: [Float]] = [:]
  var order: [Int] = []
  /// How many steps had been begun at each call.
  var steps: [Int] = []
  private var begun = 0

  struct Enough: Error {}

  /// - Parameters:
  ///   - most: more values than these are refused; mostSteps: more steps are.
  func outlet(most: Int = .max, mostSteps: Int = .max) -> Outlet {
    Outlet(
      take: { [self] place, bytes in
        guard order.count < most else { throw Enough() }
        #expect(values[place] == nil, "\(place) came twice")
        values[place] = Array(bytes.bindMemory(to: Float.self))
        order.append(place)
        steps.append(begun)
      },
      between: { [self] in
        begun += 1
        guard begun <= mostSteps else { throw Enough() }
      })
  }
}

@Suite struct OutletTests {
  private func inputs() throws -> (x: Tensor, w: Tensor) {
    (try uniform(RandomKey(seed: 1), [30, 20], low: -1, high: 1), try uniform(RandomKey(seed: 2), [20, 20], low: -1, high: 1))
  }

  /// Products, chains with and without a reduction, views, numbers, values known before, one tensor twice, none at all.
  private func all() throws -> [Tensor] {
    let (x, w) = try inputs()
    let product = try matmul(x, w), chain = try tanh(product) * 2 + 1
    let known = try matmul(w, w).evaluated()
    return try [
      product, chain, sum(square(chain), axes: [1]), product.transposed(), product.narrowed(axis: 0, 3..<5), Tensor.zeros([3, 2]), known, product,
      chain + known.narrowed(axis: 0, 0..<1), Tensor.zeros([0, 4]) * 2, sum(chain), known.transposed(),
    ]
  }

  @Test func valuesAreThoseOfAnEvaluation() throws {
    let taken = Taken(), tensors = try all()
    try evaluate(tensors, into: taken.outlet())
    #expect(taken.order.count == tensors.count)
    for (place, tensor) in try all().enumerated() { #expect(try taken.values[place] == tensor.scalars(Float.self), "\(place)") }
    // They are not kept; whoever asks gets them anew.
    for place in [0, 1, 2, 8, 10] {
      #expect(tensors[place].heldBytes == 0, "\(place)")
      #expect(try tensors[place].scalars(Float.self) == taken.values[place])
    }
    #expect(tensors[6].heldBytes > 0, "a value known before stays")
  }

  /// Backpropagation ends with the last layer first, long before it ends.
  @Test func gradientsComeWhileTheRestIsComputed() throws {
    let (x, w) = try inputs()
    let layers = try (0..<6).map { try w * Double($0 + 1) }
    func gradients() throws -> [Tensor] {
      try grad({ layers in try sum(layers.reduce(x) { try tanh(matmul($0, $1)) }) }, at: layers)
    }
    let taken = Taken()
    try evaluate(gradients(), into: taken.outlet())
    #expect(taken.order == [5, 4, 3, 2, 1, 0])
    #expect(zip(taken.steps, taken.steps.dropFirst()).allSatisfy { $0 < $1 }, "\(taken.steps)")
    for (place, gradient) in try gradients().enumerated() { #expect(try taken.values[place] == gradient.scalars(Float.self)) }
  }

  @Test func whoeverBreaksOffLosesNothing() throws {
    let taken = Taken(), tensors = try all()
    #expect(throws: Taken.Enough.self) { try evaluate(tensors, into: taken.outlet(most: 3)) }
    #expect(taken.order.count == 3)
    let late = Taken()
    #expect(throws: Taken.Enough.self) { try evaluate(tensors, into: late.outlet(mostSteps: 2)) }
    #expect(late.order.count < tensors.count)
    for (place, tensor) in try all().enumerated() { #expect(try tensors[place].scalars(Float.self) == tensor.scalars(Float.self)) }
  }

  @Test func anErrorComesAfterWhatWasReady() throws {
    let (x, w) = try inputs()
    // The second has no room in any machine.
    let good = try matmul(x, w), bad = try matmul(Tensor.ones([1 << 21, 1]) + 1, Tensor.ones([1, 1 << 21]))
    let taken = Taken()
    #expect(throws: TensorError.self) { try evaluate([good, bad], into: taken.outlet()) }
    #expect(taken.order == [0])
    #expect(try good.scalars(Float.self) == taken.values[0])
  }
}
