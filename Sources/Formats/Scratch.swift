// Room for what is unpacked: memory, or for contents that it has no room for a temporary file without a name, which the
// system writes out and which is gone with its last reader.

import Foundation
import Tensor

enum Scratch {
  /// Smaller contents are not worth pages of their own.
  private static let large = 1 << 20

  /// Bytes that the closure fills whole. Throws `Malformed` where there is no room.
  static func data(_ count: Int, filling: (UnsafeMutableRawBufferPointer) throws -> Void) throws -> Data {
    guard count >= large else {
      var data = Data(count: count)
      try data.withUnsafeMutableBytes(filling)
      return data
    }
    // What is unpacked stands beside the arrays made of it, and other contents.
    let fits = (try? Memory.admit(count, of: 4, for: "unpack")) != nil
    guard let address = fits ? memory(count) : file(count) else {
      throw Malformed(
        "unpacking takes \(Memory.shown(count)), for which neither memory nor \(folder) has room",
        hint: "set TMPDIR to a folder with more room, or unpack the archive before")
    }
    let data = Data(bytesNoCopy: address, count: count, deallocator: .custom { munmap($0, $1) })
    try filling(UnsafeMutableRawBufferPointer(start: address, count: count))
    return data
  }

  private static var folder: String { FileManager.default.temporaryDirectory.path }

  /// The C functions are mmap and madvise.
  private static func memory(_ count: Int) -> UnsafeMutableRawPointer? {
    let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let address, address != MAP_FAILED else { return nil }
    madvise(address, count, Int32(MADV_HUGEPAGE))
    return address
  }

  /// The C functions are mkstemp, posix_fallocate and mmap.
  private static func file(_ count: Int) -> UnsafeMutableRawPointer? {
    var template = Array((folder + "/imf-repl-XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { return nil }
    unlink(template)
    defer { close(descriptor) }
    // Reserved, not only sized: a full disk must be an error now, not a fault at the first touch.
    guard posix_fallocate(descriptor, 0, count) == 0 else { return nil }
    let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    return address == MAP_FAILED ? nil : address
  }
}
