// A vertex of the graph: an operation on inputs, and its value once something needed it.
// Graph and trace are immutable; `value`, `inputs` (forgotten after evaluation) and the plan's scratch fields
// change only under the evaluator's lock, so that no access needs watching. Handles count how many Tensors outside the
// graph can still ask for this node's value: the evaluator keeps such values and frees all others after their last use.

import Synchronization

final class Node: @unchecked Sendable {
  /// Nodes are numbered as they are made, so inputs have smaller numbers: sorting by number is a topological order.
  let number: UInt64
  let primitive: any Primitive
  @exclusivity(unchecked) private(set) var inputs: [Node]
  let shape: [Int]
  let dtype: DType
  let traces: TraceSet?
  /// The number that a Fill repeats: groups take it as an immediate, without memory.
  let fill: Double?
  /// Where it was recorded; nil unless numbers are being checked.
  let origin: Origin?
  @exclusivity(unchecked) var value: NDArray?

  fileprivate let handles = Atomic<Int>(0)

  /// Whether a tensor outside the graph can ask for this node's value.
  var isHeld: Bool { handles.load(ordering: .relaxed) > 0 }

  /// Scratch of the evaluation under way: position in its plan, valid while `plan` names that evaluation.
  @exclusivity(unchecked) var position = 0
  @exclusivity(unchecked) var plan: UInt64 = 0

  /// Scratch of the walk that records a differentiation: its place in the record, valid while `walk` names the tracer. Other
  /// walks of the same time never meet this node.
  @exclusivity(unchecked) var place = 0
  @exclusivity(unchecked) var walk: UInt64 = 0

  /// Scratch of the elementwise group being run, valid while `group` names it: which of its instructions or inputs
  /// this is.
  @exclusivity(unchecked) var group: UInt64 = 0
  @exclusivity(unchecked) var slot = 0
  @exclusivity(unchecked) var isInstruction = false

  /// Whether memory holds bfloat16 under a float32 node: a rounding, or a view of one. See Rounding.swift.
  let isRounded: Bool
  /// The rounding of this node, while products hold it; guarded by the lock.
  weak var rounding: Node?
  static let roundings = Mutex(())

  private static let count = Atomic<UInt64>(0)

  init(
    _ primitive: any Primitive, _ inputs: [Node], _ result: Operand, traces: TraceSet?,
    fill: Double? = nil, value: NDArray? = nil, isRounded: Bool = false
  ) {
    number = Node.count.wrappingAdd(1, ordering: .relaxed).newValue
    self.primitive = primitive
    self.inputs = inputs
    self.shape = result.shape
    self.dtype = result.dtype
    self.traces = traces
    self.fill = fill
    // The flags first: asking for a type costs more than the rest of a node.
    self.isRounded = isRounded || ((inputs.first?.isRounded ?? false) && (primitive is Permute || primitive is Reshape))
    self.value = value
    origin = Recording.origin
  }

  var operand: Operand { Operand(shape: shape, dtype: dtype) }
  var isTraced: Bool { traces?.isActive ?? false }

  /// Reads an equal node instead of an input: the same numbers, computed once.
  func read(_ node: Node, asInput index: Int) { inputs[index] = node }

  /// Forgets the inputs of an evaluated node that no running differentiation will walk.
  func detachIfPossible() {
    guard value != nil, !inputs.isEmpty, !isTraced else { return }
    release(inputs: &inputs)
  }

  deinit {
    if !inputs.isEmpty { release(inputs: &inputs) }
  }

  /// Lets go of inputs without recursing: a chain of a million nodes must not overflow the stack.
  private func release(inputs: inout [Node]) {
    // Most nodes are not the last to hold what they read.
    guard inputs.indices.contains(where: { isKnownUniquelyReferenced(&inputs[$0]) && !inputs[$0].inputs.isEmpty }) else {
      return inputs = []
    }
    var pending = inputs
    inputs = []
    while var node = pending.popLast() {
      if isKnownUniquelyReferenced(&node), !node.inputs.isEmpty {
        pending.append(contentsOf: node.inputs)
        node.inputs = []
      }
    }
  }
}

/// A Tensor's hold on its node.
final class Handle: @unchecked Sendable {
  /// Never set again; a variable because only of variables can be asked whether others hold them too.
  private(set) var node: Node

  init(_ node: Node) {
    self.node = node
    node.handles.wrappingAdd(1, ordering: .relaxed)
  }

  /// The node's value where nobody else holds the node, the value or its memory: then it may be overwritten.
  /// The caller must hold the only reference to this handle.
  var ownValue: NDArray? {
    guard isKnownUniquelyReferenced(&node), node.inputs.isEmpty, var value = node.value.take() else { return nil }
    let isOwn = NDArray.isOverwritable(&value)
    node.value = value
    return isOwn ? value : nil
  }

  deinit { node.handles.wrappingSubtract(1, ordering: .relaxed) }
}
