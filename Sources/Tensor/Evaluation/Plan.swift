// From a pending graph to a list of steps: drops what nobody needs (it is simply never reached), orders the rest,
// computes equal operations on the same inputs once, and fuses elementwise chains.
//
// Fusion: an elementwise node joins the step of its latest input when that step is an elementwise group of the same
// shape, or else the group that began with that step's result; otherwise it begins a group at the end. A group that
// needs no other step waits for its first reader and moves into its group. Steps are numbered as they are made and a
// node's inputs always come from its own step or earlier ones, so no cycle between steps can arise.

/// A step of an evaluation.
enum Step {
  case single(Node)
  case group(ElementwiseGroup)
}

/// Elementwise nodes of one shape that run in one pass, in order. Used under the evaluator's lock.
final class ElementwiseGroup {
  let shape: [Int]
  @exclusivity(unchecked) var nodes: [Node] = []
  /// A reduction of one of them over the last axes, made in the same pass; nobody joins after it.
  @exclusivity(unchecked) var tail: Node?

  init(shape: [Int]) { self.shape = shape }

  /// Longer chains gain nothing more and their blocks would leave the first-level cache.
  static let limit = 48
  /// How many nodes of the program may lie between a group's last node and one that joins it: a result of the backward
  /// pass made in the forward pass, because its inputs are there already, would be held all the time between.
  static let reach = 100
}

extension ElementwiseGroup {
  /// Whether a node reduces a result of this group over its last axes and stands near it in the program.
  fileprivate func takes(tail node: Node) -> Bool {
    guard tail == nil, let last = nodes.last, node.position - last.position < Self.reach,
      let reduction = node.primitive as? Reduce, !shape.contains(0), node.inputs[0].shape == shape,
      reduction.axes == Array(shape.count - reduction.axes.count..<shape.count)
    else { return false }
    return true
  }
}

struct Plan {
  private(set) var steps: [Step] = []
  /// By position in the plan: how many steps still read the value.
  private(set) var readers: [Int] = []
  /// The nodes by position.
  private(set) var nodes: [Node] = []

  /// Plans the evaluation of roots. Must run under the evaluator's lock: it uses the nodes' scratch fields.
  ///
  /// - Parameter fuses: whether elementwise nodes share steps; not while numbers are checked.
  init(roots: [Node], number: UInt64, fuses: Bool = true) {
    collect(roots, number)
    if fuses { share(number) }
    arrange(number, fuses)
  }

  /// Pending nodes in the order in which the program made them: inputs come first, and a parameter's gradient is made
  /// where backpropagation meets it, so that its operands are not kept until all the others are done.
  private mutating func collect(_ roots: [Node], _ number: UInt64) {
    var pending = roots
    while let node = pending.popLast() {
      guard node.value == nil, node.plan != number else { continue }
      node.plan = number
      nodes.append(node)
      for input in node.inputs where input.value == nil && input.plan != number { pending.append(input) }
    }
    nodes.sort { $0.number < $1.number }
    for (position, node) in nodes.enumerated() { node.position = position }
  }

  /// Lets readers of a node read an earlier one that is equal, and drops it. Cheap operations are shared only where they
  /// stand near each other: made anew they cost less than the memory that would be held between.
  private mutating func share(_ number: UInt64) {
    // By the hash of what nodes read: the last of them; -1 where there is none.
    let bits = Int.bitWidth - nodes.count.leadingZeroBitCount + 1
    var latest = [Int](repeating: -1, count: 1 << bits)
    // By position: the equal node's; its own where there is none.
    var equal = Array(nodes.indices)
    // By position: the node before it with the same hash; -1 where there is none.
    var previous = [Int](repeating: -1, count: nodes.count)
    var dropped = 0
    for (position, node) in nodes.enumerated() where !node.inputs.isEmpty {
      for (index, input) in node.inputs.enumerated() where input.plan == number && input.value == nil {
        let other = equal[input.position]
        if other != input.position { node.read(nodes[other], asInput: index) }
      }
      let hash = node.hashOfInputs >> (UInt.bitWidth - bits)
      var candidate = latest[Int(hash)]
      previous[position] = candidate
      // Candidates lie ever further back: a cheap node stops where they leave its reach, however many read the same.
      while candidate >= 0, position - candidate < ElementwiseGroup.reach || node.primitive is any CostlyPrimitive {
        if node.canBeReplaced(by: nodes[candidate]) {
          equal[position] = candidate
          dropped += 1
          break
        }
        candidate = previous[candidate]
      }
      if equal[position] == position { latest[Int(hash)] = position }
    }
    guard dropped > 0 else { return }
    nodes = nodes.indices.filter { equal[$0] == $0 }.map { nodes[$0] }
    for (position, node) in nodes.enumerated() { node.position = position }
  }

