// One number as the bytes of an element.

extension ElementType {
  /// Little-endian bytes. Throws `Malformed` where the type cannot hold the number.
  func bytes(of number: Double) throws -> [UInt8] {
    func whole<T: FixedWidthInteger>(_ type: T.Type) throws -> [UInt8] {
      guard let value = T(exactly: number) else { throw Malformed("\(number) is no \(self)") }
      return withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    switch self {
    case .bool:
      guard number == 0 || number == 1 else { throw Malformed("\(number) is no \(self)") }
      return [number == 1 ? 1 : 0]
    case .int8: return try whole(Int8.self)
    case .int16: return try whole(Int16.self)
    case .int32: return try whole(Int32.self)
    case .int64: return try whole(Int64.self)
    case .uint8: return try whole(UInt8.self)
    case .uint16: return try whole(UInt16.self)
    case .uint32: return try whole(UInt32.self)
    case .uint64: return try whole(UInt64.self)
    case .float16: return withUnsafeBytes(of: Float16(number).bitPattern.littleEndian) { Array($0) }
    case .bfloat16:
      let bits = Float(number).bitPattern
      // To the nearest, halves to even; a NaN must not round to infinity.
      let rounded = number.isNaN ? 0x7FC0 : UInt16((UInt64(bits) + 0x7FFF + UInt64(bits >> 16 & 1)) >> 16 & 0xFFFF)
      return withUnsafeBytes(of: rounded.littleEndian) { Array($0) }
    case .float32: return withUnsafeBytes(of: Float(number).bitPattern.littleEndian) { Array($0) }
    case .float64: return withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) }
    }
  }
}
