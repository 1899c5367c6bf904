// The frame of OCDBT's manifests and nodes, and the columns in it. Facts: TensorStore's page "OCDBT key-value store".

import Foundation

/// What a framed byte sequence is.
enum OCDBTKind: UInt32 {
  case manifest = 0x0CDB_3A2A
  case node = 0x0CDB_20DE

  /// The most bytes that a body may have.
  var largest: Int { self == .manifest ? 64 << 20 : 128 << 20 }
}

enum OCDBTFrame {
  /// The body inside magic, length, version, compression and checksum. Throws `Malformed`, which the caller places.
  static func body(_ bytes: UnsafeRawBufferPointer, _ kind: OCDBTKind) throws -> Data {
    var reader = ByteReader(bytes)
    let magic = UInt32(bigEndian: try reader.take(4, "the magic").loadUnaligned(as: UInt32.self))
    guard magic == kind.rawValue else {
      throw Malformed(String(format: "begins with the magic %08x, expected %08x", magic, kind.rawValue))
    }
    let length = try reader.integer(UInt64.self, "the length")
    guard length == UInt64(bytes.count) else { throw Malformed("announces \(length) bytes, there are \(bytes.count)") }
    guard reader.remaining >= 6 else { throw Malformed("is only \(bytes.count) bytes long") }
    let end = bytes.count - 4
    let sum = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self))
    guard CastagnoliChecksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<end])) == sum else {
      throw Malformed("is damaged: its checksum differs", hint: "download or copy the checkpoint again")
    }
    let version = try reader.varint("the version")
    guard version == 0 else { throw Malformed("is of format version \(version); 0 can be read") }
    let compression = try reader.varint("the compression")
    guard reader.offset <= end else { throw Malformed("is only \(bytes.count) bytes long") }
    let body = UnsafeRawBufferPointer(rebasing: bytes[reader.offset..<end])
    switch compression {
    case 0: return Data(body)
    case 1: return try Zstandard.unpack(body, limit: kind.largest)
    default: throw Malformed("is compressed by method \(compression); 0 (not) and 1 (zstd) can be read")
    }
  }
}

extension ByteReader {
  /// An unsigned LEB128 number of at most ten bytes.
  mutating func varint(_ what: String) throws -> UInt64 {
    let place = offset
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let byte = try integer(UInt8.self, what)
      // The tenth byte has room for one bit.
      guard shift < 63 || byte <= 1 else { break }
      value |= UInt64(byte & 127) << shift
      if byte < 128 { return value }
    }
    throw Malformed("\(what) at byte \(place) is longer than 64 bits")
  }

  /// A column of so many numbers. The count was checked against the bytes left.
  mutating func varints(_ count: Int, _ what: String) throws -> [UInt64] {
    var numbers: [UInt64] = []
    numbers.reserveCapacity(count)
    for _ in 0..<count { numbers.append(try varint(what)) }
    return numbers
  }

  /// Lengths: numbers that are no larger than what a file can hold.
  mutating func lengths(_ count: Int, _ what: String) throws -> [Int] {
    try varints(count, what).map { number in
      guard number < 1 << 62 else { throw Malformed("\(what) is \(number), which no file can hold") }
      return Int(number)
    }
  }

  /// How many records follow, each of which takes so many bytes at least.
  mutating func count(_ what: String, bytesEach: Int) throws -> Int {
    let count = try varint("the number of \(what)")
    guard count <= UInt64(remaining / bytesEach) else {
      throw Malformed("announces \(count) \(what), \(remaining) bytes are left")
    }
    return Int(count)
  }

  /// Strings that share beginnings with the one before: a column of shared lengths for all but the first, one of
  /// lengths of the rest, then what `between` reads, then the rests one after the other.
  mutating func sharedStrings<Between>(
    _ count: Int, _ what: String, between: (inout ByteReader) throws -> Between
  ) throws -> ([[UInt8]], Between) {
    let shared = count == 0 ? [] : [0] + (try lengths(count - 1, "the shared length of \(what)"))
    let own = try lengths(count, "the length of \(what)")
    let columns = try between(&self)
    var strings: [[UInt8]] = []
    strings.reserveCapacity(count)
    var total = 0
    for (shared, own) in zip(shared, own) {
      let last = strings.last ?? []
      guard shared <= last.count else { throw Malformed("\(what) shares \(shared) bytes with one of \(last.count)") }
      let string = last[..<shared] + (try take(own, what))
      // Sharing lets a few bytes stand for long strings.
      total += string.count
      guard total <= 256 << 20 else { throw Malformed("\(what)s take more than 256 MiB") }
      strings.append(Array(string))
    }
    return (strings, columns)
  }
}
