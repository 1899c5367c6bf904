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
    try evaluate([node])
    guard let value = node.value else {
      throw TensorError(.limit, node.primitive.name, [node.operand], "was not computed")
    }
    return value
  }

  /// Computes the values of all roots.
  func evaluate(_ roots: [Node]) throws {
    try plans.withLock { number in
      let pending = roots.filter { $0.value == nil }
      if !pending.isEmpty {
        number += 1
        // Whoever asks for a root holds it.
        let holds = pending.map { Handle($0) }
        defer { withExtendedLifetime(holds) {} }
        let plan = Plan(roots: pending, number: number, fuses: NumberCheck.current == .off)
        let groupsBefore = number
        // Groups are numbered from the plan's number on, so that no two evaluations share one.
        number += UInt64(plan.steps.count)
        try Execution(plan, groupsBefore: groupsBefore, on: device).run()
      }
      for root in roots { root.detachIfPossible() }
    }
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
