// .npy: NumPy's single arrays, versions 1 to 3, both byte orders, C and Fortran order, text arrays (`<U`, `|S`).
// Facts: numpy.lib.format.

import Foundation
import Tensor

enum NumPyArray {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// What a header says.
  struct Header {
    var kind: Character
    var size: Int
    var isBigEndian: Bool
    var isFortran: Bool
    var shape: [Int]
  }

  // MARK: reading

  static func read(_ contents: Data) throws -> FileValue { try contents.withUnsafeBytes { try read($0) } }

  static func read(_ bytes: UnsafeRawBufferPointer) throws -> FileValue {
    var reader = ByteReader(bytes)
    guard try reader.take(6, "the magic").elementsEqual(magic) else { throw Malformed("this is no npy array") }
    let major = try reader.integer(UInt8.self, "the version")
    _ = try reader.integer(UInt8.self, "the version")
    guard (1...3).contains(major) else { throw Malformed("npy version \(major) is unknown; 1 to 3 are") }
    let length =
      major == 1
      ? Int(try reader.integer(UInt16.self, "the header's length"))
      : Int(try reader.integer(UInt32.self, "the header's length"))
    let header = try NumPyHeader.parse(try reader.text(length, "the header"))
    guard let count = elementCount(header.shape) else {
      throw Malformed("the shape \(header.shape) is not possible")
    }
    let (size, overflow) = count.multipliedReportingOverflow(by: header.size)
    guard !overflow, size == reader.remaining else {
      throw Malformed(
        "shape \(header.shape) needs \(overflow ? "more bytes than there are" : "\(size) bytes"), the file has \(reader.remaining)",
        hint: reader.remaining < size ? "the file is cut off" : nil)
    }
    let data = try reader.take(size, "the elements")
    if header.kind == "U" || header.kind == "S" { return try strings(data, header, count) }
    return .tensor(try tensor(data, header, count))
  }

  private static func tensor(_ data: UnsafeRawBufferPointer, _ header: Header, _ count: Int) throws -> Tensor {
    // Fortran order is C order of the reversed shape.
    let shape = header.isFortran ? Array(header.shape.reversed()) : header.shape
    func made(_ dtype: DType) throws -> Tensor {
      let swapped = header.isBigEndian && header.size > 1
      let tensor = try swapped
        ? reversed(data, header.size).withUnsafeBytes { try Tensor(bytes: $0, shape: shape, dtype: dtype) }
        : Tensor(bytes: data, shape: shape, dtype: dtype)
      return header.isFortran && shape.count > 1 ? try tensor.permuted(Array((0..<shape.count).reversed())).evaluated() : tensor
    }
    func converted<T, S: Scalar>(_ type: T.Type, _ convert: (T) throws -> S) throws -> Tensor {
      let bytes = header.isBigEndian && header.size > 1 ? reversed(data, header.size) : Array(data)
      let values = try bytes.withUnsafeBytes { buffer in
        try (0..<count).map { try convert(buffer.loadUnaligned(fromByteOffset: $0 * header.size, as: T.self)) }
      }
      let tensor = try Tensor(values, shape: shape)
      return header.isFortran && shape.count > 1 ? try tensor.permuted(Array((0..<shape.count).reversed())).evaluated() : tensor
    }
    switch (header.kind, header.size) {
    case ("f", 4): return try made(.float32)
    case ("f", 8): return try made(.float64)
    case ("f", 2): return try converted(UInt16.self) { Float(halfBits: $0) }
    case ("i", 4): return try made(.int32)
    case ("i", 8): return try made(.int64)
    case ("i", 1): return try converted(Int8.self) { Int32($0) }
    case ("i", 2): return try converted(Int16.self) { Int32($0) }
    case ("u", 1): return try made(.uint8)
    case ("u", 2): return try converted(UInt16.self) { Int32($0) }
    case ("u", 4): return try converted(UInt32.self) { Int64($0) }
    case ("u", 8):
      return try converted(UInt64.self) { value in
        guard let signed = Int64(exactly: value) else { throw Malformed("\(value) is too large for int64") }
        return signed
      }
    case ("b", 1):
      guard data.allSatisfy({ $0 <= 1 }) else { throw Malformed("a truth value is neither 0 nor 1") }
      return try made(.bool)
    // What `ml_dtypes` writes for bfloat16: raw two-byte elements.
    case ("V", 2): return try made(.bfloat16)
    default:
      throw Malformed(
        "arrays of \(header.kind)\(header.size) cannot be read", hint: "numbers, truth values and text can")
    }
  }

