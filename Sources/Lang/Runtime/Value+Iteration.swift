// Walking values: lists, ranges, strings, records (their keys), tensors (their rows), objects.

import Tensor

extension Value {
  /// nil where the value cannot be walked.
  public func iterator() throws -> ValueIterator? {
    switch self {
    case .list(let items): return Value.walk(items.count) { items[$0] }
    case .range(let range): return Value.walk(range.count) { .number(range[$0]) }
    case .string(let text):
      let characters = Array(text)
      return Value.walk(characters.count) { .string(String(characters[$0])) }
    case .record(let record):
      let keys = record.keys
      return Value.walk(keys.count) { .string(keys[$0]) }
    case .tensor(let tensor) where tensor.rank > 0:
      let ready = try tensor.evaluated()
      return Value.walk(tensor.shape[0]) { try .tensor(ready.sliced([.index($0)])) }
    case .object(let object): return try object.iterator()
    default: return nil
    }
  }

  /// Throws where all elements at once would take more memory than there is: lazy sequences may be endless.
  func admitElements(for operation: String) throws {
    // A tensor's row is a node of the graph.
    let size = if case .tensor = self { 512 } else { 2 * MemoryLayout<Value>.stride }
    try Memory.admit(count ?? 0, of: size, for: operation)
  }

  private static func walk(_ count: Int, _ element: @escaping (Int) throws -> Value) -> ValueIterator {
    var index = 0
    return {
      guard index < count else { return nil }
      index += 1
      return try element(index - 1)
    }
  }

  /// What `len` gives, nil where there is none.
  public var count: Int? {
    switch self {
    case .list(let items): items.count
    case .range(let range): range.count
    case .string(let text): text.count
    case .record(let record): record.count
    case .tensor(let tensor) where tensor.rank > 0: tensor.shape[0]
    case .object(let object): object.count
    default: nil
    }
  }
}
