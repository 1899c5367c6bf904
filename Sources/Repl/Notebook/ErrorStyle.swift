// How much an error says at the prompt: who saw a traceback and its notes once need not read them at each mistake.

import Lang
import Synchronization

/// Full errors, short ones, or full the first time.
final class ErrorStyle: Sendable {
  enum Length: String, Sendable, CaseIterable {
    /// Everything, always.
    case full
    /// What is wrong, where, and the hint.
    case short
    /// Full for the first error of a kind, then short.
    case auto
  }

  private let state: Mutex<(length: Length, seen: Set<Diagnostic.Kind>)>

  init(_ length: Length = .full) { state = Mutex((length, [])) }

  var length: Length {
    get { state.withLock { $0.length } }
    set { state.withLock { $0 = (newValue, []) } }
  }

  func text(of error: Diagnostic, coloured: Bool) -> String {
    let isShort = state.withLock { state in
      switch state.length {
      case .full: false
      case .short: true
      case .auto: !state.seen.insert(error.kind).inserted
      }
    }
    guard isShort else { return error.rendered(coloured: coloured) }
    // The hint is about this very mistake; notes and the calls under way are what `:errors full` is for.
    var short = error
    short.notes = []
    short.traceback = []
    return short.rendered(coloured: coloured)
  }
}