  private static func reversed(_ data: UnsafeRawBufferPointer, _ size: Int) -> [UInt8] {
    var bytes = Array(data)
    for start in stride(from: 0, to: bytes.count, by: size) { bytes[start..<start + size].reverse() }
    return bytes
  }

  /// Text of fixed width, zero-padded: UCS-4 for `U`, bytes for `S`; nested lists for more than one axis.
  private static func strings(_ data: UnsafeRawBufferPointer, _ header: Header, _ count: Int) throws -> FileValue {
    var texts: [FileValue] = []
    for index in 0..<count {
      var text = ""
      if header.kind == "U" {
        for place in 0..<header.size / 4 {
          let raw = data.loadUnaligned(fromByteOffset: index * header.size + 4 * place, as: UInt32.self)
          let code = header.isBigEndian ? raw.byteSwapped : raw
          if code == 0 { break }
          guard let scalar = UnicodeScalar(code) else { throw Malformed("\(code) is no Unicode character") }
          text.unicodeScalars.append(scalar)
        }
      } else {
        let part = data[index * header.size..<(index + 1) * header.size].prefix { $0 != 0 }
        text = String(decoding: part, as: UTF8.self)
      }
      texts.append(.string(text))
    }
    guard !header.isFortran || header.shape.count < 2 else { throw Malformed("text arrays in Fortran order cannot be read") }
    return nested(texts[...], header.shape[...])
  }

  private static func nested(_ texts: ArraySlice<FileValue>, _ shape: ArraySlice<Int>) -> FileValue {
    guard let size = shape.first else { return texts.first ?? .none }
    let inner = size == 0 ? 0 : texts.count / size
    return .list((0..<size).map { index in
      let start = texts.startIndex + index * inner
      return nested(texts[start..<start + inner], shape.dropFirst())
    })
  }

  // MARK: writing

  /// A whole npy file. bfloat16 is widened to float32, which NumPy knows.
  static func bytes(of tensor: Tensor) throws -> [UInt8] {
    let source = tensor.dtype == .bfloat16 ? try tensor.cast(to: .float32) : tensor
    let descriptions: [DType: String] = [
      .bool: "|b1", .uint8: "|u1", .int32: "<i4", .int64: "<i8", .float32: "<f4", .float64: "<f8",
    ]
    return header(descriptions[source.dtype] ?? "<f4", source.shape) + (try source.withBytes { Array($0) })
  }

  /// A list of strings as `<U`.
  static func bytes(of texts: [String]) -> [UInt8] {
    let width = max(1, texts.map(\.unicodeScalars.count).max() ?? 1)
    var data: [UInt8] = []
    data.reserveCapacity(4 * width * texts.count)
    for text in texts {
      var scalars = text.unicodeScalars.map(\.value)
      scalars += [UInt32](repeating: 0, count: width - scalars.count)
      for code in scalars { withUnsafeBytes(of: code.littleEndian) { data += $0 } }
    }
    return header("<U\(width)", [texts.count]) + data
  }

  private static func header(_ description: String, _ shape: [Int]) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '\(description)', 'fortran_order': False, 'shape': (\(sizes)), }"
    // The elements begin at a multiple of 64.
    text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
    let length = UInt16(text.utf8.count)
    return magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(text.utf8)
  }
}
