// What the keyboard sent and nobody took yet. All input of the prompt passes here, so that a paste is read
// in large pieces and keys typed during a terminal query are not lost.

import Synchronization

/// A queue of bytes in front of a descriptor, read as UTF-8.
final class TerminalInput {
  private let descriptor: Int32
  private var bytes: [UInt8] = []
  private var next = 0

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Keys that a terminal query read though they were meant for the prompt.
  static let typedAhead = Mutex<[UInt8]>([])

  /// What one wait for input brought.
  enum Arrival: Equatable {
    case scalar(Unicode.Scalar)
    case signal
    case silence
    case end
  }

  /// The next scalar. Waits for it until a signal comes or the time is up; nil waits without end.
  /// Bytes that are no UTF-8 are dropped.
  /// - Parameter heedsSignals: whether a signal ends the wait.
  func nextScalar(milliseconds: Int? = nil, heedsSignals: Bool = true) -> Arrival {
    if let scalar = takeScalar() { return .scalar(scalar) }
    let end = milliseconds.map { Terminal.monotonicSeconds() + Double($0) / 1000 }
    while true {
      let wake = heedsSignals ? Signals.wakeDescriptor : -1
      let left = end.map { Int((max(0, $0 - Terminal.monotonicSeconds()) * 1000).rounded(.up)) }
      let ready = Terminal.wait(for: wake >= 0 ? [descriptor, wake] : [descriptor], milliseconds: left)
      if ready.contains(wake) { return .signal }
      if ready.isEmpty {
        if heedsSignals, !Signals.raised.isEmpty { return .signal }
        if let end, Terminal.monotonicSeconds() >= end { return .silence }
        continue
      }
      // A terminal that went away fails for good.
      guard let arrived = Terminal.read(from: descriptor), !arrived.isEmpty else { return .end }
      bytes.removeFirst(next)
      next = 0
      bytes += arrived
      if let scalar = takeScalar() { return .scalar(scalar) }
    }
  }

  /// Takes what was typed before anybody read, so that its echo can be cleared away; what it was.
  func takeTypedAhead() -> [UInt8] {
    while !Terminal.wait(for: [descriptor], milliseconds: 0).isEmpty, let arrived = Terminal.read(from: descriptor), !arrived.isEmpty {
      bytes += arrived
    }
    return Array(bytes[next...])
  }

  /// A whole scalar from the queue, nil while its last bytes are under way.
  private func takeScalar() -> Unicode.Scalar? {
    if next == bytes.count {
      Self.typedAhead.withLock { ahead in
        guard !ahead.isEmpty else { return }
        bytes = ahead
        next = 0
        ahead = []
      }
    }
    while next < bytes.count {
      let first = bytes[next]
      let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0
      if length == 0 || first > 0xF4 {
        next += 1
        continue
      }
      guard next + length <= bytes.count else { return nil }
      let decoded = String(validating: bytes[next..<(next + length)], as: UTF8.self)
      guard let scalar = decoded?.unicodeScalars.first else {
        next += 1
        continue
      }
      next += length
      return scalar
    }
    return nil
  }
}
