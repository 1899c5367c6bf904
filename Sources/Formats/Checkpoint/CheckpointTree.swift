// The tree of a checkpoint: arrays come by dotted names, or as trees of their own.

import OrderedCollections

/// A checkpoint's tree while it grows.
struct CheckpointTree {
  private static let deepest = 64
  /// How orbax' aggregate file refers to arrays that lie elsewhere.
  private static let placeholder = "PLACEHOLDER://"

  private final class Branch {
    var leaf: FileValue?
    var branches: OrderedDictionary<String, Branch> = [:]
  }

  private let keys: KeyPattern?
  private let root = Branch()
  /// What was asked for, for the error where nothing is wanted.
  private var known: [String] = []

  init(_ keys: KeyPattern?) { self.keys = keys }

  /// An array's name is its path in the tree joined by dots. A name that is none stays whole.
  static func path(_ name: String) -> [String] {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.contains("") || parts.count > deepest ? [name] : parts.map(String.init)
  }

  mutating func wants(_ path: [String]) -> Bool {
    guard let keys else { return true }
    known.append(path.joined(separator: "/"))
    return keys.matches(path.joined(separator: "/"))
  }

  func add(_ leaf: FileValue, at path: [String]) throws {
    var branch = root
    for part in path {
      let next = branch.branches[part] ?? Branch()
      branch.branches[part] = next
      branch = next
      guard branch.leaf == nil else { throw Malformed("\(path.joined(separator: ".")) lies below, or is, another array") }
    }
    guard branch.branches.isEmpty else { throw Malformed("\(path.joined(separator: ".")) is an array and holds others") }
    branch.leaf = leaf
  }

  /// Adds the leaves of a tree that are not there yet. What stands for an array that lies elsewhere is left out.
  mutating func add(leaves value: FileValue) throws {
    var pending: [(path: [String], value: FileValue)] = [([], value)]
    while let (path, value) = pending.popLast() {
      switch value {
      case .record(let fields): pending += fields.reversed().map { (path + [$0.key], $0.value) }
      case .list(let items): pending += items.enumerated().reversed().map { (path + [String($0.offset)], $0.element) }
      case .none, .image: break
      case .string(let text) where text.hasPrefix(Self.placeholder): break
      case .bool, .number, .string, .tensor:
        if wants(path), !holds(path) { try add(value, at: path) }
      }
    }
  }

  private func holds(_ path: [String]) -> Bool {
    var branch = root
    for part in path {
      guard let next = branch.branches[part] else { return false }
      branch = next
    }
    return true
  }

  /// The tree as nested records. Throws where there is nothing in it.
  func value() throws -> FileValue {
    guard !root.branches.isEmpty else {
      throw keys?.nothing(among: known) ?? Malformed("the checkpoint holds no array", hint: "it was never completed, or its arrays lie elsewhere")
    }
    // Paths are at most `deepest` long, so this cannot overflow the stack.
    func value(of branch: Branch) -> FileValue { branch.leaf ?? .record(branch.branches.mapValues(value)) }
    return value(of: root)
  }
}
