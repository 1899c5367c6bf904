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

  /// Large arrays whose bits need no change stay in the contents.
  static func read(_ contents: Data) throws -> FileValue { try contents.withUnsafeBytes { try read($0, heldBy: contents) } }

  static func read(_ bytes: UnsafeRawBufferPointer, heldBy owner: Data? = nil) throws -> FileValue {
    let (header, count, data) = try parsed(bytes)
    if header.kind == "U" || header.kind == "S" { return try strings(data, header, count) }
    return .tensor(try tensor(data, header, owner))
  }

  /// Checks a file without reading its elements: what was just written is looked at so.
  static func check(_ bytes: UnsafeRawBufferPointer) throws { _ = try parsed(bytes) }

  static func parsed(_ bytes: UnsafeRawBufferPointer) throws -> (Header, count: Int, data: UnsafeRawBufferPointer) {
    var reader = ByteReader(bytes)
    guard try reader.take(6, "the magic").elementsEqual(magic) else { throw Malformed("this is no npy array") }
    let major = try reader.integer(UInt8.self, "the version")
    _ = try reader.integer(UInt8.self, "the version")
    guard (1...3).contains(major) else { throw Malformed("npy version \(major) is unknown; 1 to 3 are") }
    let length =
      major == 1
      ? Int(try reader.integer(UInt16.self, "the header's length"))
      : Int(try reader.integer(UInt32.self, "the header's length"))
    let header = try NumPyHeader.parse(text(reader.take(length, "the header"), isLatin: major < 3))
    guard let count = elementCount(header.shape) else {
      throw Malformed("the shape \(header.shape) is not possible")
    }
    let (size, overflow) = count.multipliedReportingOverflow(by: header.size)
    guard !overflow, size == reader.remaining else {
      throw Malformed(
        "shape \(header.shape) needs \(overflow ? "more bytes than there are" : "\(size) bytes"), the file has \(reader.remaining)",
        hint: reader.remaining < size ? "the file is cut off" : nil)
    }
    return (header, count, try reader.take(size, "the elements"))
  }

  /// Headers are Latin-1 before version 3, UTF-8 from then on.
  private static func text(_ bytes: UnsafeRawBufferPointer, isLatin: Bool) throws -> String {
    if isLatin { return String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) })) }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Malformed("the header is not UTF-8") }
    return text
  }

  private static func tensor(_ data: UnsafeRawBufferPointer, _ header: Header, _ owner: Data?) throws -> Tensor {
    let kinds: [String: ElementType] = [
      "b1": .bool, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64, "u1": .uint8, "u2": .uint16, "u4": .uint32,
      "u8": .uint64, "f2": .float16, "f4": .float32, "f8": .float64,
      // What `ml_dtypes` writes for bfloat16: raw two-byte elements.
      "V2": .bfloat16,
    ]
    guard let type = kinds["\(header.kind)\(header.size)"] else {
      throw Malformed("arrays of \(header.kind)\(header.size) cannot be read", hint: "numbers, truth values and text can")
    }
    // Fortran order is C order of the reversed shape.
    guard header.isFortran, header.shape.count > 1 else {
      return try type.tensor(data, shape: header.shape, isBigEndian: header.isBigEndian, heldBy: owner)
    }
    let turned = try type.tensor(data, shape: header.shape.reversed(), isBigEndian: header.isBigEndian)
    return try turned.permuted(header.shape.indices.reversed()).evaluated()
  }

  /// Text of fixed width, zero-padded: UCS-4 for `U`, bytes for `S`; nested lists for more than one axis.
  /// A single text where there are no axes.
  private static func strings(_ data: UnsafeRawBufferPointer, _ header: Header, _ count: Int) throws -> FileValue {
    // Texts of no width take no bytes, and axes of no length none either: their number says nothing about the file.
    guard count > 0 else { return .list([]) }
    guard header.size > 0 || count < 1 << 20 else { throw Malformed("\(count) texts without a character cannot be read") }
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
    guard header.isFortran, header.shape.count > 1 else { return nested(texts[...], header.shape[...]) }
    // In Fortran order the first axis runs fastest.
    let places = try Tensor.arange(count).reshaped(header.shape.reversed()).permuted(header.shape.indices.reversed())
    return nested(try places.scalars(Int32.self).map { texts[Int($0)] }[...], header.shape[...])
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

  /// An array in the making: a number, truth value, text or a list of them as NumPy makes one, or a tensor.
  enum Output {
    case tensor(Tensor)
    case texts([String], shape: [Int])

    /// Nil for what is no array: records, mixed lists, images.
    init?(_ value: FileValue) throws {
      switch value {
      // NumPy does not know bfloat16.
      case .tensor(let tensor): self = .tensor(tensor.dtype == .bfloat16 ? try tensor.cast(to: .float32) : tensor)
      case .number(let number): self = .tensor(Tensor(number, dtype: .float64))
      case .bool(let flag): self = .tensor(Tensor(flag ? 1 : 0, dtype: .bool))
      case .string(let text): self = .texts([text], shape: [])
      case .list(let items):
        if !items.isEmpty, let texts = items.all({ if case .string(let text) = $0 { text } else { nil } }) {
          self = .texts(texts, shape: [texts.count])
        } else if !items.isEmpty, let flags = items.all({ if case .bool(let flag) = $0 { flag } else { nil } }) {
          self = .tensor(try Tensor(flags.map { $0 ? 1.0 : 0 }).cast(to: .bool))
        } else if let numbers = items.all({ if case .number(let number) = $0 { number } else { nil } }) {
          self = .tensor(try Tensor(numbers))
        } else {
          return nil
        }
      case .none, .record, .image: return nil
      }
    }

    /// Calls `body` with the header and the elements.
    func withParts(_ body: ([UInt8], UnsafeRawBufferPointer) throws -> Void) throws {
      switch self {
      case .tensor(let tensor):
        let header = NumPyArray.header(NumPyArray.descriptions[tensor.dtype] ?? "<f4", tensor.shape)
        try tensor.withBytes { try body(header, $0) }
      case .texts(let texts, let shape):
        let width = max(1, texts.map(\.unicodeScalars.count).max() ?? 1)
        var codes: [UInt32] = []
        codes.reserveCapacity(width * texts.count)
        for text in texts {
          let own = text.unicodeScalars.map(\.value.littleEndian)
          codes += own + [UInt32](repeating: 0, count: width - own.count)
        }
        try codes.withUnsafeBytes { try body(NumPyArray.header("<U\(width)", shape), $0) }
      }
    }
  }

  private static let descriptions: [DType: String] = [
    .bool: "|b1", .uint8: "|u1", .int32: "<i4", .int64: "<i8", .float32: "<f4", .float64: "<f8",
  ]

  /// Writes one array whole or not at all.
  static func write(_ value: FileValue, to path: String) throws {
    guard let output = try Output(value) else {
      throw FormatError(.value, path, "an npy holds one tensor, number, text or list of them", hint: "records go into .npz")
    }
    try AtomicFile.write(to: path) { try $0.withUnsafeBytes { try check($0) } } _: { file in
      try output.withParts { header, elements in
        try file.write(contentsOf: header)
        try file.write(viewing: elements)
      }
    }
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

extension [FileValue] {
  /// What every item is; nil where one is something else.
  fileprivate func all<T>(_ part: (FileValue) -> T?) -> [T]? {
    let parts = compactMap(part)
    return parts.count == count ? parts : nil
  }
}
