// The elementwise primitive: one record an operation, with its derivative beside it.
// y is the result, d a tangent or cotangent of it: for one operand both rules are the same product.

import CKernels

/// An operation on corresponding elements, with NumPy's broadcasting. A class, so that a node costs a reference to it.
final class Elementwise: Primitive {
  /// The derivative of a one-operand operation: (x, y, d) -> d * f'(x).
  typealias UnaryRule = @Sendable (_ x: Tensor, _ y: Tensor, _ d: Tensor) throws -> Tensor?
  /// The share of one operand of two: (a, b, y, d) -> d * df/da.
  typealias BinaryRule = @Sendable (_ a: Tensor, _ b: Tensor, _ y: Tensor, _ d: Tensor) throws -> Tensor?

  enum Derivative: Sendable {
    case unary(UnaryRule)
    case binary(BinaryRule, BinaryRule)
    /// Piecewise constant, or no number at all.
    case zero
    case select
  }

  /// Which operand types an operation takes and what it answers.
  enum Typing: Sendable {
    case sameNumber, sameFloat, comparison, logic, select
  }

  let name: String
  let step: ElementwiseStep
  let typing: Typing
  let derivative: Derivative

  var fusion: ElementwiseStep? { step }

  init(name: String, step: ElementwiseStep, typing: Typing, derivative: Derivative) {
    (self.name, self.step, self.typing, self.derivative) = (name, step, typing, derivative)
  }

  /// There is one operation of a name.
  static func == (a: Elementwise, b: Elementwise) -> Bool { a.name == b.name }

  func result(of inputs: [Operand]) throws -> Operand {
    let shape = try broadcastShape(inputs, for: name)
    let dtype = inputs[inputs.count - 1].dtype
    switch typing {
    case .sameNumber where dtype == .bool:
      throw TensorError(
        .type, name, inputs, "not defined for bool", hint: "not_equal and logical_not compare; cast(x, \"int32\") counts")
    case .sameFloat where !dtype.isFloating:
      throw TensorError(
        .type, name, inputs, "not defined for \(dtype)", hint: "cast(x, \"float32\") first")
    case .logic where inputs.contains { $0.dtype != .bool }:
      throw TensorError(.type, name, inputs, "needs bool", hint: "compare first, x > 0 say")
    case .sameNumber, .sameFloat: return Operand(shape: shape, dtype: dtype)
    case .comparison, .logic: return Operand(shape: shape, dtype: .bool)
    case .select: return Operand(shape: shape, dtype: dtype)
    }
  }

  func evaluate(_ inputs: [NDArray], on device: any Device) throws -> NDArray {
    // The evaluator runs elementwise nodes in groups; alone, one is a group of its own.
    let result = try result(of: inputs.map { Operand(shape: $0.shape, dtype: $0.dtype) })
    let operands = inputs.indices.map { ElementwiseProgram.Source.input($0) }
    let program = ElementwiseProgram(step, operands, of: inputs[0].dtype, dtype: result.dtype)
    return try device.elementwise(program, inputs, shape: result.shape)[0]
  }

  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor? {
    switch derivative {
    case .zero: return nil
    case .unary(let rule): return try dx[0].flatMap { try rule(x[0], y, $0) }
    case .binary(let left, let right):
      return try plus(
        dx[0].flatMap { try left(x[0], x[1], y, $0) }, dx[1].flatMap { try right(x[0], x[1], y, $0) })
    case .select:
      guard dx[1] != nil || dx[2] != nil else { return nil }
      return try select(x[0], dx[1] ?? Tensor(0, dtype: y.dtype), dx[2] ?? Tensor(0, dtype: y.dtype))
    }
  }

  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?] {
    switch derivative {
    case .zero: return x.map { _ in nil }
    case .unary(let rule): return [try rule(x[0], y, dy)]
    case .binary(let left, let right):
      return [
        x[0].isDifferentiable ? try left(x[0], x[1], y, dy) : nil,
        x[1].isDifferentiable ? try right(x[0], x[1], y, dy) : nil,
      ]
    case .select:
      let zero = Tensor(0, dtype: dy.dtype)
      return [nil, try select(x[0], dy, zero), try select(x[0], zero, dy)]
    }
  }
}

extension Tensor {
  /// Whether any running differentiation depends on this tensor: rules skip the cotangents of others.
  var isDifferentiable: Bool { node.traces != nil }
}

extension Optional {
  /// flatMap for throwing rules; nil, the symbolic zero, stays nil.
  fileprivate func flatMap<R>(_ rule: (Wrapped) throws -> R?) throws -> R? {
    guard let value = self else { return nil }
    return try rule(value)
  }
}
