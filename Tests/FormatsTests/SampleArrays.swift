// What tests of samples share: the arrays of a file by their paths, and what it is for two of them to be the same.

import Formats
import OrderedCollections
import Tensor

/// Tensors by dotted path.
func leaves(_ value: FileValue) -> OrderedDictionary<String, Tensor> {
  var all: OrderedDictionary<String, Tensor> = [:]
  var pending: [(String, FileValue)] = [("", value)]
  while let (path, value) = pending.popLast() {
    func joined(_ name: String) -> String { path.isEmpty ? name : path + "." + name }
    switch value {
    case .tensor(let tensor): all[path] = tensor
    case .record(let fields): pending += fields.map { (joined($0.key), $0.value) }
    case .list(let items): pending += items.enumerated().map { (joined(String($0.offset)), $0.element) }
    case .none, .bool, .number, .string, .image: break
    }
  }
  return all
}

/// Whether two tensors hold the same numbers, bit for bit; bfloat16 is expected as its bits.
func same(_ tensor: Tensor, _ expected: Tensor) throws -> Bool {
  guard tensor.shape == expected.shape else { return false }
  if tensor.dtype == .bfloat16 {
    let bits = try tensor.withBytes { bytes in (0..<tensor.count).map { bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self) } }
    return try bits == expected.scalars(Int32.self).map { UInt16($0) }
  }
  guard tensor.dtype == expected.dtype else { return false }
  return try tensor.withBytes { a in try expected.withBytes { b in a.elementsEqual(b) } }
}
