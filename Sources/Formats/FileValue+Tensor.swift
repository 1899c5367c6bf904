// Tensors as nested lists, for formats that know only numbers.

import Tensor

extension Tensor {
  func nestedNumbers() throws -> FileValue {
    FileValue.nested(try scalars(Double.self)[...], shape[...], isBool: dtype == .bool)
  }
}

extension FileValue {
  fileprivate static func nested(_ numbers: ArraySlice<Double>, _ shape: ArraySlice<Int>, isBool: Bool) -> FileValue {
    guard let size = shape.first else {
      let number = numbers.first ?? 0
      return isBool ? .bool(number != 0) : .number(number)
    }
    let inner = size == 0 ? 0 : numbers.count / size
    return .list((0..<size).map { index in
      let start = numbers.startIndex + index * inner
      return nested(numbers[start..<start + inner], shape.dropFirst(), isBool: isBool)
    })
  }
}
