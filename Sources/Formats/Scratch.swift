// Room for what is unpacked: memory, or for large contents a temporary file without a name, which the system writes
// out where memory is short and which is gone with its last reader.

import Foundation

enum Scratch {
  /// From this size on a file takes it.
  private static let large = 256 << 20

  /// Bytes that the closure fills whole. Throws `Malformed` where there is no room.
  /// The C functions are mkstemp, posix_fallocate and mmap.
  static func data(_ count: Int, filling: (UnsafeMutableRawBufferPointer) throws -> Void) throws -> Data {
    guard count >= large else {
      var data = Data(count: count)
      try data.withUnsafeMutableBytes(filling)
      return data
    }
    let folder = FileManager.default.temporaryDirectory.path
    var template = Array((folder + "/imf-repl-XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw noRoom(count, folder) }
    unlink(template)
    defer { close(descriptor) }
    // Reserved, not only sized: a full disk must be an error now, not a fault at the first touch.
    guard posix_fallocate(descriptor, 0, count) == 0,
      let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), address != MAP_FAILED
    else { throw noRoom(count, folder) }
    let data = Data(bytesNoCopy: address, count: count, deallocator: .custom { munmap($0, $1) })
    try filling(UnsafeMutableRawBufferPointer(start: address, count: count))
    return data
  }

  private static func noRoom(_ count: Int, _ folder: String) -> Malformed {
    Malformed("unpacking takes \(count >> 20) MiB, for which \(folder) has no room", hint: "set TMPDIR to a folder with more room")
  }
}
