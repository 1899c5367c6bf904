// Bytes to look at, whoever holds them.

import Foundation

/// Part of the file, a member of an archive, or bytes that were made.
struct PickleContents {
  private enum Source {
    case view(UnsafeRawBufferPointer)
    case made([UInt8])
    case data(Data)
  }

  private let source: Source

  init(view: UnsafeRawBufferPointer) { source = .view(view) }
  init(made: [UInt8]) { source = .made(made) }
  init(data: Data) { source = .data(data) }

  /// What keeps the bytes where they are, for tensors that stay in them.
  var owner: Data? { if case .data(let data) = source { data } else { nil } }

  func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    switch source {
    case .view(let view): try body(view)
    case .made(let bytes): try bytes.withUnsafeBytes(body)
    case .data(let data): try data.withUnsafeBytes(body)
    }
  }
}
