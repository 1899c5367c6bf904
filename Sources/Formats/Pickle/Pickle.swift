// Pickled NumPy trees, such as the weights of the Inception network: one pickle, plain containers and arrays.

import Foundation
import Tensor

enum Pickle {
  /// Protocols 2 to 5 begin so; older ones are text, which nothing tells apart.
  static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count > 2 && bytes[0] == 0x80 && (2...9).contains(bytes[1])
  }

  /// The tree of a file that is one pickle. Throws `Malformed`; nothing in the file is run.
  static func read(_ source: Source) throws -> FileValue { try source.data.withUnsafeBytes { try read($0, source) } }

  private static func read(_ bytes: UnsafeRawBufferPointer, _ source: Source) throws -> FileValue {
    guard !["pt", "pth", "bin"].contains((source.path as NSString).pathExtension.lowercased()) else {
      throw Malformed("the file is a pickle without torch's magic number", hint: "a pickle of NumPy arrays ends in .pickle")
    }
    var machine = PickleMachine(bytes, budget: PickleBudget(fileSize: bytes.count))
    let root = try machine.next()
    let left = machine.reader.remaining
    guard left == 0 else { throw Malformed("\(left) bytes follow the pickle at byte \(machine.reader.offset)") }
    return try machine.tree(of: root, keys: source.options.keys)
  }
}
