// MessagePack as flax writes it: maps of arrays, which are extension type 1 ([shape, dtype, bytes] in MessagePack
// again); type 3 is a NumPy scalar of the same form, type 2 a complex number. Facts: msgpack.org, flax.serialization.

import Foundation
import OrderedCollections
import Tensor

/// Reading MessagePack. The writer stands in `MessagePack+Writing.swift`.
enum MessagePack {
  /// flax' name for the field that marks an array cut into pieces.
  static let chunkedArray = "__msgpack_chunked_array__"

  /// Whether bytes can begin a file of ours: a map whose first key is a text.
  static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let header: Int
    guard let first = bytes.first else { return false }
    switch first {
    case 0x81...0x8F: header = 1
    case 0xDE: header = 3
    case 0xDF: header = 5
    case 0x80: return bytes.count == 1
    default: return false
    }
    guard bytes.count > header else { return false }
    return (0xA0...0xBF).contains(bytes[header]) || (0xD9...0xDB).contains(bytes[header])
  }

  /// The one value of a file or member. Arrays become tensors, raw bytes uint8 tensors, complex numbers {re, im}; whole
  /// numbers beyond 2^53 int64 tensors. Throws `Malformed` with the byte where the error is.
  /// - Parameter keys: leaves by their path; the bytes of others are passed over.
  static func read(_ bytes: UnsafeRawBufferPointer, keys: KeyPattern? = nil) throws -> FileValue {
    var reader = Reader(bytes: ByteReader(bytes))
    var builder = TreeBuilder(keys, finish: assembled)
    try reader.read(into: &builder)
    guard reader.bytes.remaining == 0 else {
      throw Malformed("\(reader.bytes.remaining) bytes follow the value at byte \(reader.bytes.offset)")
    }
    return try builder.tree()
  }

  /// Checks that a file is whole, passing over its arrays.
  static func check(_ bytes: UnsafeRawBufferPointer) throws {
    var reader = Reader(bytes: ByteReader(bytes))
    var builder = TreeBuilder(KeyPattern(""))
    try reader.read(into: &builder)
    guard reader.bytes.remaining == 0 else { throw Malformed("\(reader.bytes.remaining) bytes follow the value") }
  }

  /// A file of flax': the value is a map.
  static func read(_ source: Source) throws -> FileValue {
    let value = try source.data.withUnsafeBytes { try read($0, keys: source.options.keys) }
    guard case .record = value else { throw Malformed("the file's value is no map of names", hint: "flax writes a map") }
    return value
  }

  private enum Item {
    case value(FileValue)
    case list(count: Int)
    case map(count: Int)
  }

  private struct Reader {
    var bytes: ByteReader

    mutating func read(into builder: inout TreeBuilder) throws {
      var isDone = false
      while !isDone {
        if builder.wantsKey { builder.add(key: try key()) }
        let place = bytes.offset
        if holdsBytes, !builder.wantsLeaf() {
          try passOver()
          isDone = try builder.add(nil)
          continue
        }
        let isChecked = holdsBytes
        switch try item() {
        case .value(let value): isDone = try builder.add(isChecked || builder.wantsLeaf() ? value : nil)
        case .list(let count): isDone = try located(place) { try builder.begin(isRecord: false, count: count) }
        case .map(let count): isDone = try located(place) { try builder.begin(isRecord: true, count: count) }
        }
      }
    }

    /// Whether raw bytes or an extension come next.
    private var holdsBytes: Bool {
      guard bytes.remaining > 0 else { return false }
      let code = bytes.bytes[bytes.offset]
      return (0xC4...0xC9).contains(code) || (0xD4...0xD8).contains(code)
    }

    /// Leaves raw bytes or an extension unread.
    private mutating func passOver() throws {
      let code = try bytes.integer(UInt8.self, "a value")
      switch code {
      case 0xC4...0xC6: _ = try bytes.take(length(code - 0xC4), "raw bytes")
      case 0xC7...0xC9: _ = try bytes.take(length(code - 0xC7) + 1, "an extension")
      default: _ = try bytes.take((1 << Int(code - 0xD4)) + 1, "an extension")
      }
    }

    private func located<R>(_ place: Int, _ body: () throws -> R) throws -> R {
      do { return try body() } catch let error as Malformed { throw Malformed("at byte \(place): \(error.what)", hint: error.hint) }
    }

    /// A text, or a whole number as text.
    private mutating func key() throws -> String {
      let place = bytes.offset
      switch try item() {
      case .value(.string(let text)): return text
      case .value(.number(let number)) where number == number.rounded() && abs(number) < 0x1p53: return String(Int(number))
      default: throw Malformed("a map's key at byte \(place) is no text")
      }
    }

    /// The next value, or the head of a container.
    private mutating func item() throws -> Item {
      let place = bytes.offset
      let code = try bytes.integer(UInt8.self, "a value")
      switch code {
      case 0x00...0x7F: return .value(.number(Double(code)))
      case 0x80...0x8F: return try container(.map(count: Int(code & 15)), place)
      case 0x90...0x9F: return try container(.list(count: Int(code & 15)), place)
      case 0xA0...0xBF: return .value(.string(try bytes.text(Int(code & 31), "a text")))
      case 0xC0: return .value(.none)
      case 0xC2: return .value(.bool(false))
      case 0xC3: return .value(.bool(true))
      case 0xC4, 0xC5, 0xC6:
        let data = try bytes.take(length(code - 0xC4), "raw bytes")
        return .value(.tensor(try Tensor(bytes: data, shape: [data.count], dtype: .uint8)))
      case 0xC7, 0xC8, 0xC9: return .value(try extended(length(code - 0xC7)))
      case 0xD4...0xD8: return .value(try extended(1 << Int(code - 0xD4)))
      case 0xCA: return .value(.number(Double(Float(bitPattern: try big(UInt32.self)))))
      case 0xCB: return .value(.number(Double(bitPattern: try big(UInt64.self))))
      case 0xCC: return .value(try whole(big(UInt8.self)))
      case 0xCD: return .value(try whole(big(UInt16.self)))
      case 0xCE: return .value(try whole(big(UInt32.self)))
      case 0xCF: return .value(try whole(big(UInt64.self)))
      case 0xD0: return .value(try whole(big(Int8.self)))
      case 0xD1: return .value(try whole(big(Int16.self)))
      case 0xD2: return .value(try whole(big(Int32.self)))
      case 0xD3: return .value(try whole(big(Int64.self)))
      case 0xD9, 0xDA, 0xDB: return .value(.string(try bytes.text(length(code - 0xD9), "a text")))
      case 0xDC: return try container(.list(count: length(1)), place)
      case 0xDD: return try container(.list(count: length(2)), place)
      case 0xDE: return try container(.map(count: length(1)), place)
      case 0xDF: return try container(.map(count: length(2)), place)
      case 0xE0...0xFF: return .value(.number(Double(Int8(bitPattern: code))))
      default: throw Malformed("the code \(String(code, radix: 16)) at byte \(place) begins no value")
      }
    }

    /// Every element takes a byte at least: what is announced must fit what is left.
    private func container(_ item: Item, _ place: Int) throws -> Item {
      let needed =
        switch item {
        case .list(let count): count
        case .map(let count): 2 * count
        case .value: 0
        }
      guard needed <= bytes.remaining else {
        throw Malformed(
          "a container at byte \(place) announces \(needed) values, \(bytes.remaining) bytes are left", hint: "the file is cut off")
      }
      return item
    }

    /// A length of 1, 2 or 4 bytes for the widths 0, 1 and 2.
    private mutating func length(_ width: UInt8) throws -> Int {
      switch width {
      case 0: Int(try big(UInt8.self))
      case 1: Int(try big(UInt16.self))
      default: Int(try big(UInt32.self))
      }
    }

    private mutating func big<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
      T(bigEndian: T(littleEndian: try bytes.integer(T.self, "a number")))
    }

    private func whole(_ number: some FixedWidthInteger) throws -> FileValue {
      if let exact = Double(exactly: number) { return .number(exact) }
      guard let signed = Int64(exactly: number) else { throw Malformed("the number \(number) is too large for int64") }
      return .tensor(try Tensor([signed], shape: []))
    }

    private mutating func extended(_ length: Int) throws -> FileValue {
      let place = bytes.offset
      let kind = try bytes.integer(Int8.self, "an extension's type")
      let payload = try bytes.take(length, "an extension")
      var inner = Reader(bytes: ByteReader(payload))
      do {
        let value: FileValue
        switch kind {
        case 1, 3: value = .tensor(try inner.array())
        case 2: value = try inner.complex()
        default: throw Malformed("the extension type \(kind) is unknown", hint: "flax writes 1 (array), 2 (complex) and 3 (scalar)")
        }
        guard inner.bytes.remaining == 0 else { throw Malformed("\(inner.bytes.remaining) bytes follow the array") }
        return value
      } catch let error as Malformed {
        throw Malformed("the extension at byte \(place): \(error.what)", hint: error.hint)
      }
    }

    /// [shape, dtype name, bytes in C order, little end first]
    private mutating func array() throws -> Tensor {
      guard case .list(count: 3) = try item(), case .list(let rank) = try item() else {
        throw Malformed("an array is no list of shape, dtype and bytes")
      }
      guard rank <= 32 else { throw Malformed("the shape has \(rank) axes; at most 32 can be read") }
      var shape: [Int] = []
      for _ in 0..<rank {
        guard case .value(.number(let size)) = try item(), let size = Int(exactly: size) else {
          throw Malformed("the shape holds something that is no whole number")
        }
        shape.append(size)
      }
      guard case .value(.string(let name)) = try item() else { throw Malformed("the dtype is no text") }
      guard let type = ElementType(rawValue: name) else {
        throw Malformed("arrays of \(name) cannot be read", hint: "numbers and truth values can")
      }
      let code = try bytes.integer(UInt8.self, "an array's bytes")
      guard (0xC4...0xC6).contains(code) else { throw Malformed("the elements are no raw bytes") }
      return try type.tensor(bytes.take(length(code - 0xC4), "the elements"), shape: shape)
    }

    private mutating func complex() throws -> FileValue {
      guard case .list(count: 2) = try item(), case .value(.number(let re)) = try item(),
        case .value(.number(let im)) = try item()
      else {
        throw Malformed("a complex number is no list of two numbers")
      }
      return .record(["re": .number(re), "im": .number(im)])
    }
  }

  // MARK: arrays in pieces

  /// A map, or the array whose pieces it holds.
  private static func assembled(_ fields: OrderedDictionary<String, FileValue>) throws -> FileValue {
    guard case .bool(true)? = fields[chunkedArray] else { return .record(fields) }
    guard let shape = sequence(fields["shape"]), let chunks = sequence(fields["chunks"]) else {
      throw Malformed("an array in pieces lacks its shape or its chunks")
    }
    let sizes = try shape.map { size in
      guard case .number(let number) = size, let size = Int(exactly: number), size >= 0 else {
        throw Malformed("an array in pieces has a shape that holds no whole number")
      }
      return size
    }
    let pieces = try chunks.map { chunk in
      guard case .tensor(let piece) = chunk, piece.rank == 1 else { throw Malformed("a piece of an array is no flat array") }
      return piece
    }
    guard let first = pieces.first, pieces.allSatisfy({ $0.dtype == first.dtype }) else {
      throw Malformed("the pieces of an array differ in dtype, or there are none")
    }
    let total = pieces.reduce(0) { $0 + $1.count }
    guard elementCount(sizes) == total else {
      throw Malformed("an array in pieces has the shape \(sizes) and \(total) elements")
    }
    return .tensor(try concat(pieces).reshaped(sizes).evaluated())
  }

  /// A list, or a map with the keys 0, 1, ... as flax writes tuples.
  private static func sequence(_ value: FileValue?) -> [FileValue]? {
    switch value {
    case .list(let items): items
    case .record(let fields):
      fields.keys.allSatisfy { Int($0).map { (0..<fields.count).contains($0) } ?? false }
        ? (0..<fields.count).compactMap { fields[String($0)] } : nil
    default: nil
    }
  }
}
