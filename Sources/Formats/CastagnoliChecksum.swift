// CRC-32C (Castagnoli's polynomial), which OCDBT and zarr use. Eight bytes a step, by tables of what a byte leaves behind
// after so many more.

enum CastagnoliChecksum {
  /// 8 tables of 256.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      // The polynomial's bits in reverse order.
      for _ in 0..<8 { value = value >> 1 ^ (value & 1 == 0 ? 0 : 0x82F6_3B78) }
      tables[byte] = value
    }
    for index in 256..<8 * 256 { tables[index] = tables[index - 256] >> 8 ^ tables[Int(tables[index - 256] & 255)] }
    return tables
  }()

  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    tables.withUnsafeBufferPointer { tables in
      var sum = ~UInt32(0)
      var place = 0
      while place + 8 <= bytes.count {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) ^ UInt64(sum)
        sum = 0
        for byte in 0..<8 { sum ^= tables[(7 - byte) << 8 | Int(word >> (8 * UInt64(byte)) & 255)] }
        place += 8
      }
      for byte in bytes[place...] { sum = tables[Int(sum ^ UInt32(byte)) & 255] ^ sum >> 8 }
      return ~sum
    }
  }
}
