// Graphs of a million nodes: built, evaluated, differentiated and freed without recursion, on test threads with
// their small stacks.

import Testing

@testable import Tensor

private func double(_ value: Double) -> Tensor { Tensor(value, dtype: .float64) }

private func chain(_ x: Tensor, _ length: Int, _ step: (Tensor) throws -> Tensor) throws -> Tensor {
  var x = x
  for _ in 0..<length { x = try step(x) }
  return x
}

  /// Each reads the same tensor: looking for equal operations must not compare all with all.
  @Test func manyReadersOfOneTensorAreEvaluated() throws {
    let x = try double(3).reshaped([1]).broadcast(to: [7]).evaluated()
    var total = try x.sliced([.index(0)])
    for place in 1..<50_000 { total = try total + x.sliced([.index(place % 7)]) }
    #expect(try total.item() == 150_000)
  }

@Suite struct DeepGraphTests {
  @Test func aChainOfAMillionNodesIsEvaluated() throws {
    let x = try chain(Tensor([0.0]), 1_000_000) { try $0 + 1 }
    #expect(try x.item() == 1_000_000)
    #expect(x.node.inputs.isEmpty)
  }

  @Test func aChainThatNobodyEvaluatesIsFreed() throws {
    weak var first: Node?
    do {
      let x = try Tensor([0.0]) + 0
      first = x.node
      _ = try chain(x, 1_000_000) { try $0 * 2 }
    }
    #expect(first == nil)
  }

  @Test func sharedOperandsAndUnfusedStepsAreFreedToo() throws {
    var x = try Tensor([1.0, 2])
    for _ in 0..<200_000 { x = try (x + x).flipped() }
    x = try Tensor([1.0])
    var held: [Tensor] = []
    for _ in 0..<200_000 {
      x = try x + 1
      held.append(x)
    }
    held.reverse()
    while !held.isEmpty { held.removeLast() }
    #expect(try x.item() == 200_001)
  }

  @Test func gradientsOfAChain() throws {
    let gradient = try grad({ try chain($0[0], 300_000) { try $0 * 1 } }, at: [double(2)])[0]
    #expect(try gradient.item() == 1)
  }

  @Test func tangentsOfAChain() throws {
    let result = try jvp({ [try chain($0[0], 300_000) { try $0 * 1 + 0 }] }, at: [double(2)], along: [double(3)])
    #expect(try result.tangents[0]?.item() == 3)
  }

  @Test func gradientsOfAGradientOfAChain() throws {
    func first(_ x: Tensor) throws -> Tensor { try grad({ try chain($0[0] * $0[0], 30_000) { try $0 * 1 } }, at: [x])[0] }
    #expect(try grad({ try first($0[0]) }, at: [double(2)])[0].item() == 2)
  }

  /// An error in the middle of a long evaluation leaves a graph that can be freed and a runtime that goes on.
  @Test func anErrorInTheMiddleOfAChain() throws {
    let far = try Tensor([Int32(7)])
    let x = try chain(Tensor([0.0, 1]), 300_000) { try $0 + 1 }
    let y = try chain(take(x, far + 0), 300_000) { try $0 + 1 }
    #expect(throws: TensorError.self) { try y.item() }
    #expect(try sum(x).item() == 600_001)
  }
}
