// When two values are the same.

import Tensor

extension Value {
  /// `==` of the language; tensors inside lists and records compare whole.
  public static func equal(_ a: Value, _ b: Value) throws -> Bool {
    switch (a, b) {
    case (.none, .none): true
    case (.bool(let x), .bool(let y)): x == y
    case (.number(let x), .number(let y)): x == y
    case (.string(let x), .string(let y)): x == y
    case (.list(let x), .list(let y)): try x.count == y.count && zip(x, y).allSatisfy { try equal($0, $1) }
    case (.record(let x), .record(let y)):
      try x.count == y.count
        && x.allSatisfy { key, value in
          guard let other = y[key] else { return false }
          return try equal(value, other)
        }
    case (.range(let x), .range(let y)): x == y
    case (.tensor(let x), .tensor(let y)): try x.shape == y.shape && sameElements(x, y)
    case (.tensor(let x), .number(let y)), (.number(let y), .tensor(let x)): try x.count == 1 && x.item() == y
    case (.function(let x), .function(let y)): x === y
    case (.key(let x), .key(let y)): x == y
    case (.object(let x), .object(let y)): x.isEqual(to: y)
    case (.error(let x), .error(let y)): x.kind == y.kind && x.message == y.message
    default: false
    }
  }

  private static func sameElements(_ x: Tensor, _ y: Tensor) throws -> Bool {
    try x.scalars(Double.self) == y.scalars(Double.self)
  }
}
