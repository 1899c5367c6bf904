// idx, the format of MNIST and its kin: two zero bytes, a type, the number of axes, their sizes, then the elements, big
// end first. Facts: the MNIST page of Y. LeCun.

import Foundation
import Tensor

enum IDX {
  private static let elements: [UInt8: ElementType] = [
    0x08: .uint8, 0x09: .int8, 0x0B: .int16, 0x0C: .int32, 0x0D: .float32, 0x0E: .float64,
  ]

  static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 8 && bytes[0] == 0 && bytes[1] == 0 && elements[bytes[2]] != nil && (1...8).contains(bytes[3])
  }

  /// The tensor of a file. Throws `Malformed` where sizes and bytes differ.
  static func read(_ data: Data) throws -> FileValue {
    try data.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      let start = try reader.take(4, "the magic")
      guard start[0] == 0, start[1] == 0, let element = elements[start[2]] else { throw Malformed("this is no idx file") }
      let shape = try (0..<start[3]).map { axis in
        Int(UInt32(bigEndian: UInt32(littleEndian: try reader.integer(UInt32.self, "the size of axis \(axis)"))))
      }
      let size = try element.byteCount(shape, "the array")
      guard size == reader.remaining else {
        throw Malformed(
          "the shape \(shape) of \(element) needs \(size) bytes, the file has \(reader.remaining)",
          hint: reader.remaining < size ? "the file is cut off" : nil)
      }
      return .tensor(try element.tensor(reader.take(size, "the elements"), shape: shape, isBigEndian: true))
    }
  }
}
