// A document of YAML 1.1 as a value: what PyYAML's safe_load gives, with keys as texts. Nothing a file can ask for makes
// an object, and what aliases repeat is bounded.

import OrderedCollections

enum YAML {
  /// A longer text is no configuration.
  private static let mostBytes = 64 << 20

  /// How a file begins that says itself that it is YAML.
  static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if bytes.starts(with: "%YAML ".utf8) { return true }
    return bytes.starts(with: "---".utf8) && (bytes.count == 3 || " \n\r".utf8.contains(bytes[3]))
  }

  /// The file's one document; none where there is nothing but comments.
  static func parse(_ bytes: UnsafeRawBufferPointer) throws -> FileValue {
    guard bytes.count <= mostBytes else { throw Malformed("the text has \(bytes.count) bytes; at most \(mostBytes) can be read") }
    if bytes.isEmpty { return .none }
    let events = try YAMLEvents(bytes)
    guard case .document = try events.next().kind else { return .none }
    var composer = YAMLComposer(events)
    let value = try composer.document()
    let after = try events.next()
    guard case .finish = after.kind else {
      throw after.place.failure("a second document begins", hint: "one can be read; put them into files of their own")
    }
    return value
  }
}

/// Makes values of events.
private struct YAMLComposer {
  /// Nodes and bytes of text that aliases repeat at most: nine lines can ask for a billion.
  private static let mostRepeated = 1_000_000

  /// A value, and what of it counts where it stands.
  private struct Node {
    var value: FileValue
    /// A scalar's, as written: what it is as a key.
    var text: String?
    /// Whether, as a key, it brings in the fields of another mapping.
    var isMerge = false
    /// Nodes and bytes of text.
    var size: Int
    /// Levels of sequences and mappings.
    var height = 0
  }

  private let events: YAMLEvents
  private var anchors: [String: Node] = [:]
  /// Anchors of the mappings and sequences around.
  private var open: Set<String> = []
  private var repeated = 0

  init(_ events: YAMLEvents) { self.events = events }

  mutating func document() throws -> FileValue { try compose(events.next(), 0).value }

  private mutating func compose(_ event: YAMLEvent, _ depth: Int) throws -> Node {
    if case .alias(let name) = event.kind { return try alias(name, event.place, depth) }
    if let anchor = event.anchor {
      guard anchors[anchor] == nil, open.insert(anchor).inserted else { throw event.place.failure("the anchor &\(anchor) stands twice") }
    }
    let node =
      switch event.kind {
      case .sequence: try sequence(event, depth)
      case .mapping: try mapping(event, depth)
      case .scalar(let text, let isPlain): try scalar(text, isPlain, event)
      case .alias, .end, .document, .finish: throw event.place.failure("a value is expected")
      }
    if let anchor = event.anchor {
      open.remove(anchor)
      anchors[anchor] = node
    }
    return node
  }

  private func checkDepth(_ depth: Int, _ place: YAMLPlace) throws {
    guard depth <= TreeBuilder.deepest else { throw place.failure("values are nested deeper than \(TreeBuilder.deepest) levels") }
  }

  private mutating func alias(_ name: String, _ place: YAMLPlace, _ depth: Int) throws -> Node {
    guard !open.contains(name) else { throw place.failure("*\(name) stands inside &\(name): the value would hold itself") }
    guard let node = anchors[name] else { throw place.failure("no anchor &\(name) stands before *\(name)") }
    try checkDepth(depth + node.height, place)
    repeated += node.size
    guard repeated <= Self.mostRepeated else { throw place.failure("aliases repeat more than \(Self.mostRepeated) values") }
    return node
  }

  private func scalar(_ text: String, _ isPlain: Bool, _ event: YAMLEvent) throws -> Node {
    let size = 1 + text.utf8.count
    guard let tag = event.tag, tag != "!" else {
      return Node(value: isPlain ? YAMLScalar.value(text) : .string(text), text: text, isMerge: isPlain && text == "<<", size: size)
    }
    guard let value = try YAMLScalar.value(text, tag: tag, event.place) else { throw unknown(tag, event.place) }
    return Node(value: value, text: text, size: size)
  }

  private func unknown(_ tag: String, _ place: YAMLPlace) -> Malformed {
    let name = tag.hasPrefix(YAMLScalar.core) ? "!!" + tag.dropFirst(YAMLScalar.core.count) : tag
    return place.failure(
      "the tag \(name) asks for an object", hint: "plain values are read: texts, numbers, booleans, null, sequences and mappings")
  }

  private mutating func sequence(_ event: YAMLEvent, _ depth: Int) throws -> Node {
    if let tag = event.tag, tag != YAMLScalar.core + "seq", tag != "!" { throw unknown(tag, event.place) }
    try checkDepth(depth + 1, event.place)
    var items: [FileValue] = []
    var (size, height) = (1, 0)
    while true {
      let next = try events.next()
      if case .end = next.kind { return Node(value: .list(items), size: size, height: height + 1) }
      let item = try compose(next, depth + 1)
      items.append(item.value)
      size += item.size
      height = max(height, item.height)
    }
  }

  private mutating func mapping(_ event: YAMLEvent, _ depth: Int) throws -> Node {
    if let tag = event.tag, tag != YAMLScalar.core + "map", tag != "!" { throw unknown(tag, event.place) }
    try checkDepth(depth + 1, event.place)
    var own: OrderedDictionary<String, FileValue> = [:]
    var merged: OrderedDictionary<String, FileValue>?
    var (size, height) = (1, 0)
    while true {
      let next = try events.next()
      if case .end = next.kind {
        // Fields of the mapping's own stand above those it takes over.
        let fields = (merged ?? [:]).merging(own) { $1 }
        return Node(value: .record(fields), size: size, height: height + 1)
      }
      let key = try compose(next, depth + 1)
      guard let name = key.text else { throw next.place.failure("a key is a text; here a sequence or mapping stands as one") }
      guard key.isMerge ? merged == nil : own[name] == nil else { throw next.place.failure("the key \(JSON.quoted(name)) stands twice") }
      let following = try events.next()
      let value = try compose(following, depth + 1)
      if key.isMerge { merged = try Self.merged(value.value, following.place) } else { own[name] = value.value }
      size += key.size + value.size
      height = max(height, value.height)
    }
  }

  /// The fields that `<<` brings in: of a mapping or of several, where the first that has a field gives it.
  private static func merged(_ value: FileValue, _ place: YAMLPlace) throws -> OrderedDictionary<String, FileValue> {
    func fields(_ value: FileValue) throws -> OrderedDictionary<String, FileValue> {
      guard case .record(let fields) = value else { throw place.failure("<< takes a mapping, or a sequence of mappings") }
      return fields
    }
    guard case .list(let items) = value else { return try fields(value) }
    return try items.reduce(into: [:]) { all, item in all.merge(try fields(item)) { first, _ in first } }
  }
}
