// The little of protocol buffers' wire format that event files need: fields by number, written in order. Facts: the
// encoding page of the format's documentation.

import Foundation

/// A message in the making.
struct ProtocolBuffer {
  private(set) var bytes = Data()

  private enum Wire: UInt64 {
    case varint = 0
    case eight = 1
    case length = 2
    case four = 5
  }

  mutating func add(_ field: Int, _ number: Int64) {
    key(field, .varint)
    varint(UInt64(bitPattern: number))
  }

  mutating func add(_ field: Int, _ number: Double) {
    key(field, .eight)
    append(number.bitPattern.littleEndian)
  }

  mutating func add(_ field: Int, _ number: Float) {
    key(field, .four)
    append(number.bitPattern.littleEndian)
  }

  mutating func add(_ field: Int, _ text: String) { add(field, Data(text.utf8)) }

  mutating func add(_ field: Int, _ message: ProtocolBuffer) { add(field, message.bytes) }

  mutating func add(_ field: Int, _ contents: Data) {
    key(field, .length)
    varint(UInt64(contents.count))
    bytes.append(contents)
  }

  private mutating func key(_ field: Int, _ wire: Wire) { varint(UInt64(field) << 3 | wire.rawValue) }

  private mutating func append(_ number: some FixedWidthInteger) { withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) } }

  private mutating func varint(_ number: UInt64) {
    var rest = number
    while rest > 127 {
      bytes.append(UInt8(rest & 127 | 128))
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
