// Writing zip archives by libzip: the one file that hands it pointers.

import CZip
import Foundation

enum ZipWriter {
  /// An archive without members, which libzip would not write: the record that ends its directory.
  static let empty: [UInt8] = [0x50, 0x4B, 0x05, 0x06] + [UInt8](repeating: 0, count: 18)

  /// Writes members uncompressed, as NumPy does. The C functions are zip_source_buffer, zip_file_add, zip_close.
  static func write(_ members: [(name: String, bytes: [UInt8])], to path: String) throws {
    var code: Int32 = 0
    guard let archive = zip_open(path, Int32(ZIP_CREATE | ZIP_EXCL), &code) else {
      throw FormatError(.io, path, "cannot be written", hint: "may you write in its folder?")
    }
    // libzip reads the buffers when it closes the archive: they live until then.
    var buffers: [UnsafeMutableRawBufferPointer] = []
    defer { buffers.forEach { $0.deallocate() } }
    for member in members {
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(member.bytes.count, 1), alignment: 16)
      buffer.copyBytes(from: member.bytes)
      buffers.append(buffer)
      guard let source = zip_source_buffer(archive, buffer.baseAddress, zip_uint64_t(member.bytes.count), 0) else {
        zip_discard(archive)
        throw FormatError(.io, path, "cannot be written: no memory")
      }
      let index = zip_file_add(archive, member.name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
      guard index >= 0 else {
        zip_source_free(source)
        zip_discard(archive)
        throw FormatError(.value, path, "the name \(member.name) cannot be a member")
      }
      zip_set_file_compression(archive, zip_uint64_t(index), ZIP_CM_STORE, 0)
    }
    guard zip_close(archive) == 0 else {
      let why = String(cString: zip_strerror(archive))
      zip_discard(archive)
      throw FormatError(.io, path, "cannot be written: \(why)")
    }
  }
}
