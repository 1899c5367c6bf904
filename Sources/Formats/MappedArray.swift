// An npy array that stays in its file: rows are copied out of the mapping, without a computation, so that any thread
// may fetch them beside one.

import Foundation
public import Tensor

/// The rows of an .npy file, C order, little-endian.
public struct MappedArray: Sendable {
  public let shape: [Int]
  public let dtype: DType
  private let bytes: Data
  /// Where the elements begin.
  private let start: Int

  private static let types: [String: DType] = [
    "b1": .bool, "u1": .uint8, "i4": .int32, "i8": .int64, "f4": .float32, "f8": .float64,
  ]

  /// Throws `FormatError` where the file is none of these arrays.
  public init(_ path: String) throws {
    let bytes = try File.bytes(path)
    do {
      let (header, _, elements) = try bytes.withUnsafeBytes { try NumPyArray.parsed($0) }
      guard let dtype = Self.types["\(header.kind)\(header.size)"], !header.isBigEndian, !header.isFortran || header.shape.count < 2,
        !header.shape.isEmpty
      else { throw Malformed("rows of \(header.kind)\(header.size) in this order cannot be mapped", hint: "save it with numpy.ascontiguousarray") }
      shape = header.shape
      self.dtype = dtype
      start = bytes.count - elements.count
    } catch let error as Malformed {
      throw FormatError(.format, path, "npy: \(error.what)", hint: error.hint)
    }
    self.bytes = bytes
  }

  public var count: Int { shape[0] }

  /// Rows by number, [rows] + the rest of the shape.
  public func rows(_ numbers: [Int]) throws -> Tensor {
    let width = shape.dropFirst().reduce(1, *) * dtype.size
    return try Tensor(shape: [numbers.count] + shape.dropFirst(), dtype: dtype) { memory in
      bytes.withUnsafeBytes { source in
        for (place, row) in numbers.enumerated() {
          let from = start + row * width
          memory[place * width..<(place + 1) * width].copyBytes(from: source[from..<from + width])
        }
      }
    }
  }
}
