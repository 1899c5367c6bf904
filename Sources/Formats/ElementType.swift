// What elements of arrays are in files. Files know more kinds than tensors do; the others widen without loss.

import Foundation
import Tensor

/// The type of an array's elements in a file.
enum ElementType: String, Sendable, CaseIterable {
  case bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, bfloat16, float32, float64

  /// Smaller arrays are copied: that is as cheap, and lets go of the file.
  private static let worthMapping = 64 << 10

  /// Bytes of one element.
  var size: Int {
    switch self {
    case .bool, .int8, .uint8: 1
    case .int16, .uint16, .float16, .bfloat16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    }
  }

  /// The tensor type whose elements have the same bits; nil where elements must be widened.
  var dtype: DType? {
    switch self {
    case .bool: .bool
    case .uint8: .uint8
    case .int32: .int32
    case .int64: .int64
    case .bfloat16: .bfloat16
    case .float32: .float32
    case .float64: .float64
    case .int8, .int16, .uint16, .uint32, .uint64, .float16: nil
    }
  }

  /// Bytes of an array of this shape. Throws where the shape is not possible or the product overflows.
  func byteCount(_ shape: [Int], _ what: String) throws -> Int {
    guard shape.count <= 32 else { throw Malformed("\(what) has \(shape.count) axes; at most 32 can be read") }
    guard let count = elementCount(shape), case let (bytes, overflow) = count.multipliedReportingOverflow(by: size), !overflow
    else {
      throw Malformed("\(what) has the shape \(shape), which is not possible")
    }
    return bytes
  }

  /// A tensor of row-major bytes: int8, int16 and uint16 become int32, uint32 and uint64 int64, float16 float32.
  /// Large arrays whose bits need no change stay where they are, in the data that holds them, if it is given.
  /// Throws `Malformed` where shape and bytes differ, a truth value is neither 0 nor 1, or a uint64 is beyond int64.
  func tensor(
    _ bytes: UnsafeRawBufferPointer, shape: [Int], isBigEndian: Bool = false, heldBy owner: Data? = nil, _ what: String = "the array"
  ) throws -> Tensor {
    let needed = try byteCount(shape, what)
    guard needed == bytes.count else {
      throw Malformed("\(what) of \(self) \(shape) needs \(needed) bytes, has \(bytes.count)")
    }
    if self == .bool, let odd = bytes.first(where: { $0 > 1 }) {
      throw Malformed("\(what) holds the truth value \(odd), expected 0 or 1")
    }
    if isBigEndian, size > 1 {
      return try Self.reversed(bytes, size).withUnsafeBytes { try tensor($0, shape: shape, what) }
    }
    if let dtype {
      guard let owner, bytes.count >= Self.worthMapping else { return try Tensor(bytes: bytes, shape: shape, dtype: dtype) }
      return try Tensor(viewing: bytes, of: owner, shape: shape, dtype: dtype)
    }
    switch self {
    case .int8: return try widened(bytes, shape, .int32) { (element: Int8) in Int32(element) }
    case .int16: return try widened(bytes, shape, .int32) { (element: Int16) in Int32(element) }
    case .uint16: return try widened(bytes, shape, .int32) { (element: UInt16) in Int32(element) }
    case .uint32: return try widened(bytes, shape, .int64) { (element: UInt32) in Int64(element) }
    case .uint64:
      return try widened(bytes, shape, .int64) { (element: UInt64) throws -> Int64 in
        guard let signed = Int64(exactly: element) else { throw Malformed("\(what) holds \(element), too large for int64") }
        return signed
      }
    default: return try widened(bytes, shape, .float32) { (element: UInt16) in Float(halfBits: element) }
    }
  }

  private func widened<Stored: BitwiseCopyable, Element>(
    _ bytes: UnsafeRawBufferPointer, _ shape: [Int], _ dtype: DType, _ widen: (Stored) throws -> Element
  ) throws -> Tensor {
    try Tensor(shape: shape, dtype: dtype) { memory in
      let elements = memory.bindMemory(to: Element.self)
      for place in elements.indices {
        elements[place] = try widen(bytes.loadUnaligned(fromByteOffset: place * MemoryLayout<Stored>.size, as: Stored.self))
      }
    }
  }

  private static func reversed(_ bytes: UnsafeRawBufferPointer, _ size: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
      for start in stride(from: 0, to: bytes.count - size + 1, by: size) {
        for place in 0..<size { buffer[start + place] = bytes[start + size - 1 - place] }
      }
      count = bytes.count
    }
  }
}

extension Float {
  /// IEEE half precision, exactly; a NaN keeps its sign and payload.
  init(halfBits bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 31)
    let fraction = UInt32(bits & 1023)
    switch exponent {
    case 0: self = (sign == 0 ? 1 : -1) * Float(fraction) * 0x1p-24
    case 31: self.init(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: self.init(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
