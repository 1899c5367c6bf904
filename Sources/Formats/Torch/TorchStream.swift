// torch.save before version 1.6: five pickles in a row (a magic number, a version, the writer's machine, the value, the
// keys of its storages), then each storage's count and elements.

import Foundation
import OrderedCollections

enum TorchStream {
  /// A pickle of the magic number.
  private static let magic: [UInt8] = [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]

  static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count > 2 && bytes[0] == 0x80 && bytes.dropFirst(2).starts(with: magic)
  }

  /// The value of a file. Throws `Malformed`; nothing in the file is run.
  static func read(_ source: Source) throws -> FileValue { try source.data.withUnsafeBytes { try read($0, source) } }

  private static func read(_ bytes: UnsafeRawBufferPointer, _ source: Source) throws -> FileValue {
    guard begins(bytes) else { throw Malformed("the file begins neither as a zip archive nor with torch's magic number") }
    var machine = PickleMachine(bytes, budget: PickleBudget(fileSize: bytes.count))
    _ = try machine.next()
    guard case .int(1001) = try machine.next() else { throw Malformed("the version is unknown; 1001 is known") }
    let system = try machine.next()
    guard case .dictionary(let fields, _)? = machine.object(system), case .bool(true)? = fields[.string("little_endian")] else {
      throw Malformed("the file comes from a machine that stores numbers big end first, or does not say")
    }
    machine.storages = [:]
    let root = try machine.next()
    let named = machine.storages ?? [:]
    machine.storages = nil
    let keys = try machine.next()
    guard case .list(let items)? = machine.object(keys) else { throw Malformed("the list of storages is missing") }
    var places: [String: Range<Int>] = [:]
    for item in items {
      guard case .string(let key) = item, let storage = named[key], places[key] == nil else {
        throw Malformed("the list of storages does not fit those that the tensors name")
      }
      let count = try machine.integer(Int64.self, "the size of the storage \(key)")
      guard count == storage.count else {
        throw Malformed("the storage \(key) announces \(count) elements, its tensors \(storage.count)")
      }
      places[key] = try machine.take(storage.byteCount, "the storage \(key)")
    }
    guard places.count == named.count else { throw Malformed("\(named.count - places.count) storages are missing") }
    let left = machine.reader.remaining
    guard left == 0 else { throw Malformed("\(left) bytes follow the last storage") }
    return try machine.tree(of: root, keys: source.options.keys) { storage in
      guard let place = places[storage.key] else { throw Malformed("the storage \(storage.key) is missing") }
      return PickleContents(view: UnsafeRawBufferPointer(rebasing: bytes[place]))
    }
  }
}
