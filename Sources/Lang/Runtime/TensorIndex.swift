// Index expressions on tensors: numbers, slices, `...`, `new`, masks and integer tensors, as `Pick` has them.

import Tensor

enum TensorIndex {
  static func read(_ tensor: Tensor, _ indices: [Index]) throws -> Tensor {
    try tensor.picked(indices.map { try pick($0, tensor) })
  }

  static func replace(_ tensor: Tensor, _ indices: [Index], _ value: Tensor) throws -> Tensor {
    try tensor.replacing(indices.map { try pick($0, tensor) }, with: value)
  }

  private static func pick(_ index: Index, _ tensor: Tensor) throws -> Pick {
    switch index {
    case .slice(let start, let stop, let step): return .slice(.range(start: start, stop: stop, step: step))
    case .ellipsis: return .slice(.ellipsis)
    case .newAxis: return .slice(.newAxis)
    case .value(.number(let number)):
      guard let whole = Int(exactly: number) else { throw Messages.indexNotWhole(number) }
      return .slice(.index(whole))
    case .value(.range(let range)) where range.step == 1:
      let bounds = [range.start, range.end].map { Int(exactly: min(max($0, -1e15), 1e15).rounded(.up)) }
      guard let start = bounds[0], let end = bounds[1], range.start == range.start.rounded() || range.count == 0 else {
        throw Messages.indexNotWhole(range.start)
      }
      return .slice(.range(start: start, stop: end, step: 1))
    case .value(let value):
      guard let places = try places(value) else { throw Messages.cannotIndex(.tensor(tensor), index) }
      // A single number is a number, wherever it comes from.
      guard places.rank == 0, places.dtype != .bool else { return .places(places) }
      // Doubles hold int64 to 2^53 only; beyond, no axis is that long.
      let number = try places.item()
      guard let whole = Int(exactly: number) else { throw Messages.indexNotWhole(number) }
      return .slice(.index(whole))
    }
  }

  /// An integer or bool tensor, or nested lists that stand for one.
  private static func places(_ value: Value) throws -> Tensor? {
    switch value {
    case .tensor(let tensor): return tensor.dtype.isFloating ? nil : tensor
    case .list, .range:
      guard let exact = try value.asTensor(.float64) else { return nil }
      if exact.dtype != .float64 { return exact.dtype.isFloating ? nil : exact }
      if let odd = try exact.scalars(Double.self).first(where: { $0 != $0.rounded() || !$0.isFinite }) {
        throw Messages.indexNotWhole(odd)
      }
      return try exact.cast(to: .int64)
    default: return nil
    }
  }
}