  private mutating func arrange(_ number: UInt64, _ fuses: Bool) {
    readers = [Int](repeating: 0, count: nodes.count)
    var layout = Layout(count: nodes.count, fuses: fuses)
    for node in nodes where node.fill == nil {
      let step = layout.place(node, number)
      for input in node.inputs where input.plan == number && input.value == nil && input.fill == nil {
        if layout.stepOf[input.position] != step { readers[input.position] += 1 }
      }
    }
    steps = layout.steps.filter {
      if case .group(let group) = $0 { !group.nodes.isEmpty } else { true }
    }
  }
}

extension Node {
  /// A hash of what the node reads, best in its first bits: of two inputs at most, which tells nearly all apart.
  fileprivate var hashOfInputs: UInt {
    var hash: UInt = 0
    for input in inputs.prefix(2) { hash = (hash ^ UInt(bitPattern: ObjectIdentifier(input))) &* 0x9e37_79b9_7f4a_7c15 }
    return hash
  }

  /// Whether an earlier node has the same value and may be read instead of this one.
  fileprivate func canBeReplaced(by node: Node) -> Bool {
    guard !isHeld, shape == node.shape, dtype == node.dtype, isRounded == node.isRounded,
      // A walk that is still to come must find its way through the readers' inputs.
      traces === node.traces || !isTraced,
      inputs.elementsEqual(node.inputs, by: ===)
    else { return false }
    return primitive.isEqual(to: node.primitive)
  }
}

extension Primitive {
  fileprivate func isEqual(to other: any Primitive) -> Bool { other as? Self == self }
}

/// Steps while they are being arranged.
private struct Layout {
  var steps: [Step] = []
  /// By position of a node: its step; -1 for numbers, which groups take without memory.
  var stepOf: [Int]
  /// By step: a group that needs no other step and that none reads so far; it may still move to where it is read.
  private var isFree: [Bool] = []
  /// By step: the first group that began with its result, -1 where there is none.
  private var begun: [Int] = []

  private let fuses: Bool

  init(count: Int, fuses: Bool) {
    stepOf = [Int](repeating: -1, count: count)
    self.fuses = fuses
  }

  /// Puts a node into a step that exists, or into one of its own, and answers which.
  mutating func place(_ node: Node, _ number: UInt64) -> Int {
    var latest = -1
    eachInput(of: node, number) { input, layout in latest = max(latest, layout.stepOf[input.position]) }
    guard fuses, node.primitive.fusion != nil else {
      if fuses, latest >= 0, case .group(let group) = steps[latest], group.takes(tail: node) {
        group.tail = node
        isFree[latest] = false
        stepOf[node.position] = latest
        return latest
      }
      eachInput(of: node, number) { input, layout in layout.isFree[layout.stepOf[input.position]] = false }
      return append(.single(node), node)
    }
    var step = latest
    if !hasRoom(step, for: node), latest >= 0 { step = begun[latest] }
    if !hasRoom(step, for: node) {
      step = append(.group(ElementwiseGroup(shape: node.shape)), node)
      isFree[step] = true
      if latest >= 0, begun[latest] < 0 { begun[latest] = step }
    }
    guard case .group(let group) = steps[step] else { return step }
    eachInput(of: node, number) { input, layout in
      let source = layout.stepOf[input.position]
      guard source != step, !layout.move(source, to: step) else { return }
      (layout.isFree[source], layout.isFree[step]) = (false, false)
    }
    group.nodes.append(node)
    stepOf[node.position] = step
    return step
  }

  /// Inputs that this evaluation computes.
  private mutating func eachInput(of node: Node, _ number: UInt64, _ body: (Node, inout Layout) -> Void) {
    for input in node.inputs where input.plan == number && input.value == nil && input.fill == nil {
      body(input, &self)
    }
  }

  private mutating func append(_ step: Step, _ node: Node) -> Int {
    steps.append(step)
    isFree.append(false)
    begun.append(-1)
    stepOf[node.position] = steps.count - 1
    return steps.count - 1
  }

  /// Whether a step is a group in use that a node of this shape may join.
  private func hasRoom(_ step: Int, for node: Node) -> Bool {
    guard step >= 0, case .group(let group) = steps[step] else { return false }
    guard let last = group.nodes.last, group.tail == nil, group.shape == node.shape else { return false }
    return group.nodes.count < ElementwiseGroup.limit && node.position - last.position < ElementwiseGroup.reach
  }

  /// Moves a free group's nodes into a later group of the same shape, where there is room.
  private mutating func move(_ source: Int, to step: Int) -> Bool {
    guard isFree[source], source < step, case .group(let from) = steps[source], case .group(let to) = steps[step],
      from.shape == to.shape, from.nodes.count + to.nodes.count < ElementwiseGroup.limit
    else { return false }
    to.nodes += from.nodes
    for node in from.nodes { stepOf[node.position] = step }
    from.nodes = []
    return true
  }
}
