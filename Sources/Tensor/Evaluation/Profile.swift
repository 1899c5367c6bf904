// Where the time of evaluations goes: operation, calls, seconds. Off unless asked for; then one clock reading a step.

import Synchronization

/// Time spent by operation.
public struct Profile: Sendable {
  public struct Row: Sendable {
    /// The operation, or `fused` with the names of an elementwise chain.
    public let operation: String
    public var calls: Int
    public var seconds: Double
  }

  private var rowOf: [String: Row] = [:]

  /// Costliest first.
  public var rows: [Row] { rowOf.values.sorted { $0.seconds > $1.seconds } }

  public var seconds: Double { rowOf.values.reduce(0) { $0 + $1.seconds } }

  mutating func add(_ operation: String, _ duration: Duration) {
    let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    rowOf[operation, default: Row(operation: operation, calls: 0, seconds: 0)].calls += 1
    rowOf[operation]?.seconds += seconds
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
    // Products by shape: their speed depends on it more than on anything.
    case .single(let node) where node.primitive is Matmul:
      node.primitive.name + " " + node.inputs.map { "\($0.shape)" }.joined(separator: " @ ")
    case .single(let node): node.primitive.name
    case .group(let group):
      group.nodes.count == 1
        ? group.nodes[0].primitive.name : "fused " + group.nodes.map(\.primitive.name).joined(separator: " ")
    }
  }
}
