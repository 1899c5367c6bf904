// The expressions directly inside an expression, in the order in which they are computed; blocks and functions are not
// among them.

extension Expression {
  var parts: [Expression] {
    switch form {
    case .none, .bool, .number, .string, .name, .conditional, .function, .attempt: []
    case .interpolation(let pieces):
      pieces.compactMap { if case .value(let value, _) = $0 { value } else { nil } }
    case .list(let elements): elements.map(\.value)
    case .record(let entries):
      entries.flatMap { entry in
        switch entry {
        case .field(_, let value), .spread(let value): [value]
        case .computed(let key, let value): [key, value]
        }
      }
    case .negation(let value), .not(let value), .field(let value, _, _): [value]
    case .binary(_, let left, let right, _), .and(let left, let right), .or(let left, let right), .range(let left, let right),
      .pipe(let left, _, let right):
      [left, right]
    case .comparison(let first, let rest): [first] + rest.map(\.right)
    case .call(let callee, let arguments): [callee] + arguments.map(\.value)
    case .method(let receiver, _, _, let arguments): [receiver] + arguments.map(\.value)
    case .index(let value, let subscripts): [value] + subscripts.flatMap(\.parts)
    }
  }
}

extension Subscript {
  var parts: [Expression] {
    switch self {
    case .value(let value): [value]
    case .slice(let start, let stop, let step): [start, stop, step].compactMap { $0 }
    case .ellipsis, .newAxis: []
    }
  }
}
