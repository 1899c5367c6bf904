// The tensor: a value with a shape, an element type and a node of a graph that is computed when needed.
// Reading order of the module: Graph (what a tensor is), Operations (what can be done with it), Differentiation
// (the two walks), Evaluation (how values come about), Random, Trees.

/// An n-dimensional array of numbers, immutable and lazy.
///
/// Operations check shapes at once and compute nothing; reading elements computes what is needed for them.
public struct Tensor: Sendable {
  var handle: Handle

  init(_ node: Node) { handle = Handle(node) }

  var node: Node { handle.node }

  /// Sizes of the axes; empty for a single number.
  public var shape: [Int] { handle.node.shape }
  public var dtype: DType { handle.node.dtype }
  /// How many axes.
  public var rank: Int { handle.node.shape.count }
  /// How many elements.
  public var count: Int { handle.node.shape.reduce(1, *) }

  var operand: Operand { handle.node.operand }
}

extension Tensor: CustomStringConvertible {
  public var description: String { operand.description }
}
