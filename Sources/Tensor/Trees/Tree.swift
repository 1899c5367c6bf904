// Parameter trees: lists and records of tensors that grad, optimisers, averages and files treat as one thing.

/// A tensor, or a list or record of trees.
public indirect enum Tree: Sendable {
  case tensor(Tensor)
  case list([Tree])
  case record([(key: String, value: Tree)])

  /// The tensors from left to right.
  public var leaves: [Tensor] {
    switch self {
    case .tensor(let tensor): [tensor]
    case .list(let items): items.flatMap(\.leaves)
    case .record(let fields): fields.flatMap(\.value.leaves)
    }
  }

  /// Where each leaf stands, keys and list places joined by `/`.
  public var leafPaths: [String] {
    func joined(_ head: String, _ tail: [String]) -> [String] { tail.map { $0.isEmpty ? head : head + "/" + $0 } }
    return switch self {
    case .tensor: [""]
    case .list(let items): items.enumerated().flatMap { joined(String($0.offset), $0.element.leafPaths) }
    case .record(let fields): fields.flatMap { joined($0.key, $0.value.leafPaths) }
    }
  }

  /// The same tree with other leaves, in the order of `leaves`.
  public func rebuilt(from leaves: [Tensor]) throws -> Tree {
    let needed = self.leaves.count
    guard leaves.count == needed else {
      throw TensorError(.value, "tree", [], "\(needed) leaves are needed, \(leaves.count) given")
    }
    var rest = leaves[...]
    return rebuilt(from: &rest)
  }

  private func rebuilt(from leaves: inout ArraySlice<Tensor>) -> Tree {
    switch self {
    case .tensor(let tensor): .tensor(leaves.popFirst() ?? tensor)
    case .list(let items): .list(items.map { $0.rebuilt(from: &leaves) })
    case .record(let fields): .record(fields.map { ($0.key, $0.value.rebuilt(from: &leaves)) })
    }
  }
}
