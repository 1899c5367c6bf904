// Keeps what a cell shows, for exports and for looking back.

import Synchronization

/// Collects outputs; of endless output the beginning.
final class Recorder: FrontEnd {
  /// More than a page can hold.
  private static let mostBytes = 64 << 20

  private struct State {
    var outputs: [Output] = []
    var byteCount = 0
    var isFull = false
  }
  private let state = Mutex(State())

  var outputs: [Output] { state.withLock { $0.outputs } }

  func show(_ output: Output) {
    state.withLock { state in
      guard !state.isFull else { return }
      state.byteCount += output.byteCount
      if state.byteCount > Self.mostBytes {
        state.isFull = true
        state.outputs.append(.text("\n[what came after was not kept]\n"))
      } else if case .text(let piece) = output, case .text(var text)? = state.outputs.last {
        // Pieces of text are one text. It grows in its own memory, so nobody else may hold it.
        state.outputs.removeLast()
        text += piece
        state.outputs.append(.text(text))
      } else {
        state.outputs.append(output)
      }
    }
  }
}
