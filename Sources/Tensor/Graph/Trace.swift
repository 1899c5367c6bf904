// Which derivatives a node takes part in.
// Each call of jvp or vjp makes one Tracer and marks the leaves it puts in place of its primals; whatever is
// computed from them carries the mark. So a walk enters only what depends on its leaves, and an evaluated node
// may forget its inputs once no active tracer can ask for them.

import Synchronization

extension Tensor {
  /// Whether a differentiation under way depends on it: reading its numbers then loses their derivative.
  public var isTraced: Bool { dtype.isFloating && node.isTraced }
}

/// One running differentiation.
final class Tracer: Sendable {
  /// Never 0, and no two have the same.
  let number = Tracer.count.add(1, ordering: .relaxed).newValue
  private let active = Atomic<Bool>(true)
  private static let count = Atomic<UInt64>(0)

  var isActive: Bool { active.load(ordering: .relaxed) }
  /// The differentiated function has returned and its graph has been walked.
  func finish() { active.store(false, ordering: .relaxed) }
}

/// The tracers whose leaves a node depends on.
final class TraceSet: Sendable {
  let tracers: [Tracer]

  init(_ tracers: [Tracer]) { self.tracers = tracers }

  /// Derivatives nested deeper than this are a recursion without end, whose graphs grow by the depth at each level.
  static let deepest = 100

  /// How many differentiations under way depend on it.
  var depth: Int { tracers.count { $0.isActive } }

  func contains(_ tracer: Tracer) -> Bool { tracers.contains { $0 === tracer } }

  /// The last began last, and is the likeliest to be under way.
  var isActive: Bool { tracers[tracers.count - 1].isActive || tracers.contains { $0.isActive } }

  /// The active tracers of all inputs; nil when there are none, the common case.
  static func union(of inputs: [Node]) -> TraceSet? {
    var result: TraceSet?
    for input in inputs {
      guard let set = input.traces, set !== result, set.isActive else { continue }
      guard let known = result else {
        result = set
        continue
      }
      let added = set.tracers.filter { $0.isActive && !known.contains($0) }
      if !added.isEmpty { result = TraceSet(known.tracers + added) }
    }
    return result
  }

  static func adding(_ tracer: Tracer, to set: TraceSet?) -> TraceSet {
    TraceSet((set?.tracers.filter(\.isActive) ?? []) + [tracer])
  }
}
