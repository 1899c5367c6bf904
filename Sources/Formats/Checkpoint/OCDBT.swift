// OCDBT, the key-value store in which orbax keeps checkpoints: a manifest names the newest version's root; nodes of a B+
// tree lead to keys, whose values stand in the leaf or lie in a data file. Facts: TensorStore's page on the format.

import Foundation

struct OCDBT {
  /// Where a value is.
  enum Value {
    case inline(Data)
    /// In a data file, by its path in the container.
    case stored(file: String, offset: Int, count: Int)
  }

  /// Keys in rising order, and where their values are.
  private(set) var keys: [String] = []
  private var values: [String: Value] = [:]

  private let container: any Container
  private let folder: String
  /// Whether data files are compared with the container's checksums: not where only a part of them is wanted.
  private let verify: Bool

  /// Keys a database may have, and bytes that its nodes may take unpacked: a node may stand in a tree many times.
  private static let mostKeys = 1 << 22
  private static let mostNodeBytes = 2 << 30

  private static let manifest = "manifest.ocdbt"

  static func isIn(_ container: some Container, _ folder: String) -> Bool { container.exists(join(folder, manifest)) }

  /// Reads manifest and tree of the database in a folder of the container; values only when asked for.
  init(_ container: any Container, in folder: String, verify: Bool) throws {
    self.container = container
    self.folder = folder
    self.verify = verify
    let root = try Self.root(container, folder)
    try readTree(root)
  }

  private static func join(_ folder: String, _ name: String) -> String { folder.isEmpty ? name : folder + "/" + name }

  /// The value of a key, nil where there is none.
  func value(_ key: String) throws -> Data? {
    switch values[key] {
    case nil: return nil
    case .inline(let data): return data
    case .stored(let file, let offset, let count):
      do {
        return try Self.range(container.bytes(Self.join(folder, file), verify: verify), offset, count)
      } catch let error as Malformed {
        throw Malformed("\(file): the value of \(JSON.quoted(key)): \(error.what)", hint: error.hint)
      }
    }
  }

  /// The data files, by their paths in the container, that hold values of keys below these names.
  func files(below names: Set<Substring>) -> [String] {
    var files: Set<String> = []
    for (key, value) in values {
      guard case .stored(let file, _, _) = value, names.contains(key.prefix { $0 != "/" }) else { continue }
      files.insert(Self.join(folder, file))
    }
    return files.sorted()
  }

  private static func range(_ data: Data, _ offset: Int, _ count: Int) throws -> Data {
    guard offset <= data.count, count <= data.count - offset else {
      throw Malformed("lies at byte \(offset) with \(count) bytes, the file has \(data.count)", hint: "the file is cut off or missing a part")
    }
    return data[data.startIndex + offset..<data.startIndex + offset + count]
  }

  // MARK: manifest

  private struct Root {
    var reference: Reference
    var height: UInt8
    var keyCount: UInt64
  }

  private static func root(_ container: any Container, _ folder: String) throws -> Root {
    let first = try read(container, folder, manifest)
    if let root = first.root { return root }
    // The manifest only says that numbered ones follow; the highest number counts.
    let numbered = container.files(in: folder).filter { name in
      let digits = name.dropFirst("manifest.".count)
      return name.hasPrefix("manifest.") && digits.utf8.count == 16 && digits.allSatisfy { "0123456789abcdef".contains($0) }
    }
    guard let newest = numbered.max() else {
      throw Malformed("\(manifest) refers to numbered manifests, but there is none", hint: "the checkpoint is incomplete")
    }
    let last = try read(container, folder, newest)
    guard last.uuid == first.uuid else { throw Malformed("\(newest) belongs to another database than \(manifest)") }
    guard let root = last.root else { throw Malformed("\(newest) refers to numbered manifests again") }
    return root
  }

  private static func read(_ container: any Container, _ folder: String, _ name: String) throws -> (uuid: [UInt8], root: Root?) {
    do {
      let body = try container.bytes(join(folder, name)).withUnsafeBytes { try OCDBTFrame.body($0, .manifest) }
      return try body.withUnsafeBytes { bytes in
        var reader = ByteReader(bytes)
        return try manifest(&reader)
      }
    } catch let error as Malformed {
      throw Malformed("\(name): \(error.what)", hint: error.hint)
    }
  }

  private static func manifest(_ reader: inout ByteReader) throws -> (uuid: [UInt8], root: Root?) {
    let uuid = Array(try reader.take(16, "the identifier"))
    let kind = try reader.varint("the kind")
    _ = try reader.varint("the largest inline value")
    _ = try reader.varint("the largest node")
    _ = try reader.integer(UInt8.self, "the arity")
    let compression = try reader.varint("the compression")
    if compression == 1 { _ = try reader.integer(Int32.self, "the compression's level") }
    guard kind <= 1, compression <= 1 else { throw Malformed("is of kind \(kind), compression \(compression); 0 and 1 can be read") }
    if kind == 1 {
      try reader.finish()
      return (uuid, nil)
    }
    let files = try FileTable(&reader, below: [])
    let root = try newest(&reader, files)
    try skipVersionNodes(&reader, files)
    try reader.finish()
    return (uuid, root)
  }

  /// The version of the largest generation.
  private static func newest(_ reader: inout ByteReader, _ files: FileTable) throws -> Root {
    let count = try reader.count("versions", bytesEach: 16)
    let generations = try reader.varints(count, "a generation")
    let heights = Array(try reader.take(count, "the heights"))
    let references = try files.references(&reader, count)
    let keyCounts = try reader.varints(count, "a number of keys")
    _ = try reader.varints(count, "the size of a tree")
    _ = try reader.varints(count, "the size of values")
    _ = try reader.take(8 * count, "the times")
    guard let last = generations.indices.max(by: { generations[$0] < generations[$1] }) else {
      throw Malformed("lists no version", hint: "the checkpoint was never completed")
    }
    guard let reference = references[last] else {
      throw Malformed("has an empty database", hint: "nothing was saved in this checkpoint")
    }
    return Root(reference: reference, height: heights[last], keyCount: keyCounts[last])
  }

