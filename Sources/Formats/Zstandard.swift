// zstd by its own library: the one file that hands it pointers. Output is bounded by what the caller expects.

import CZstd
import Foundation

enum Zstandard {
  /// No stream packs more bytes into one: 128 KiB in a block of four bytes.
  static let largestRatio = 1 << 15

  /// Streams that need a larger window are refused: 128 MiB, as the library's own tools have it.
  private static let largestWindow: Int32 = 27

  /// Fills `output` from frames that must hold exactly as many bytes. The C function is ZSTD_decompress.
  static func unpack(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws {
    let code = ZSTD_decompress(output.baseAddress, output.count, input.baseAddress, input.count)
    guard ZSTD_isError(code) == 0 else {
      guard ZSTD_getErrorCode(code) != ZSTD_error_dstSize_tooSmall else {
        throw Malformed("the zstd data holds more than the expected \(output.count) bytes")
      }
      throw Malformed("the zstd data is damaged: \(String(cString: ZSTD_getErrorName(code)))")
    }
    guard code == output.count else { throw Malformed("the zstd data holds \(code) bytes, \(output.count) are expected") }
  }

  /// All that frames hold, where nobody knows how much that is: an error beyond `limit` bytes.
  /// The C function is ZSTD_decompressStream.
  static func unpack(_ input: UnsafeRawBufferPointer, limit: Int) throws -> Data {
    guard let context = ZSTD_createDCtx() else { throw Malformed("there is no memory to decompress with") }
    defer { ZSTD_freeDCtx(context) }
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, largestWindow)
    var output = Data()
    var piece = [UInt8](repeating: 0, count: ZSTD_DStreamOutSize())
    var from = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var left = 1
    while left != 0 || from.pos < from.size {
      let read = from.pos
      let made = try piece.withUnsafeMutableBytes { piece in
        var to = ZSTD_outBuffer(dst: piece.baseAddress, size: piece.count, pos: 0)
        left = ZSTD_decompressStream(context, &to, &from)
        guard ZSTD_isError(left) == 0 else {
          throw Malformed("the zstd data is damaged: \(String(cString: ZSTD_getErrorName(left)))")
        }
        return to.pos
      }
      guard made <= limit - output.count else { throw Malformed("the zstd data holds more than \(limit) bytes") }
      output.append(contentsOf: piece[..<made])
      guard made > 0 || from.pos > read || left == 0 else { throw Malformed("the zstd data ends early") }
    }
    return output
  }
}
