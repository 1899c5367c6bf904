// The central directory of a zip archive, checked before anything is read: sizes, places, names, overlap.
// Facts: PKWARE's APPNOTE 6.3, sections 4.3.7 to 4.5.3.

import OrderedCollections

struct ZipDirectory {
  private let bytes: UnsafeRawBufferPointer
  /// Where the directory begins and ends, and how many members it announces.
  private var start = 0
  private var end = 0
  private var count: UInt64 = 0
  /// Bytes before the archive (a program that unpacks it, say), which its offsets do not count.
  private var shift = 0

  private static let endSize = 22
  /// deflate packs 1032 bytes into one at most.
  private static let largestRatio = 1100
  /// Folders in a name.
  private static let deepest = 64

  init(_ bytes: UnsafeRawBufferPointer) throws {
    self.bytes = bytes
    guard let place = endRecord() else {
      throw Malformed("the zip archive has no directory at its end", hint: "the file is cut off; download or copy it again")
    }
    count = UInt64(u16(place + 10))
    var size = UInt64(u32(place + 12)), offset = UInt64(u32(place + 16))
    guard u16(place + 4) == 0 || u16(place + 4) == 0xFFFF else { throw Malformed("the zip archive is one of several parts") }
    end = place
    if let record = largeRecord(before: place) {
      count = u64(record + 32)
      size = u64(record + 40)
      offset = u64(record + 48)
      end = record
    }
    guard size <= UInt64(end), offset <= UInt64(end) - size else {
      throw Malformed("the zip archive's directory of \(size) bytes cannot lie at byte \(offset)", hint: "the file is cut off or damaged")
    }
    start = end - Int(size)
    shift = start - Int(offset)
    guard count <= size / 46 else { throw Malformed("the zip archive announces \(count) members, its directory has \(size) bytes") }
  }

