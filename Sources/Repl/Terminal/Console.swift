// Where the program's text goes out. One line may be live: rewritten in place (progress); text written
// meanwhile goes above it. A pipe never sees an escape or a carriage return from here.

import Synchronization

/// An output: a terminal or a pipe, and in tests a list of bytes.
final class Console: Sendable {
  /// Whether somebody looks at it: escapes and carriage returns are allowed.
  let isTerminal: Bool
  /// Whether text may be coloured.
  let isColoured: Bool

  private let descriptor: Int32
  private let sink: (@Sendable ([UInt8]) -> Void)?
  private let liveSink: (@Sendable (String?) -> Void)?
  private let fixedColumns: Int?
  private let live = Mutex<String>("")
  /// Whether the last byte sent ended a line.
  private let isAtLineStart = Atomic<Bool>(true)
  /// Whether something could not be written: a full disk, a closed pipe.
  private let hasLost = Atomic<Bool>(false)

  /// Whether output was lost.
  var lostOutput: Bool { hasLost.load(ordering: .relaxed) }

  /// The output behind a descriptor.
  init(descriptor: Int32) {
    self.descriptor = descriptor
    sink = nil
    liveSink = nil
    fixedColumns = nil
    isTerminal = Terminal.isTerminal(descriptor) && TerminalName.current.understandsEscapes
    isColoured = ColourChoice.current.allows(isTerminal: isTerminal)
  }

  /// An output that hands its bytes to a function.
  /// - Parameter live: takes the live line, where that is not a matter of carriage returns.
  init(
    isTerminal: Bool, isColoured: Bool, columns: Int, live: (@Sendable (String?) -> Void)? = nil, sink: @escaping @Sendable ([UInt8]) -> Void
  ) {
    descriptor = -1
    self.sink = sink
    liveSink = live
    self.isTerminal = isTerminal
    self.isColoured = isColoured
    fixedColumns = columns
  }

  static let output = Console(descriptor: 1)
  static let errors = Console(descriptor: 2)
  /// Where progress is shown, as whoever shows the cells wants it.
  static var progress: Console { Stage.frontEnd.progress }

  /// Width in character cells; 80 where nobody tells.
  var columns: Int { fixedColumns ?? Terminal.size(of: descriptor)?.columns ?? 80 }

  /// Height in character cells; 24 where nobody tells.
  var rows: Int { Terminal.size(of: descriptor)?.rows ?? 24 }

  /// Writes text, above the live line if there is one.
  func write(_ text: String) { write(bytes: Array(text.utf8)) }

  /// Writes bytes that need no change (an image), above the live line if there is one.
  func write(bytes: [UInt8]) {
    live.withLock { line in
      if line.isEmpty {
        send(bytes)
      } else {
        // An unfinished line of text would be overwritten: it gets its end now.
        let end: [UInt8] = bytes.last == 10 ? [] : [10]
        send(Array("\r\u{1b}[K".utf8) + bytes + end + Array(line.utf8))
      }
    }
  }

  /// Sends what moves no text: modes and erasures.
  func control(_ sequence: String) {
    let wasAtLineStart = isAtLineStart.load(ordering: .relaxed)
    send(Array(sequence.utf8))
    isAtLineStart.store(wasAtLineStart, ordering: .relaxed)
  }

  /// Shows `line` in place of the live line; nil takes it away. Only a terminal has one.
  func setLive(_ line: String?) {
    guard isTerminal else { return }
    if let liveSink { return liveSink(line) }
    live.withLock { shown in
      if shown.isEmpty, line == nil { return }
      shown = line ?? ""
      send(Array("\r\u{1b}[K\(shown)".utf8))
    }
  }

  /// Begins a new line where the last one is unfinished.
  func finishLine() {
    if !isAtLineStart.load(ordering: .relaxed) { write("\n") }
  }

  private func send(_ bytes: [UInt8]) {
    // An image (which ends with ESC \) leaves the cursor at the beginning of a line, too.
    if let last = bytes.last { isAtLineStart.store(last == 10 || bytes.suffix(2) == [27, 92], ordering: .relaxed) }
    if let sink {
      sink(bytes)
    } else if !Terminal.write(bytes, to: descriptor) {
      hasLost.store(true, ordering: .relaxed)
    }
  }
}
