// How the bytes of a zarr chunk are made: an order of axes, then either the elements or shards (inner chunks with an index),
// then compressions and checksums. Undone from behind.

import Foundation

struct ZarrCodecs {
  enum Codec {
    case zstd, zlib, gzip, checksum

    /// The most bytes that one byte can stand for.
    var largestRatio: Int {
      switch self {
      case .zstd: Zstandard.largestRatio
      case .zlib, .gzip: 1100
      case .checksum: 1
      }
    }
  }

  /// The axes in the order in which the bytes have them, outermost first; nil where that is the array's own.
  var order: [Int]?
  var shards: ZarrShards?
  /// In the order of writing.
  var bytes: [Codec] = []

  static func codec(_ name: String) throws -> Codec {
    switch name {
    case "zstd": return .zstd
    case "zlib": return .zlib
    case "gzip": return .gzip
    case "crc32c": return .checksum
    default: throw Malformed("it is compressed by \(JSON.quoted(name)), which cannot be undone; zstd, zlib and gzip can")
    }
  }

  /// Version 3's list: transpositions, then `bytes` or `sharding_indexed`, then codecs of bytes.
  static func chain(_ list: [ZarrFields], depth: Int) throws -> (ZarrCodecs, isBigEndian: Bool) {
    var codecs = ZarrCodecs()
    var isBigEndian = false
    var isPacked = false
    for fields in list {
      let name = try fields.text("name")
      switch name {
      case "transpose":
        guard !isPacked, codecs.order == nil else { throw Malformed("its codecs transpose twice or too late") }
        codecs.order = try fields.object("configuration").wholes("order")
      case "bytes":
        guard !isPacked else { throw Malformed("its codecs make bytes twice") }
        isPacked = true
        switch try fields.optionalObject("configuration")?.optionalText("endian") ?? "little" {
        case "little": break
        case "big": isBigEndian = true
        case let other: throw Malformed("its byte order \(JSON.quoted(other)) is neither little nor big")
        }
      case "sharding_indexed":
        guard !isPacked, codecs.order == nil, depth < 2 else { throw Malformed("its shards are transposed, or nested too deep") }
        isPacked = true
        (codecs.shards, isBigEndian) = try ZarrShards.parse(fields.object("configuration"), depth: depth)
      default:
        guard isPacked else { throw Malformed("its codecs compress what is not bytes yet") }
        codecs.bytes.append(try codec(name))
      }
    }
    guard isPacked else { throw Malformed("its codecs make no bytes") }
    return (codecs, isBigEndian)
  }

  /// Whether the codecs fit a chunk.
  func check(_ chunk: [Int], _ element: ElementType) throws {
    if let order, order.sorted() != Array(chunk.indices) { throw Malformed("its codecs' order \(order) is none of \(chunk.count) axes") }
    guard let shards else { return }
    guard shards.chunk.count == chunk.count, zip(chunk, shards.chunk).allSatisfy({ $1 > 0 && $0 % $1 == 0 }) else {
      throw Malformed("its chunks of \(chunk) cannot be cut into \(shards.chunk)")
    }
    try shards.codecs.check(shards.chunk, element)
  }

  /// Undoes the codecs of bytes where that leaves exactly `output.count` bytes.
  func undo(_ data: Data, into output: UnsafeMutableRawBufferPointer) throws {
    guard let first = bytes.first else {
      guard data.count == output.count else { throw Malformed("has \(data.count) bytes, needs \(output.count)") }
      data.withUnsafeBytes { output.copyMemory(from: $0) }
      return
    }
    let last = try undo(data, bytes.dropFirst(), limit: Self.limit(output.count))
    try last.withUnsafeBytes { input in
      switch first {
      case .zstd: try Zstandard.unpack(input, into: output)
      case .zlib: try Deflate.unpack(input, .zlib, into: output)
      case .gzip: try Deflate.unpack(input, .gzip, into: output)
      case .checksum:
        let checked = try Self.checked(input)
        guard checked.count == output.count else { throw Malformed("has \(checked.count) bytes, needs \(output.count)") }
        output.copyMemory(from: checked)
      }
    }
  }

