// Records: fields in the order they were set, a value like every other.

import OrderedCollections

/// `{name: value, ...}`. One word wide, so that a `Value` stays at 16 bytes; storage is copied on write.
public struct Record: Sendable, Sequence, ExpressibleByDictionaryLiteral {
  /// Only touched through a `Record`, which copies it before a write unless it is the only owner.
  private final class Storage: @unchecked Sendable {
    var fields: OrderedDictionary<String, Value>
    init(_ fields: OrderedDictionary<String, Value>) { self.fields = fields }
  }

  private var storage: Storage

  /// Every call of a function has a record of settings, which few of them fill.
  private static let empty = Storage([:])

  public init() { storage = Self.empty }

  public init(dictionaryLiteral elements: (String, Value)...) {
    storage = Storage(OrderedDictionary(elements, uniquingKeysWith: { $1 }))
  }

  /// Later values win where a key stands twice.
  public init(_ fields: some Sequence<(key: String, value: Value)>) {
    storage = Storage(OrderedDictionary(fields.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }))
  }

  /// nil removes the field.
  public subscript(key: String) -> Value? {
    get { storage.fields[key] }
    set {
      makeUnique()
      storage.fields[key] = newValue
    }
  }

  /// These fields under those of another record; records in both are merged alike.
  func merging(_ other: Record) -> Record {
    var result = self
    for (key, value) in other {
      if case .record(let inner) = value, case .record(let own)? = self[key] {
        result[key] = .record(own.merging(inner))
      } else {
        result[key] = value
      }
    }
    return result
  }

  private mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.fields) }
  }

  /// Changes a field in place: its value is not copied. False where the field is missing.
  mutating func update(_ key: String, _ change: (inout Value) throws -> Void) rethrows -> Bool {
    makeUnique()
    guard let index = storage.fields.index(forKey: key) else { return false }
    try change(&storage.fields.values[index])
    return true
  }

  public var keys: [String] { Array(storage.fields.keys) }
  public var values: [Value] { Array(storage.fields.values) }
  public var count: Int { storage.fields.count }
  public var isEmpty: Bool { storage.fields.isEmpty }
  public func contains(_ key: String) -> Bool { storage.fields.index(forKey: key) != nil }

  public func makeIterator() -> some IteratorProtocol<(key: String, value: Value)> {
    storage.fields.elements.makeIterator()
  }
}
