// gzip around a single file: unpacked whole, then read as what it holds. Facts: RFC 1952.

import Foundation

enum GZip {
  static let magic: [UInt8] = [0x1F, 0x8B, 0x08]
  /// deflate packs 1032 bytes into one at most.
  private static let largestRatio = 1100

  /// The contents. Throws `Malformed` where they are damaged, or are not as many bytes as the file's end says.
  static func contents(_ data: Data) throws -> Data {
    try data.withUnsafeBytes { packed in
      guard packed.count >= 18 else { throw Malformed("the file is cut off") }
      let size = Int(UInt32(littleEndian: packed.loadUnaligned(fromByteOffset: packed.count - 4, as: UInt32.self)))
      guard size / largestRatio <= packed.count else {
        throw Malformed("the file claims to hold \(size) bytes, more than \(packed.count) bytes can")
      }
      return try Scratch.data(size) { try Deflate.unpack(packed, .gzip, into: $0) }
    }
  }
}
