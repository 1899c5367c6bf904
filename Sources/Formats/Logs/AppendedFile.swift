// A file that grows by whole records: each goes out in one write, so that a process that dies leaves at most a torn
// end, which readers pass over.

import Foundation

/// A log in the making.
final class AppendedFile: Sendable {
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure() }
  }

  deinit { close(descriptor) }

  func append(_ bytes: Data) throws {
    try bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw failure() }
        rest = rest.dropFirst(count)
      }
    }
  }

  private func failure() -> FormatError { FormatError(.io, path, "cannot be written: \(String(cString: strerror(errno)))") }
}
