// Nodes without operands, and the two that mark where derivatives begin and end.

/// A value known from the start.
struct Constant: Primitive {
  var name: String { "constant" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    throw TensorError(.value, name, inputs, "a constant is made with its value")
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    throw TensorError(.value, name, [], "a constant is made with its value")
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? { nil }
  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] { [] }
}

/// One number everywhere. Its node carries the number too (Node.fill), where the evaluator finds it at once.
struct Fill: Primitive {
  let value: Double

  var name: String { "full" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand {
    throw TensorError(.value, name, inputs, "a fill is made with its shape")
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    throw TensorError(.value, name, [], "a fill is never run: its node holds the number")
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? { nil }
  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] { [] }
}

/// y = x. Leaves of a differentiation are such nodes, so that an outer differentiation still reaches x.
struct Identity: Primitive {
  var name: String { "identity" }
  var fusion: ElementwiseStep? { nil }

  func result(of inputs: [Operand]) throws -> Operand { inputs[0] }
  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray { inputs[0] }
  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? { dx[0] }
  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] { [dy] }
}

/// The value of x, held constant by every derivative.
public func stopGradient(_ x: Tensor) throws -> Tensor {
  guard x.isDifferentiable else { return x }
  // The same computation without a trace: walks never enter it.
  return Tensor(Node(Identity(), [x.node], x.operand, traces: nil))
}