  /// Undoes all codecs of bytes, to at most `limit` bytes.
  func undo(_ data: Data, limit: Int) throws -> Data { try undo(data, bytes[...], limit: limit) }

  private func undo(_ data: Data, _ codecs: ArraySlice<Codec>, limit: Int) throws -> Data {
    var data = data
    for codec in codecs.reversed() {
      data = try data.withUnsafeBytes { input in
        switch codec {
        case .zstd: try Zstandard.unpack(input, limit: limit)
        case .zlib: try Deflate.unpack(input, .zlib, limit: limit)
        case .gzip: try Deflate.unpack(input, .gzip, limit: limit)
        case .checksum: Data(try Self.checked(input))
        }
      }
    }
    return data
  }

  /// What compressing may add to data that does not compress.
  private static func limit(_ count: Int) -> Int { count / 64 * 65 + (1 << 16) }

  private static func checked(_ bytes: UnsafeRawBufferPointer) throws -> UnsafeRawBufferPointer {
    guard bytes.count >= 4 else { throw Malformed("has no room for its checksum") }
    let data = UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - 4)])
    guard CastagnoliChecksum.of(data) == UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: data.count, as: UInt32.self)) else {
      throw Malformed("is damaged: its checksum differs")
    }
    return data
  }
}

/// Chunks inside a chunk, with an index of where each lies. A class, because its codecs may have shards again.
final class ZarrShards: Sendable {
  let chunk: [Int]
  let codecs: ZarrCodecs
  private let indexCodecs: ZarrCodecs
  private let isIndexAtEnd: Bool

  private init(chunk: [Int], codecs: ZarrCodecs, indexCodecs: ZarrCodecs, isIndexAtEnd: Bool) {
    self.chunk = chunk
    self.codecs = codecs
    self.indexCodecs = indexCodecs
    self.isIndexAtEnd = isIndexAtEnd
  }

  static func parse(_ fields: ZarrFields, depth: Int) throws -> (ZarrShards, isBigEndian: Bool) {
    let (codecs, isBigEndian) = try ZarrCodecs.chain(fields.objects("codecs"), depth: depth + 1)
    let (index, isIndexBigEndian) = try ZarrCodecs.chain(fields.objects("index_codecs"), depth: 2)
    guard !isIndexBigEndian, index.order == nil, index.shards == nil, index.bytes.allSatisfy({ $0 == .checksum }) else {
      throw Malformed("the index of its shards is compressed or big-endian, which cannot be undone")
    }
    let place = try fields.optionalText("index_location") ?? "end"
    guard place == "end" || place == "start" else { throw Malformed("the index of its shards lies at \(JSON.quoted(place))") }
    return (
      ZarrShards(
        chunk: try fields.wholes("chunk_shape"), codecs: codecs, indexCodecs: index, isIndexAtEnd: place == "end"),
      isBigEndian
    )
  }

  /// The inner chunks of a shard with so many along each axis: their data by place; nil where one is absent.
  func parts(of shard: Data, grid: [Int]) throws -> [Data?] {
    // The grid was checked with the chunk's shape: its product cannot overflow.
    let count = grid.reduce(1, *)
    let size = count.multipliedReportingOverflow(by: 16)
    let total = size.partialValue.addingReportingOverflow(4 * indexCodecs.bytes.count)
    guard !size.overflow, !total.overflow, total.partialValue <= shard.count else {
      throw Malformed("has \(shard.count) bytes, too few for an index of \(count) inner chunks")
    }
    let index = try indexCodecs.undo(
      isIndexAtEnd ? shard.suffix(total.partialValue) : shard.prefix(total.partialValue), limit: size.partialValue)
    return try index.withUnsafeBytes { bytes in
      try (0..<count).map { place in
        let offset = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16 * place, as: UInt64.self))
        let length = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16 * place + 8, as: UInt64.self))
        if offset == .max, length == .max { return nil }
        guard offset <= UInt64(shard.count), length <= UInt64(shard.count) - offset else {
          throw Malformed("has an inner chunk at byte \(offset) with \(length) bytes, beyond its \(shard.count) bytes")
        }
        let start = shard.startIndex + Int(offset)
        return shard[start..<start + Int(length)]
      }
    }
  }
}
