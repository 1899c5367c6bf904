// Writing zip archives, members stored as they are: straight from the tensors' memory to the file, so that an archive
// takes no memory of its size. Facts: PKWARE's APPNOTE 6.3, sections 4.3.7 to 4.5.3.

import Foundation

struct ZipWriter {
  private struct Entry {
    let name: [UInt8]
    let checksum: UInt32
    let size: Int
    let offset: Int
  }

  private let file: FileHandle
  private var place = 0
  private var entries: [Entry] = []

  init(_ file: FileHandle) { self.file = file }

  /// From here on the 32-bit fields of sizes and places are full and an extra field has the number.
  private static let full = Int(UInt32.max)

  /// Adds a member of these parts, one after the other.
  /// - Parameter alignment: its first byte comes to stand at a multiple of this, by an extra field that nobody reads.
  /// - Throws: `Malformed` where the name cannot be one.
  mutating func add(_ name: String, _ parts: [UnsafeRawBufferPointer], alignment: Int = 1) throws {
    let text = Array(name.utf8)
    guard text.count < 1 << 16 else { throw Malformed("a name of \(text.count) bytes cannot be a member's") }
    let size = parts.reduce(0) { $0 + $1.count }
    let checksum = parts.reduce(UInt32(0)) { Deflate.checksum($1, after: $0) }
    var extra = size >= Self.full ? little(UInt16(1)) + little(UInt16(16)) + little(UInt64(size)) + little(UInt64(size)) : []
    let data = place + 30 + text.count + extra.count
    if alignment > 1 {
      // The field's own head takes four bytes.
      let padding = (alignment - (data + 4) % alignment) % alignment
      extra += little(UInt16(0x4246)) + little(UInt16(padding)) + [UInt8](repeating: 0, count: padding)
    }
    entries.append(Entry(name: text, checksum: checksum, size: size, offset: place))
    let shown = little(UInt32(clamping: size))
    try write(
      little(UInt32(0x0403_4B50)) + little(UInt16(size >= Self.full ? 45 : 20)) + Self.flags + little(UInt16(0)) + Self.time
        + little(checksum) + shown + shown + little(UInt16(text.count)) + little(UInt16(extra.count)) + text + extra)
    for part in parts {
      try file.write(viewing: part)
      place += part.count
    }
  }

  /// Writes the directory. An archive without members is one too.
  mutating func finish() throws {
    let start = place
    for entry in entries {
      let large = entry.size >= Self.full ? [entry.size, entry.size] : []
      let numbers = large + (entry.offset >= Self.full ? [entry.offset] : [])
      let extra = numbers.isEmpty ? [] : little(UInt16(1)) + little(UInt16(8 * numbers.count)) + numbers.flatMap { little(UInt64($0)) }
      let version = little(UInt16(numbers.isEmpty ? 20 : 45))
      let shown = little(UInt32(clamping: entry.size))
      try write(
        little(UInt32(0x0201_4B50)) + version + version + Self.flags + little(UInt16(0)) + Self.time + little(entry.checksum) + shown + shown
          + little(UInt16(entry.name.count)) + little(UInt16(extra.count)) + [UInt8](repeating: 0, count: 10)
          + little(UInt32(clamping: entry.offset)) + entry.name + extra)
    }
    let end = place, size = end - start
    if entries.count >= 0xFFFF || end >= Self.full {
      let count = little(UInt64(entries.count))
      try write(
        little(UInt32(0x0606_4B50)) + little(UInt64(44)) + little(UInt16(45)) + little(UInt16(45)) + little(UInt64(0)) + count + count
          + little(UInt64(size)) + little(UInt64(start)))
      try write(little(UInt32(0x0706_4B50)) + little(UInt32(0)) + little(UInt64(end)) + little(UInt32(1)))
    }
    let count = little(UInt16(clamping: entries.count))
    try write(
      little(UInt32(0x0605_4B50)) + little(UInt32(0)) + count + count + little(UInt32(clamping: size)) + little(UInt32(clamping: start))
        + little(UInt16(0)))
  }

  /// Names are UTF-8.
  private static let flags: [UInt8] = [0x00, 0x08]
  /// The first of January 1980, 0:00: equal contents make equal files.
  private static let time: [UInt8] = [0, 0, 0x21, 0]

  private func little(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }

  private mutating func write(_ bytes: [UInt8]) throws {
    try file.write(contentsOf: bytes)
    place += bytes.count
  }
}
