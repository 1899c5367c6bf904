// Where the time of evaluations goes: operation, calls, time, arithmetic and memory traffic. Off unless asked for;
// then one clock reading a step.

import Synchronization

/// Time spent by operation.
public struct Profile: Sendable {
  public struct Row: Sendable {
    /// The operation, products with their shapes, or `fused` with the names of an elementwise chain.
    public let operation: String
    public var calls = 0
    public var seconds = 0.0
    /// Floating-point operations; nil where they are not countable.
    public var operations: Double?
    /// Bytes of inputs and results; 0 for views, which move nothing.
    public var bytes = 0.0

    public var gigaflopsPerSecond: Double? {
      operations.flatMap { seconds > 0 ? $0 / seconds * 1e-9 : nil }
    }
  }

  /// What one step does.
  struct Work {
    var operations: Double?
    var bytes = 0.0
  }

  private var rowOf: [String: Row] = [:]

  /// Costliest first.
  public var rows: [Row] { rowOf.values.sorted { $0.seconds > $1.seconds } }

  public var seconds: Double { rowOf.values.reduce(0) { $0 + $1.seconds } }

  mutating func add(_ operation: String, _ work: Work, _ duration: Duration) {
    var row = rowOf[operation] ?? Row(operation: operation)
    row.calls += 1
    row.seconds += Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    row.bytes += work.bytes
    if let operations = work.operations { row.operations = (row.operations ?? 0) + operations }
    rowOf[operation] = row
  }

  /// The profile being taken, if one is.
  static let current = Mutex<Profile?>(nil)
}

/// Runs the body and accounts for all evaluations meanwhile. Laziness: force what you want to see inside the body.
public func profile<R>(_ body: () throws -> R) rethrows -> (result: R, profile: Profile) {
  Profile.current.withLock { $0 = Profile() }
  defer { Profile.current.withLock { $0 = nil } }
  let result = try body()
  return (result, Profile.current.withLock { $0 } ?? Profile())
}

extension Step {
  /// The name under which a profile counts this step.
  var label: String {
    switch self {
    case .single(let node):
      // Products by shape: their speed depends on it more than on anything.
      if let product = node.primitive as? Matmul {
        "\(product.product) \(product.factors(of: node).left) @ \(product.factors(of: node).right)"
      } else {
        node.primitive.name
      }
    case .group:
      nodes.count == 1 ? nodes[0].primitive.name : "fused " + nodes.map(\.primitive.name).joined(separator: " ")
    }
  }
}

extension Execution {
  /// What a step that has not run yet will do.
  func work(of step: Step) throws -> Profile.Work {
    switch step {
    case .single(let node):
      let inputs = try node.inputs.map { try value(of: $0) }
      guard !node.primitive.isView(of: inputs) else { return Profile.Work() }
      let bytes = inputs.reduce(node.byteCount) { $0 + Double($1.count * $1.dtype.size) }
      return Profile.Work(operations: node.primitive.operations(node), bytes: bytes)
    case .group(let group):
      let inside = Set(group.nodes.map(ObjectIdentifier.init))
      var seen: Set<ObjectIdentifier> = []
      var bytes = 0.0
      if let tail = group.tail { bytes += tail.byteCount }
      for node in group.nodes {
        if readers[node.position] > 0 || node.isHeld { bytes += node.byteCount }
        for input in node.inputs where input.fill == nil && !inside.contains(ObjectIdentifier(input)) {
          if seen.insert(ObjectIdentifier(input)).inserted { bytes += input.byteCount }
        }
      }
      return Profile.Work(bytes: bytes)
    }
  }
}

extension Node {
  fileprivate var elements: Double { Double(shape.reduce(1, *)) }
  fileprivate var byteCount: Double { elements * Double(dtype.size) }
  /// Floating-point operations of one product of all [..., T, d] with their transposes.
  fileprivate var scores: Double { 2 * elements * Double(shape[shape.count - 2]) }
}

extension Matmul {
  fileprivate func factors(of node: Node) -> (left: [Int], right: [Int]) { factors(node.inputs[0].shape, node.inputs[1].shape) }
}

extension Primitive {
  /// Floating-point operations of the kinds whose number depends on shapes alone; nil for the rest.
  fileprivate func operations(_ node: Node) -> Double? {
    let inputs = node.inputs
    switch self {
    case let product as Matmul: return 2 * node.elements * Double(product.factors(of: node).left.last ?? 0)
    // Products of [T, T] by d: scores and values; each of their factors differentiated once more.
    case is Attention: return 2 * inputs[0].scores
    case is AttentionTangent, is AttentionGradient: return 5 * inputs[0].scores
    case let convolution as Convolution:
      let (output, kernel) =
        switch convolution.part {
        case .output: (node, inputs[1])
        case .image: (inputs[1], inputs[0])
        case .kernel: (inputs[1], node)
        }
      return 2 * output.elements * Double(kernel.shape.dropLast().reduce(1, *))
    default: return nil
    }
  }

  /// Whether the value is another look at an input's memory.
  fileprivate func isView(of inputs: [NDArray]) -> Bool {
    switch self {
    case is Permute, is Broadcast, is SliceRegion, is Identity: true
    case let reshape as Reshape: inputs[0].reshapedView(reshape.shape) != nil
    default: false
    }
  }
}
