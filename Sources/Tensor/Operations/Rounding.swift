// Products in bfloat16 with sums in float32: their factors are rounded first, once however many products share one.
// A rounded tensor is float32 to the graph, so that tangents and cotangents pass through it unrounded, and bfloat16 in
// memory. Only products read it.

import Synchronization

/// How matrix products and convolutions of float32 tensors are computed.
public enum ProductPrecision: String, Sendable, CaseIterable {
  /// In float32 throughout.
  case float32
  /// Factors rounded to bfloat16 (8 bits of precision), sums in float32; parameters and everything else stay float32.
  case bfloat16

  private static let chosen = Atomic<Int>(0)

  /// What products recorded from now on do; derivatives follow the product they belong to.
  public static var current: ProductPrecision {
    get { allCases[chosen.load(ordering: .relaxed)] }
    set { chosen.store(newValue == .float32 ? 0 : 1, ordering: .relaxed) }
  }
}

/// x, float32, rounded to the nearest bfloat16, ties to even; held in 16 bits.
struct Rounding: Primitive {
  var name: String { "round to bfloat16" }
  var fusion: ElementwiseStep? { .round }

  func result(of inputs: [Operand]) throws -> Operand { inputs[0] }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    let program = ElementwiseProgram(.round, [.input(0)], of: inputs[0].dtype, dtype: .bfloat16)
    return try device.elementwise(program, inputs, shape: inputs[0].shape)[0]
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? { dx[0] }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] { [dy] }
}

extension Tensor {
  /// This tensor rounded for products; the same node each time, as long as anything holds it.
  func rounded() -> Tensor {
    if node.isRounded { return self }
    return Node.roundings.withLock { _ in
      if let known = node.rounding { return Tensor(known) }
      let traces = TraceSet.union(of: [node])
      let result = Tensor(Node(Rounding(), [node], operand, traces: traces, isRounded: true))
      node.rounding = result.node
      return result
    }
  }
}
