// What an operation must know of itself. A primitive is complete or does not compile: no requirement has a
// default. Derivative rules are written in public tensor operations, so every order of derivative exists.

/// An operation of the graph with one result. Equal primitives give equal results for equal inputs: the evaluator computes
/// them once.
///
/// Rules may assume what the walks guarantee: cotangents have the result's shape and type, and a rule may answer
/// a broadcast shape (the walk sums it back to the input's). nil is the symbolic zero.
protocol Primitive: Sendable, Equatable {
  /// The name users know it by.
  var name: String { get }

  /// The elementwise step this is, for the evaluator to fuse; nil for everything else.
  var fusion: ElementwiseStep? { get }

  /// Shape and type of the result, or what is wrong with the inputs.
  func result(of inputs: [Operand]) throws -> Operand

  /// The value. Inputs may be strided views; so may the result.
  func evaluate(_ inputs: consuming [NDArray], on device: any Device) throws -> NDArray

  /// The tangent of y = f(x) along dx.
  func jvp(_ x: [Tensor], _ dx: [Tensor?], _ y: Tensor) throws -> Tensor?

  /// The cotangents of x, given dy.
  func vjp(_ x: [Tensor], _ y: Tensor, _ dy: Tensor) throws -> [Tensor?]
}

/// An operation that costs more than the memory of its result.
protocol CostlyPrimitive: Primitive {}

/// An operation that can give its result the memory of an input: those that nobody else will read are held by the list of
/// inputs alone.
protocol OverwritingPrimitive: Primitive {}

extension Primitive {
  /// Records the operation; nothing is computed.
  func callAsFunction(_ inputs: Tensor...) throws -> Tensor { try apply(inputs) }

  func apply(_ inputs: [Tensor]) throws -> Tensor {
    let nodes = inputs.map(\.node)
    let operands = nodes.map(\.operand)
    let result = try result(of: operands)
    // Broadcasting and joining can ask for more elements than an Int counts.
    _ = try elementCount(result.shape, for: name, operands)
    // Whole numbers carry no derivative, so neither do the nodes behind them.
    let traces = result.dtype.isFloating ? TraceSet.union(of: nodes) : nil
    return Tensor(Node(self, nodes, result, traces: traces))
  }
}

/// The sum of two tangents or cotangents, either of which may be the symbolic zero.
func plus(_ a: Tensor?, _ b: Tensor?) throws -> Tensor? {
  guard let a else { return b }
  guard let b else { return a }
  return try a + b
}
