// Progress in a notebook: one display that is updated in place. A stream of carriage returns would be stored line by line in
// some clients, and stand in red in all.

import Foundation
import Synchronization

/// The live line of a console as a display of Jupyter's.
final class ProgressDisplay: Sendable {
  private struct State {
    /// The request it belongs to; nil where nothing is to be shown.
    var parent: [UInt8]?
    /// The display under way.
    var name: String?
  }

  private let answers: AnswerQueue
  private let state = Mutex(State())

  init(_ answers: AnswerQueue) { self.answers = answers }

  /// Another request begins; what was under way stays as it is.
  func begin(_ parent: [UInt8]?) { state.withLock { $0 = State(parent: parent) } }

  /// A new text of the live line. Nil takes it away, in favour of the last line, which follows.
  func update(_ line: String?) { if let line { show(line, isLast: false) } }

  /// The last line.
  func finish(_ bytes: [UInt8]) { show(String(decoding: bytes, as: UTF8.self), isLast: true) }

  private func show(_ text: String, isLast: Bool) {
    state.withLock { state in
      guard let parent = state.parent else { return }
      let isNew = state.name == nil
      let name = state.name ?? UUID().uuidString
      state.name = isLast ? nil : name
      let text = String(text.trimming(\.isNewline))
      let display = KernelContent.Display(data: ["text/plain": text], transient: ["display_id": name])
      answers.put(.publication(isNew ? "display_data" : "update_display_data", display, parent: parent))
    }
  }
}
