// The pending graph of tensors as text: what an evaluation would do, step by step. For looking, in any size: the walk
// is the evaluator's own (Plan) and the text is bounded.

/// Operations that the evaluation of tensors would run, a line each: number, operation, shape, operands; fused ones
/// in one bracket, values that are there already where they are first read.
///
/// - Parameter limit: the most lines; the operations nearest to the results are shown.
public func graphText(of tensors: [Tensor], limit: Int = 60) -> String {
  Evaluator.shared.graphText(of: tensors.map(\.node), limit: limit)
}

struct GraphText {
  private var names: [ObjectIdentifier: String] = [:]
  private var lines: [String] = []
  private let roots: Set<ObjectIdentifier>
  private let widest = 60

  /// - Parameter plan: of the roots that are pending, under the evaluator's lock.
  init(_ plan: Plan, roots: [Node], limit: Int) {
    self.roots = Set(roots.map(ObjectIdentifier.init))
    let pending = plan.steps.reduce(0) { $0 + $1.nodes.count }
    let heads = roots.prefix(4).map { "\($0.operand)" }.joined(separator: ", ") + (roots.count > 4 ? ", ..." : "")
    guard pending > 0 else {
      lines = ["\(heads): nothing is pending"]
      for root in roots.prefix(4) { lines.append("  \(root.primitive.name) \(root.operand), \(Self.state(of: root))") }
      return
    }
    let groups = plan.steps.count { $0.nodes.count > 1 }
    lines = ["\(heads): \(pending) operations pending in \(plan.steps.count) steps, \(groups) of them fused"]
    // The last steps, as many as fit.
    var first = plan.steps.count, shown = 0
    while first > 0, shown + plan.steps[first - 1].nodes.count <= max(limit, 1) || first == plan.steps.count {
      first -= 1
      shown += plan.steps[first].nodes.count
    }
    if shown < pending { lines.append("  ... \(pending - shown) operations before these are left out") }
    for step in plan.steps[first...] { append(step) }
  }

  var text: String { lines.joined(separator: "\n") }

  private mutating func append(_ step: Step) {
    let nodes = step.nodes
    let inside = Set(nodes.map(ObjectIdentifier.init))
    for node in nodes {
      for input in node.inputs where known(input) == nil && input.fill == nil {
        if inside.contains(ObjectIdentifier(input)) { continue }
        let name = newName(for: input)
        let source = input.value == nil ? "computed before" : "\(input.primitive.name), \(Self.state(of: input))"
        lines.append("    \(name)  \(input.operand)  \(source)")
      }
    }
    for (index, node) in nodes.enumerated() {
      let isLast = index == nodes.count - 1
      let bracket = nodes.count == 1 ? " " : index == 0 ? "\u{250C}" : isLast ? "\u{2514}" : "\u{2502}"
      let operands = node.inputs.map { input in known(input) ?? input.fill.map { "\($0)" } ?? "?" }
      let name = newName(for: node)
      var line = "  \(bracket) \(name)  \(node.primitive.name)(\(operands.joined(separator: ", ")))  \(node.operand)"
      if line.count > 2 * widest { line = line.prefix(2 * widest) + "..." }
      if roots.contains(ObjectIdentifier(node)) { line += "  <- asked for" } else if node.isHeld { line += "  kept" }
      lines.append(line)
    }
  }

  private static func state(of node: Node) -> String {
    if let fill = node.fill { return "the number \(fill) everywhere" }
    guard let value = node.value else { return "pending" }
    return "holds its value, \(Memory.shown(value.count * value.dtype.size))"
  }

  private func known(_ node: Node) -> String? { names[ObjectIdentifier(node)] }

  private mutating func newName(for node: Node) -> String {
    let name = "%\(names.count)"
    names[ObjectIdentifier(node)] = name
    return name
  }
}

extension Step {
  var nodes: [Node] {
    switch self {
    case .single(let node): [node]
    case .group(let group): group.nodes + (group.tail.map { [$0] } ?? [])
    }
  }
}
