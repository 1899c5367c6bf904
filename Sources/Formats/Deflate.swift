// Deflate streams (zip members, zlib, gzip) and CRC-32 by zlib: the one file that hands it pointers. Output is bounded
// by what the caller expects, never by what the stream says.

import CZlib
import Foundation

enum Deflate {
  /// What stands around a deflate stream: zlib's windowBits.
  enum Frame: Int32 {
    /// Nothing, as in zip archives.
    case bare = -15
    case zlib = 15
    case gzip = 31
  }

  /// Bytes between two looks at who waits.
  static let step = 16 << 20

  /// Fills `output` from the stream, which must hold exactly as many bytes. The C function is inflate.
  /// - Parameter tick: hears of so many bytes more, and may stop the work.
  static func unpack(
    _ input: UnsafeRawBufferPointer, _ frame: Frame, into output: UnsafeMutableRawBufferPointer, tick: (Int) throws -> Void = { _ in }
  ) throws {
    let stream = try Stream(frame)
    var isOver = false
    var read = 0, written = 0
    repeat {
      let (taken, given) = (min(input.count - read, step), min(output.count - written, step))
      let (code, used, made) = stream.step(
        UnsafeRawBufferPointer(rebasing: input[read..<read + taken]),
        UnsafeMutableRawBufferPointer(rebasing: output[written..<written + given]))
      read += used
      written += made
      try tick(made)
      switch code {
      case Z_STREAM_END: isOver = true
      case Z_OK where used + made > 0: break
      // Nothing moved: the input is spent, or the output is full and the stream wants to go on.
      case Z_OK, Z_BUF_ERROR:
        throw Malformed(
          written < output.count ? "the compressed data ends early" : "the compressed data holds more than \(output.count) bytes")
      default: throw Malformed("the compressed data is damaged: \(stream.message)")
      }
    } while !isOver
    guard written == output.count else {
      throw Malformed("the compressed data holds \(written) bytes, \(output.count) are expected")
    }
    guard read == input.count else { throw Malformed("\(input.count - read) bytes follow the compressed data") }
  }

  /// All that a stream holds, where nobody knows how much that is: an error beyond `limit` bytes. gzip files may be
  /// several streams in a row.
  static func unpack(_ input: UnsafeRawBufferPointer, _ frame: Frame, limit: Int) throws -> Data {
    var output = Data()
    var piece = [UInt8](repeating: 0, count: 256 << 10)
    var read = 0
    repeat {
      let stream = try Stream(frame)
      var isOver = false
      repeat {
        let taken = min(input.count - read, step)
        let (code, used, made) = piece.withUnsafeMutableBytes {
          stream.step(UnsafeRawBufferPointer(rebasing: input[read..<read + taken]), $0)
        }
        read += used
        guard made <= limit - output.count else { throw Malformed("the compressed data holds more than \(limit) bytes") }
        output.append(contentsOf: piece[..<made])
        switch code {
        case Z_STREAM_END: isOver = true
        case Z_OK where used + made > 0: break
        case Z_OK, Z_BUF_ERROR: throw Malformed("the compressed data ends early")
        default: throw Malformed("the compressed data is damaged: \(stream.message)")
        }
      } while !isOver
    } while frame == .gzip && read < input.count
    guard read == input.count else { throw Malformed("\(input.count - read) bytes follow the compressed data") }
    return output
  }

  /// CRC-32 as zip archives have it, of these bytes or of these after others. The C function is crc32_z.
  static func checksum(_ bytes: UnsafeRawBufferPointer, after others: UInt32 = 0) -> UInt32 { checksum(bytes, after: others) { _ in } }

  /// - Parameter tick: hears of each piece that is done, and may stop the work by throwing.
  static func checksum(
    _ bytes: UnsafeRawBufferPointer, after others: UInt32 = 0, tick: (Int) throws -> Void
  ) rethrows -> UInt32 {
    var sum = uLong(others)
    for start in stride(from: 0, to: bytes.count, by: step) {
      let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + step)])
      sum = crc32_z(sum, part.bindMemory(to: UInt8.self).baseAddress, part.count)
      try tick(part.count)
    }
    return UInt32(truncatingIfNeeded: sum)
  }

  private final class Stream {
    /// Allocated, because zlib remembers the address.
    private let state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    /// Stands for an address where there is no byte: zlib refuses null.
    private var nothing: [UInt8] = [0]

    init(_ frame: Frame) throws {
      state.initialize(to: z_stream())
      guard inflateInit2_(state, frame.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
        throw Malformed("there is no memory to decompress with")
      }
    }

    deinit {
      inflateEnd(state)
      state.deallocate()
    }

    var message: String { state.pointee.msg.map { String(cString: $0) } ?? "zlib cannot go on" }

    func step(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> (Int32, used: Int, made: Int) {
      nothing.withUnsafeMutableBytes { nothing in
        let from = input.baseAddress ?? UnsafeRawPointer(nothing.baseAddress!)
        let to = output.baseAddress ?? nothing.baseAddress!
        state.pointee.next_in = UnsafeMutablePointer(mutating: from.assumingMemoryBound(to: UInt8.self))
        state.pointee.avail_in = UInt32(input.count)
        state.pointee.next_out = to.assumingMemoryBound(to: UInt8.self)
        state.pointee.avail_out = UInt32(output.count)
        let code = inflate(state, Z_NO_FLUSH)
        return (code, input.count - Int(state.pointee.avail_in), output.count - Int(state.pointee.avail_out))
      }
    }
  }
}
