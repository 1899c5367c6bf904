// The one door to values: every read of a tensor passes here, one evaluation at a time.

import Synchronization

final class Evaluator: Sendable {
  static let shared = Evaluator(device: CPU.shared)

  let device: any Device
  /// Guards values, inputs and scratch fields of all nodes. The number of the latest plan.
  private let plans = Mutex<UInt64>(0)

  init(device: any Device) { self.device = device }

  /// The value of one node, computed if need be.
  func value(of node: Node) throws -> NDArray {
    let isThere = try plans.withLock { _ in try node.value != nil || computesAlone(node) }
    if !isThere { try evaluate([node]) }
    guard let value = node.value else {
      throw TensorError(.limit, node.primitive.name, [node.operand], "was not computed")
    }
    return value
  }

  /// Computes the values of all roots, or hands them to an outlet.
  func evaluate(_ roots: [Node], into outlet: Outlet? = nil) throws {
    try plans.withLock { number in
      let pending = roots.filter { $0.value == nil }
      let open = outlet.map { OpenOutlet($0, roots: roots) }
      if let open {
        var known: Set<ObjectIdentifier> = []
        for root in roots where known.insert(ObjectIdentifier(root)).inserted {
          if let value = root.value { try open.hand(over: value, of: root) }
        }
      }
      if !pending.isEmpty {
        number += 1
        // Whoever asks for a root holds it.
        let holds = pending.map { Handle($0) }
        defer { withExtendedLifetime(holds) {} }
        let plan = Plan(roots: pending, number: number, fuses: NumberCheck.current == .off)
        let groupsBefore = number
        // Groups are numbered from the plan's number on, so that no two evaluations share one.
        number += UInt64(plan.steps.count)
        try Execution(consume plan, groupsBefore: groupsBefore, on: device, into: open).run()
      }
      for root in roots { root.detachIfPossible() }
    }
  }

  /// Computes a small elementwise node whose inputs are known without planning, which would cost many times as much: the
  /// common case at a prompt and in loops of single operations. Answers whether it did.
  private func computesAlone(_ node: Node) throws -> Bool {
    guard let step = node.primitive.fusion, NumberCheck.current == .off, node.inputs.count <= 2,
      let first = node.inputs.first.flatMap({ operand(of: $0) })
    else { return false }
    var second: ElementwiseOperand?
    if node.inputs.count == 2 {
      second = operand(of: node.inputs[1])
      if second == nil { return false }
    }
    guard Profile.current.withLock({ $0 == nil }) else { return false }
    try Interrupt.check()
    let dtype = node.isRounded ? .bfloat16 : node.dtype
    guard let result = try withoutDenormals({ try device.elementwise(step, first, second, shape: node.shape, dtype: dtype) })
    else { return false }
    node.value = result
    node.detachIfPossible()
    return true
  }

  /// What is known of a node; nil where it is to be computed.
  private func operand(of node: Node) -> ElementwiseOperand? {
    if let value = node.value { return .array(value) }
    return node.fill.map { .number($0, node.dtype) }
  }

  /// What an evaluation of the roots would do; nothing is computed.
  func graphText(of roots: [Node], limit: Int) -> String {
    plans.withLock { number in
      number += 1
      let plan = Plan(roots: roots.filter { $0.value == nil }, number: number)
      return GraphText(plan, roots: roots, limit: limit).text
    }
  }
}
