// Tensors of torch: a storage of elements, and views of it by offset, shape and strides. Several may share a storage.

import Foundation
import Tensor

/// Elements in a row, by the key that names them in the file.
struct TorchStorage: Hashable {
  let element: ElementType
  let key: String
  let count: Int

  var byteCount: Int { count * element.size }

  static func allowsInKeys(_ unit: UInt8) -> Bool {
    switch unit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

/// A tensor within a storage. Offset and strides count elements.
struct TorchView {
  let storage: TorchStorage
  let offset: Int
  let shape: [Int]
  let strides: [Int]

  /// Throws where the view leaves its storage, or a size or stride is negative.
  init(storage: TorchStorage, offset: Int, shape: [Int], strides: [Int]) throws {
    guard shape.count == strides.count else { throw Malformed("a tensor has the size \(shape) and the stride \(strides)") }
    guard offset >= 0, let count = elementCount(shape), strides.allSatisfy({ $0 >= 0 }) else {
      throw Malformed("a tensor has the offset \(offset), the size \(shape) and the stride \(strides)")
    }
    if count > 0 {
      var last = offset
      for (size, stride) in zip(shape, strides) {
        let (span, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
        let (sum, carry) = last.addingReportingOverflow(span)
        guard !overflow, !carry else { throw Malformed("a tensor of size \(shape) and stride \(strides) reaches beyond all memory") }
        last = sum
      }
      guard last < storage.count else {
        throw Malformed("a tensor of size \(shape), stride \(strides) and offset \(offset) needs \(last + 1) elements; the storage \(storage.key) has \(storage.count)")
      }
    }
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.strides = strides
  }

  /// The tensor, from all bytes of the storage. Axes that only stand in another order (transposes) stay a view.
  func tensor(_ bytes: UnsafeRawBufferPointer, heldBy owner: Data? = nil, _ budget: inout PickleBudget) throws -> Tensor {
    guard bytes.count == storage.byteCount else {
      throw Malformed("the storage \(storage.key) has \(bytes.count) bytes, \(storage.count) elements of \(storage.element) need \(storage.byteCount)")
    }
    let size = storage.element.size
    let byteCount = try storage.element.byteCount(shape, "a tensor")
    try budget.spend(byteCount, "a tensor of size \(shape)")
    if byteCount == 0 { return try storage.element.tensor(UnsafeRawBufferPointer(start: nil, count: 0), shape: shape) }

    // Axes from the slowest to the fastest; in that order the elements may lie without gaps.
    let order = shape.indices.sorted { (strides[$0], $1) > (strides[$1], $0) }
    let sorted = order.map { shape[$0] }
    var step = 1
    var isDense = true
    for axis in order.reversed() where shape[axis] != 1 {
      isDense = isDense && strides[axis] == step
      step *= shape[axis]
    }
    if isDense {
      let part = UnsafeRawBufferPointer(rebasing: bytes[offset * size..<offset * size + byteCount])
      let tensor = try storage.element.tensor(part, shape: sorted, heldBy: owner)
      return order == Array(shape.indices) ? tensor : try tensor.permuted(shape.indices.map { axis in order.firstIndex(of: axis) ?? axis })
    }
    let gathered = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      gather(bytes, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<byteCount]), size)
      count = byteCount
    }
    return try gathered.withUnsafeBytes { try storage.element.tensor($0, shape: shape) }
  }

  /// Elements in row-major order, one by one.
  private func gather(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, _ size: Int) {
    var index = [Int](repeating: 0, count: shape.count)
    var source = offset
    for place in stride(from: 0, to: target.count, by: size) {
      for byte in 0..<size { target[place + byte] = bytes[source * size + byte] }
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        source += strides[axis]
        if index[axis] < shape[axis] { break }
        source -= index[axis] * strides[axis]
        index[axis] = 0
        axis -= 1
      }
    }
  }
}
