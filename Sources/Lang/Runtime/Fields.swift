// What stands behind a dot: fields of records and objects, attributes of tensors and errors.

import Tensor

enum Fields {
  static let tensorAttributes = ["T", "shape", "dtype", "ndim", "size"]
  static let errorFields = ["kind", "message", "hint", "where"]
  static let functionFields = ["name", "doc"]

  /// nil where the value has no such field.
  static func read(_ value: Value, _ name: String) throws -> Value? {
    switch value {
    case .record(let record): return record[name]
    case .object(let object): return try object.field(name)
    case .tensor(let tensor): return try attribute(tensor, name)
    case .error(let error):
      switch name {
      case "kind": return .string(error.kind.rawValue)
      case "message": return .string(error.message)
      case "hint": return error.hint.map { .string($0) } ?? Value.none
      case "where": return .string(error.place)
      default: return nil
      }
    case .range(let range):
      return ["start": range.start, "end": range.end, "step": range.step][name].map { .number($0) }
    case .function(let function):
      return ["name": function.name, "doc": function.doc][name].map { .string($0) }
    default: return nil
    }
  }

  private static func attribute(_ tensor: Tensor, _ name: String) throws -> Value? {
    switch name {
    case "T": .tensor(tensor.rank < 2 ? tensor : try tensor.permuted(Array((0..<tensor.rank).reversed())))
    case "shape": .list(tensor.shape.map { .number(Double($0)) })
    case "dtype": .string(tensor.dtype.rawValue)
    case "ndim": .number(Double(tensor.rank))
    case "size": .number(Double(tensor.count))
    default: nil
    }
  }

  /// For completion and for "did you mean".
  static func names(_ value: Value) -> [String] {
    switch value {
    case .record(let record): record.keys
    case .object(let object): object.fieldNames
    case .tensor: tensorAttributes
    case .error: errorFields
    case .range: ["start", "end", "step"]
    case .function: functionFields
    default: []
    }
  }
}