  /// Older versions, which nobody asks for.
  private static func skipVersionNodes(_ reader: inout ByteReader, _ files: FileTable) throws {
    let count = try reader.count("version nodes", bytesEach: 14)
    _ = try reader.varints(count, "a generation")
    _ = try files.references(&reader, count)
    _ = try reader.varints(count, "a number of generations")
    _ = try reader.take(8 * count, "the times")
    _ = try reader.take(count, "the heights")
  }

  // MARK: tree

  /// A node to be read: what its parent says of it.
  private struct Pending {
    var reference: Reference
    var height: UInt8
    var prefix: [UInt8]
    var keyCount: UInt64
  }

  /// Depth first, so that keys come in order. Heights fall by one each step: a cycle cannot pass.
  private mutating func readTree(_ root: Root) throws {
    guard root.keyCount <= UInt64(Self.mostKeys) else { throw Malformed("\(Self.manifest): promises \(root.keyCount) keys; at most \(Self.mostKeys) can be read") }
    var pending = [Pending(reference: root.reference, height: root.height, prefix: [], keyCount: root.keyCount)]
    var lastKey: [UInt8]?
    var nodeBytes = 0
    while let next = pending.popLast() {
      do {
        let data = try Self.range(
          container.bytes(Self.join(folder, next.reference.file), verify: false), next.reference.offset, next.reference.count)
        let body = try data.withUnsafeBytes { try OCDBTFrame.body($0, .node) }
        nodeBytes += body.count
        guard nodeBytes <= Self.mostNodeBytes else { throw Malformed("brings the tree above \(Self.mostNodeBytes >> 30) GiB") }
        try body.withUnsafeBytes { bytes in
          var reader = ByteReader(bytes)
          let height = try reader.integer(UInt8.self, "the height")
          guard height == next.height else { throw Malformed("has the height \(height), its parent says \(next.height)") }
          let files = try FileTable(&reader, below: next.reference.transitive)
          if height == 0 {
            try readLeaf(&reader, files, next, &lastKey)
          } else {
            pending += try Self.children(&reader, files, next).reversed()
          }
          try reader.finish()
        }
      } catch let error as Malformed {
        throw Malformed("\(next.reference.file): the node at byte \(next.reference.offset): \(error.what)", hint: error.hint)
      }
    }
  }

  private mutating func readLeaf(_ reader: inout ByteReader, _ files: FileTable, _ node: Pending, _ lastKey: inout [UInt8]?) throws {
    let count = try reader.count("keys", bytesEach: 3)
    guard UInt64(count) == node.keyCount, count > 0 else { throw Malformed("has \(count) keys, its parent promises \(node.keyCount)") }
    let (strings, _) = try reader.sharedStrings(count, "a key") { _ in }
    let lengths = try reader.lengths(count, "the length of a value")
    let kinds = try reader.varints(count, "the kind of a value")
    if let kind = kinds.first(where: { $0 > 1 }) { throw Malformed("has a value of the unknown kind \(kind)") }
    let stored = kinds.indices.filter { kinds[$0] == 1 }
    let ids = try reader.varints(stored.count, "a file's number")
    let offsets = try reader.lengths(stored.count, "a value's offset")
    var places: [Int: Value] = [:]
    for (index, (id, offset)) in zip(stored, zip(ids, offsets)) {
      places[index] = .stored(file: try files.file(id).path, offset: offset, count: lengths[index])
    }
    for index in 0..<count {
      let bytes = node.prefix + strings[index]
      guard lastKey.map({ $0.lexicographicallyPrecedes(bytes) }) ?? true else { throw Malformed("has keys that do not rise") }
      lastKey = bytes
      guard let key = String(validating: bytes, as: UTF8.self) else { throw Malformed("has a key that is not UTF-8") }
      let value = try places[index] ?? .inline(Data(reader.take(lengths[index], "an inline value")))
      guard values.updateValue(value, forKey: key) == nil else { throw Malformed("has the key \(JSON.quoted(key)) twice") }
      keys.append(key)
    }
  }

  private static func children(_ reader: inout ByteReader, _ files: FileTable, _ node: Pending) throws -> [Pending] {
    let count = try reader.count("children", bytesEach: 8)
    guard count > 0 else { throw Malformed("has no child") }
    let (strings, common) = try reader.sharedStrings(count, "a child's key") { try $0.lengths(count, "a child's prefix") }
    let references = try files.references(&reader, count)
    let keyCounts = try reader.varints(count, "a child's number of keys")
    _ = try reader.varints(count, "the size of a child")
    _ = try reader.varints(count, "the size of a child's values")
    var left = node.keyCount
    let children = try (0..<count).map { index in
      guard common[index] <= strings[index].count else { throw Malformed("has a child whose prefix is longer than its key") }
      guard let reference = references[index] else { throw Malformed("has a child without a place") }
      guard keyCounts[index] > 0, keyCounts[index] <= left else { throw Malformed("promises no key or more keys than the \(node.keyCount) of its parent") }
      left -= keyCounts[index]
      return Pending(
        reference: reference, height: node.height - 1, prefix: node.prefix + strings[index][..<common[index]], keyCount: keyCounts[index])
    }
    guard left == 0 else { throw Malformed("promises \(node.keyCount - left) keys, its parent \(node.keyCount)") }
    return children
  }
}
