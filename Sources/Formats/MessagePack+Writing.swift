// Writing MessagePack as flax' `msgpack_restore`, `from_bytes` and `restore_checkpoint` read it.

import Foundation
import OrderedCollections
import Tensor

extension MessagePack {
  /// flax cuts arrays of more bytes into pieces, because lengths have 32 bits and its decoder 31.
  private static let longestPiece = 1 << 30

  /// Writes a value whole or not at all, and reads the file's structure back before it takes its name.
  /// Throws `FormatError`: `.value` where the value holds what flax has no form for.
  static func write(_ value: FileValue, to path: String) throws {
    guard case .record = value else {
      throw FormatError(.value, path, "a msgpack file holds a record", hint: "put the value into one: {x: value}")
    }
    var tensors: [Tensor] = []
    try collect(value, "", &tensors, path, depth: 0)
    try evaluate(tensors)
    try AtomicFile.write(to: path) { try $0.withUnsafeBytes { try check($0) } } _: { file in
      var writer = Writer(file: file)
      try writer.write(value)
      try writer.flush()
    }
  }

  /// Checks that all of a value can be written, before a file is begun.
  private static func collect(_ value: FileValue, _ name: String, _ tensors: inout [Tensor], _ path: String, depth: Int) throws {
    guard depth <= TreeBuilder.deepest else {
      throw FormatError(.value, path, "the value is nested deeper than \(TreeBuilder.deepest) levels")
    }
    switch value {
    case .tensor(let tensor): tensors.append(tensor)
    case .record(let fields): for (key, field) in fields { try collect(field, name.isEmpty ? key : name + "/" + key, &tensors, path, depth: depth + 1) }
    case .list(let items): for (place, item) in items.enumerated() { try collect(item, "\(name)/\(place)", &tensors, path, depth: depth + 1) }
    case .none, .bool, .number, .string: break
    case .image: throw FormatError(.value, path, "\(name) is an image", hint: "msgpack holds numbers, texts and tensors")
    }
  }

  private struct Writer {
    let file: FileHandle
    private var buffer: [UInt8] = []

    init(file: FileHandle) { self.file = file }

    mutating func flush() throws {
      try file.write(contentsOf: buffer)
      buffer.removeAll(keepingCapacity: true)
    }

    mutating func write(_ value: FileValue) throws {
      switch value {
      case .none: buffer.append(0xC0)
      case .bool(let flag): buffer.append(flag ? 0xC3 : 0xC2)
      case .number(let number): append(number)
      case .string(let text): append(text)
      case .list(let items):
        head(0x90, 15, nil, 0xDC, 0xDD, items.count)
        for item in items { try write(item) }
      case .record(let fields):
        head(0x80, 15, nil, 0xDE, 0xDF, fields.count)
        for (key, field) in fields {
          append(key)
          try write(field)
        }
      case .tensor(let tensor): try write(tensor)
      case .image: break
      }
    }

    private mutating func append(_ number: Double) {
      guard number == number.rounded(), abs(number) < 0x1p53, number != 0 || number.sign == .plus else {
        buffer.append(0xCB)
        big(number.bitPattern)
        return
      }
      let whole = Int64(number)
      if whole >= 0, whole < 128 {
        buffer.append(UInt8(whole))
      } else {
        buffer.append(0xD3)
        big(whole)
      }
    }

    private mutating func append(_ text: String) {
      head(0xA0, 31, 0xD9, 0xDA, 0xDB, text.utf8.count)
      buffer.append(contentsOf: text.utf8)
    }

    /// The code of a length: within the code itself, in 8 bits where there is such a code, in 16 or 32.
    private mutating func head(_ fixed: UInt8, _ most: Int, _ short: UInt8?, _ medium: UInt8, _ long: UInt8, _ count: Int) {
      if count <= most {
        buffer.append(fixed | UInt8(count))
      } else if let short, count < 1 << 8 {
        buffer += [short, UInt8(count)]
      } else if count < 1 << 16 {
        buffer.append(medium)
        big(UInt16(count))
      } else {
        buffer.append(long)
        big(UInt32(clamping: count))
      }
    }

    private mutating func big(_ number: some FixedWidthInteger) {
      withUnsafeBytes(of: number.bigEndian) { buffer.append(contentsOf: $0) }
    }

    private mutating func write(_ tensor: Tensor) throws {
      try tensor.withBytes { bytes in
        guard bytes.count > longestPiece else { return try write(bytes, shape: tensor.shape, tensor.dtype) }
        let pieces = stride(from: 0, to: bytes.count, by: longestPiece).map { start in
          UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + longestPiece, bytes.count)])
        }
        buffer.append(0x83)
        append(chunkedArray)
        buffer.append(0xC3)
        append("shape")
        head(0x80, 15, nil, 0xDE, 0xDF, tensor.rank)
        for (axis, size) in tensor.shape.enumerated() {
          append(String(axis))
          append(Double(size))
        }
        append("chunks")
        head(0x80, 15, nil, 0xDE, 0xDF, pieces.count)
        for (place, piece) in pieces.enumerated() {
          append(String(place))
          try write(piece, shape: [piece.count / tensor.dtype.size], tensor.dtype)
        }
      }
    }

    /// An array as extension 1: [shape, dtype name, bytes].
    private mutating func write(_ bytes: UnsafeRawBufferPointer, shape: [Int], _ dtype: DType) throws {
      var payload = Writer(file: file)
      payload.buffer.append(0x93)
      payload.head(0x90, 15, nil, 0xDC, 0xDD, shape.count)
      for size in shape { payload.append(Double(size)) }
      payload.append(dtype.rawValue)
      payload.buffer.append(0xC6)
      payload.big(UInt32(bytes.count))
      buffer.append(0xC9)
      big(UInt32(payload.buffer.count + bytes.count))
      buffer.append(1)
      buffer += payload.buffer
      try flush()
      try file.write(viewing: bytes)
    }
  }
}
