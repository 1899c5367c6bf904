// Bounded reading of bytes: every access is checked, and a short file is an error that says where.

struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var remaining: Int { bytes.count - offset }

  mutating func take(_ count: Int, _ what: String) throws -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining else {
      throw Malformed("\(what) needs \(count) bytes at byte \(offset), \(remaining) are left", hint: "the file is cut off")
    }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  mutating func integer<T: FixedWidthInteger>(_ type: T.Type, _ what: String) throws -> T {
    T(littleEndian: try take(MemoryLayout<T>.size, what).loadUnaligned(as: T.self))
  }

  mutating func text(_ count: Int, _ what: String) throws -> String {
    let place = offset
    guard let text = String(validating: try take(count, what), as: UTF8.self) else {
      throw Malformed("\(what) at byte \(place) is not UTF-8")
    }
    return text
  }
}

/// The product of sizes, nil where one is negative or the product overflows.
func elementCount(_ shape: [Int]) -> Int? {
  var count = 1
  for size in shape {
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    guard size >= 0, !overflow else { return nil }
    count = product
  }
  return count
}
