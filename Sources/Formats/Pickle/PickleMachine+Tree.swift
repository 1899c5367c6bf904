// From the machine's table to the tree that `load` gives. Walked on a stack of our own, with bounds on depth and size:
// what holds itself, or repeats itself a billion times, is an error.

import OrderedCollections
import Tensor

extension PickleMachine {
  private static let deepest = 64
  private static let mostValues = 4_000_000

  /// A container whose items are being made.
  private struct Open {
    /// Nil for lists and tuples.
    var keys: [PickleKey]?
    var rest: ArraySlice<PickleValue>
    var items: [FileValue] = []
    let capacity: Int

    /// Where the item that comes next stands.
    var place: String { keys.map { items.count < $0.count ? $0[items.count].name : "" } ?? String(items.count) }

    func closed() throws -> FileValue {
      guard let keys else { return .list(items) }
      var fields: OrderedDictionary<String, FileValue> = [:]
      for (key, item) in zip(keys, items) {
        guard fields.updateValue(item, forKey: key.name) == nil else {
          throw Malformed("a dictionary holds the key \(key.name) as text and as number")
        }
      }
      return .record(fields)
    }
  }

  /// The tree under a value: dictionaries become records, lists and tuples lists, arrays and tensors tensors.
  /// - Parameter contents: the bytes of a storage, asked for when a tensor of it is met.
  mutating func tree(
    of root: PickleValue, contents: (TorchStorage) throws -> PickleContents = { _ in throw Malformed("a tensor has no storage") }
  ) throws -> FileValue {
    var open: [Open] = []
    var made: [Int: FileValue] = [:]
    var values = 0
    var value = root
    while true {
      values += 1
      guard values <= Self.mostValues else { throw Malformed("the tree has more than \(Self.mostValues) values", hint: "it repeats itself; it may be hostile") }
      var done: FileValue?
      do {
        if case .object(let place) = value, let container = Self.open(objects[place]) {
          guard open.count < Self.deepest else {
            throw Malformed("the tree is deeper than \(Self.deepest) levels, or holds itself")
          }
          open.append(container)
        } else {
          done = try leaf(value, &made, contents)
        }
      } catch let error as Malformed {
        let path = open.map(\.place).joined(separator: ".")
        throw path.isEmpty ? error : Malformed("\(path.prefix(200)): \(error.what)", hint: error.hint)
      }
      // A finished value may finish the containers around it.
      while true {
        if let item = done, !open.isEmpty {
          open[open.count - 1].items.append(item)
          done = nil
        }
        guard let last = open.indices.last else { break }
        if let next = open[last].rest.popFirst() {
          value = next
          break
        }
        done = try open.removeLast().closed()
      }
      if open.isEmpty, let done { return done }
    }
  }

  private static func open(_ object: PickleObject) -> Open? {
    switch object {
    case .list(let items), .tuple(let items): Open(keys: nil, rest: items[...], capacity: items.count)
    case .dictionary(let fields, _): Open(keys: Array(fields.keys), rest: Array(fields.values)[...], capacity: fields.count)
    default: nil
    }
  }

  private mutating func leaf(
    _ value: PickleValue, _ made: inout [Int: FileValue], _ contents: (TorchStorage) throws -> PickleContents
  ) throws -> FileValue {
    switch value {
    case .none: return .none
    case .bool(let flag): return .bool(flag)
    case .int(let number):
      if let exact = Double(exactly: number) { return .number(exact) }
      return .tensor(try Tensor([Int64(number)], shape: []))
    case .float(let number): return .number(number)
    case .string(let text): return .string(text)
    case .bytes(let bytes):
      try budget.spend(bytes.count, "bytes")
      return .tensor(try self.contents(bytes).withBytes { try Tensor(bytes: $0, shape: [$0.count], dtype: .uint8) })
    case .global: throw Malformed("a class or function stands where a value is expected")
    case .object(let place):
      // What is met again is the same tensor, not another copy.
      if let known = made[place] { return known }
      let leaf = try tensor(objects[place], contents)
      made[place] = .tensor(leaf)
      return .tensor(leaf)
    }
  }

  private mutating func tensor(_ object: PickleObject, _ contents: (TorchStorage) throws -> PickleContents) throws -> Tensor {
    switch object {
    case .tensor(let view):
      var budget = budget
      defer { self.budget = budget }
      return try contents(view.storage).withBytes { try view.tensor($0, &budget) }
    case .array(let array?), .scalar(let array):
      try budget.spend(array.bytes.count, "an array of shape \(array.shape)")
      let tensor = try self.contents(array.bytes).withBytes {
        try array.dtype.element.tensor($0, shape: array.shape, isBigEndian: array.dtype.isBigEndian)
      }
      guard let axes = array.axes else { return tensor }
      return try tensor.permuted(axes).evaluated()
    case .array(nil): throw Malformed("an array was never filled")
    default: throw Malformed("\(object.typeName) stands where a value is expected")
    }
  }
}
