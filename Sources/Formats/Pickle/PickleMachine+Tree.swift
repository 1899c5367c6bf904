// From the machine's table to the tree that `load` gives. Walked on a stack of our own, with bounds on depth and size:
// what holds itself, or repeats itself a billion times, is an error.

import OrderedCollections
import Tensor

extension PickleMachine {
  private static let mostValues = 4_000_000

  /// The tree under a value: dictionaries become records, lists and tuples lists, arrays and tensors tensors.
  /// - Parameters:
  ///   - keys: leaves by their path; the bytes of others are not touched.
  ///   - contents: the bytes of a storage, asked for when a tensor of it is met.
  mutating func tree(
    of root: PickleValue, keys: KeyPattern?,
    contents: (TorchStorage) throws -> PickleContents = { _ in throw Malformed("a tensor has no storage") }
  ) throws -> FileValue {
    var builder = TreeBuilder(keys)
    var made: [Int: FileValue] = [:]
    // What is still to be made, per open container, the next one last.
    var rest: [[PickleValue]] = [[root]]
    var names: [[String]] = [[]]
    var values = 0
    while let last = rest.indices.last {
      guard let value = rest[last].popLast() else {
        rest.removeLast()
        names.removeLast()
        continue
      }
      if let name = names[last].popLast() { builder.add(key: name) }
      values += 1
      guard values <= Self.mostValues else { throw Malformed("the tree has more than \(Self.mostValues) values", hint: "it repeats itself; it may be hostile") }
      do {
        if case .object(let place) = value, let (keys, items) = try Self.items(objects[place]) {
          _ = try builder.begin(isRecord: keys != nil, count: items.count)
          if !items.isEmpty {
            rest.append(items.reversed())
            names.append(keys?.reversed() ?? [])
          }
        } else {
          _ = try builder.add(builder.wantsLeaf() ? leaf(value, &made, contents) : nil)
        }
      } catch let error as Malformed {
        let path = builder.path
        throw path.isEmpty ? error : Malformed("\(path.prefix(200)): \(error.what)", hint: error.hint)
      }
    }
    return try builder.tree()
  }

  /// The items of a container, with their names where it is a dictionary.
  private static func items(_ object: PickleObject) throws -> (keys: [String]?, items: [PickleValue])? {
    switch object {
    case .list(let items), .tuple(let items): return (nil, items)
    case .dictionary(let fields, _): return (fields.keys.map(\.name), Array(fields.values))
    default: return nil
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
      let storage = try contents(view.storage)
      return try storage.withBytes { try view.tensor($0, heldBy: storage.owner, &budget) }
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
