// Trees out of files that nest their values: containers lie on a stack of ours, so that depth costs no stack of the
// program, and leaves that nobody wants are left out before their bytes are touched.

import OrderedCollections

struct TreeBuilder {
  static let deepest = 64

  /// A list or record that still waits for items; a nil item is one that nobody wants.
  private struct Container {
    let isRecord: Bool
    var left: Int
    var keys: [String] = []
    var items: [FileValue?] = []
  }

  private let wanted: KeyPattern?
  /// What a finished record stands for.
  private let finish: (OrderedDictionary<String, FileValue>) throws -> FileValue
  private var open: [Container] = []
  private var root: FileValue?
  /// Paths of the leaves, kept where some may not be wanted: the error names the nearest.
  private var paths: [String] = []

  init(_ wanted: KeyPattern?, finish: @escaping (OrderedDictionary<String, FileValue>) throws -> FileValue = { .record($0) }) {
    self.wanted = wanted
    self.finish = finish
  }

  /// Whether what comes next is a record's key.
  var wantsKey: Bool {
    guard let last = open.indices.last else { return false }
    return open[last].isRecord && open[last].keys.count == open[last].items.count
  }

  mutating func add(key: String) { if let last = open.indices.last { open[last].keys.append(key) } }

  /// Where the next value stands, names joined by `/`.
  var path: String {
    open.map { container in
      guard container.isRecord else { return String(container.items.count) }
      return container.keys.count > container.items.count ? container.keys[container.items.count] : ""
    }.joined(separator: "/")
  }

  /// Whether the leaf that comes next is wanted.
  mutating func wantsLeaf() -> Bool {
    guard let wanted else { return true }
    let path = path
    paths.append(path)
    return wanted.matches(path)
  }

  /// Opens a container for this many items. True where it is the whole tree and done, because it is empty.
  mutating func begin(isRecord: Bool, count: Int) throws -> Bool {
    guard count > 0 else { return try add(isRecord ? .record([:]) : .list([])) }
    guard open.count < Self.deepest else { throw Malformed("values are nested deeper than \(Self.deepest) levels, or hold themselves") }
    open.append(Container(isRecord: isRecord, left: count))
    return false
  }

  /// Adds a value, which may finish the containers around it. True where the tree is done.
  mutating func add(_ value: FileValue?) throws -> Bool {
    var done = value
    while let last = open.indices.last {
      open[last].items.append(done)
      open[last].left -= 1
      guard open[last].left == 0 else { return false }
      done = try closed(open.removeLast())
    }
    root = done
    return true
  }

  private func closed(_ container: Container) throws -> FileValue? {
    if container.items.allSatisfy({ $0 == nil }) { return nil }
    guard container.isRecord else { return .list(container.items.map { $0 ?? .none }) }
    var fields: OrderedDictionary<String, FileValue> = [:]
    var known: Set<String> = []
    for (key, item) in zip(container.keys, container.items) {
      guard known.insert(key).inserted else { throw Malformed("the key \(JSON.quoted(key)) stands twice in a map") }
      if let item { fields[key] = item }
    }
    return try finish(fields)
  }

  /// The whole tree. Throws where nothing in it is wanted.
  func tree() throws -> FileValue {
    if let root { return root }
    throw wanted?.nothing(among: paths) ?? Malformed("the file holds no value")
  }
}