  private func u16(_ place: Int) -> UInt16 { UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self)) }
  private func u32(_ place: Int) -> UInt32 { UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)) }
  private func u64(_ place: Int) -> UInt64 { UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) }

  /// The last record that ends the file with its comment, of at most 65,535 bytes.
  private func endRecord() -> Int? {
    var place = bytes.count - Self.endSize
    let lowest = max(0, place - 0xFFFF)
    while place >= lowest {
      if u32(place) == 0x0605_4B50, place + Self.endSize + Int(u16(place + 20)) == bytes.count { return place }
      place -= 1
    }
    return nil
  }

  /// The record of 64-bit counts, which a locator before the end record points to.
  private func largeRecord(before place: Int) -> Int? {
    let locator = place - 20
    guard locator >= 56, u32(locator) == 0x0706_4B50 else { return nil }
    // Its offset does not count the bytes before the archive; without extensions it lies right before the locator.
    let places = [Int(exactly: u64(locator + 8)), locator - 56]
    return places.lazy.compactMap(\.self).first { $0 >= 0 && $0 <= locator - 56 && u32($0) == 0x0606_4B50 }
  }

  // MARK: members

  /// Files in the directory's order. Throws where any member, folders included, could not be trusted.
  func members() throws -> OrderedDictionary<String, ZipArchive.Member> {
    var members: OrderedDictionary<String, ZipArchive.Member> = [:]
    members.reserveCapacity(Int(count))
    var spans: [(start: Int, end: Int)] = []
    var place = start
    for index in 0..<Int(count) {
      guard place <= end - 46, u32(place) == 0x0201_4B50 else {
        throw Malformed("the entry \(index) of the zip archive's directory is damaged, at byte \(place)")
      }
      let lengths = (name: Int(u16(place + 28)), extra: Int(u16(place + 30)), comment: Int(u16(place + 32)))
      let next = place + 46 + lengths.name + lengths.extra + lengths.comment
      guard next <= end else { throw Malformed("the entry \(index) of the zip archive's directory runs past its end") }
      let name = try Self.name(bytes[place + 46..<place + 46 + lengths.name], index)
      guard u32(place + 38) >> 28 != 0xA else { throw Malformed("the member \(name) is a symbolic link") }
      let member = try self.member(at: place, name, extra: place + 46 + lengths.name..<place + 46 + lengths.name + lengths.extra)
      spans.append((member.offset, member.start + member.packedSize))
      if !name.hasSuffix("/") {
        guard members.updateValue(member, forKey: name) == nil else { throw Malformed("the member \(name) stands twice in the archive") }
      }
      place = next
    }
    try Self.checkOverlap(spans)
    return members
  }

  /// No name may lead out of a folder, should anybody unpack the archive.
  private static func name(_ bytes: Slice<UnsafeRawBufferPointer>, _ index: Int) throws -> String {
    guard let name = String(validating: bytes, as: UTF8.self), !name.isEmpty else {
      throw Malformed("the name of member \(index) of the zip archive is empty or not UTF-8")
    }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let hasDrive = name.dropFirst().first == ":" && name.first?.isLetter == true
    guard !name.hasPrefix("/"), !parts.contains(".."), !name.contains("\\"), !name.utf8.contains(0), !hasDrive else {
      throw Malformed("the member's name \(JSON.quoted(name)) leads out of the archive")
    }
    guard parts.count <= deepest else { throw Malformed("the member \(index) lies deeper than \(deepest) folders") }
    return name
  }

  private func member(at place: Int, _ name: String, extra: Range<Int>) throws -> ZipArchive.Member {
    guard u16(place + 8) & 0x2041 == 0 else { throw Malformed("the member \(name) is encrypted") }
    let method = u16(place + 10)
    guard method == 0 || method == 8 else {
      throw Malformed("the member \(name) is compressed by method \(method); only stored and deflated ones can be read")
    }
    let (size, packed, offset) = try sizes(at: place, name, extra)
    guard packed <= UInt64(start), offset <= UInt64(start - shift), method == 8 || size == packed,
      size / UInt64(Self.largestRatio) <= packed
    else {
      throw Malformed("the member \(name) claims \(size) bytes in \(packed) at byte \(offset), which this file cannot hold")
    }
    let header = Int(offset) + shift
    guard header <= start - 30, u32(header) == 0x0403_4B50 else {
      throw Malformed("the member \(name) does not begin at byte \(offset), where the directory has it")
    }
    // The two headers' extra fields differ, so only the local one says where the data is.
    let data = header + 30 + Int(u16(header + 26)) + Int(u16(header + 28))
    guard data <= start, Int(packed) <= start - data else {
      throw Malformed("the member \(name) of \(packed) bytes at byte \(data) runs past the archive's members")
    }
    guard bytes[header + 30..<header + 30 + Int(u16(header + 26))].elementsEqual(name.utf8), u16(header + 8) == method else {
      throw Malformed("the member \(name) has another name or method in the header before its data")
    }
    return ZipArchive.Member(
      isDeflated: method == 8, checksum: u32(place + 16), packedSize: Int(packed), size: Int(size), offset: header, start: data)
  }

  /// Size, packed size and offset; those that 32 bits cannot hold stand in the extra field 1, in this order.
  private func sizes(at place: Int, _ name: String, _ extra: Range<Int>) throws -> (UInt64, UInt64, UInt64) {
    var numbers = [UInt64(u32(place + 24)), UInt64(u32(place + 20)), UInt64(u32(place + 42))]
    guard numbers.contains(0xFFFF_FFFF) else { return (numbers[0], numbers[1], numbers[2]) }
    var field = extra.lowerBound
    while field + 4 <= extra.upperBound {
      let length = Int(u16(field + 2))
      guard length <= extra.upperBound - field - 4 else { break }
      if u16(field) == 1 {
        var value = field + 4
        for index in numbers.indices where numbers[index] == 0xFFFF_FFFF {
          guard value + 8 <= field + 4 + length else { throw Malformed("the member \(name) lacks its 64-bit sizes") }
          numbers[index] = u64(value)
          value += 8
        }
        break
      }
      field += 4 + length
    }
    return (numbers[0], numbers[1], numbers[2])
  }

  private static func checkOverlap(_ spans: [(start: Int, end: Int)]) throws {
    var place = 0
    for span in spans.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      guard span.start >= place else { throw Malformed("two members of the zip archive overlap at byte \(span.start)") }
      place = span.end
    }
  }
}
