// Zip archives by libzip: the one file that hands it pointers. Members are checked (CRC) and bounded.

import CZip
import Foundation

enum ZipArchive {
  /// A member may unpack to this many times the archive's size at most: more is a bomb.
  private static let largestRatio = 1100

  static let magic: [UInt8] = [0x50, 0x4B]

  /// The members in the archive's order. The C functions are zip_open, zip_stat_index, zip_fread.
  static func members(_ path: String, archiveSize: Int) throws -> [(name: String, bytes: [UInt8])] {
    var code: Int32 = 0
    guard let archive = zip_open(path, Int32(ZIP_RDONLY | ZIP_CHECKCONS), &code) else {
      var error = zip_error_t()
      zip_error_init_with_code(&error, code)
      defer { zip_error_fini(&error) }
      throw Malformed("the zip archive cannot be opened: \(String(cString: zip_error_strerror(&error)))", hint: "the file is cut off or damaged")
    }
    defer { zip_discard(archive) }
    var members: [(name: String, bytes: [UInt8])] = []
    var names: Set<String> = []
    for index in 0..<zip_uint64_t(max(zip_get_num_entries(archive, 0), 0)) {
      var stat = zip_stat_t()
      guard zip_stat_index(archive, index, 0, &stat) == 0, let name = stat.name.map({ String(cString: $0) }) else {
        throw Malformed("member \(index) of the zip archive is damaged")
      }
      if name.hasSuffix("/") { continue }
      guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
        throw Malformed("the member's name \(name) leads out of the archive")
      }
      guard names.insert(name).inserted else { throw Malformed("the member \(name) stands twice in the archive") }
      guard let size = Int(exactly: stat.size), size / largestRatio <= archiveSize else {
        throw Malformed("the member \(name) claims \(stat.size) bytes, more than \(archiveSize) bytes can hold")
      }
      members.append((name, try contents(archive, index, name, size)))
    }
    return members
  }

  private static func contents(_ archive: OpaquePointer, _ index: zip_uint64_t, _ name: String, _ size: Int) throws -> [UInt8] {
    guard let file = zip_fopen_index(archive, index, 0) else {
      throw Malformed("the member \(name) cannot be read: \(String(cString: zip_strerror(archive)))")
    }
    defer { zip_fclose(file) }
    var failure: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
      count = 0
      // One byte more than announced is asked for, so that libzip reaches the end and checks the CRC.
      while count <= size {
        let got = zip_fread(file, buffer.baseAddress! + count, zip_uint64_t(size + 1 - count))
        if got < 0 {
          failure = String(cString: zip_file_strerror(file))
          return
        }
        if got == 0 { return }
        count += Int(got)
      }
    }
    if let failure { throw Malformed("the member \(name) is damaged: \(failure)") }
    guard bytes.count == size else { throw Malformed("the member \(name) has not the \(size) bytes it announces") }
    return bytes
  }

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
