// Messages on their way from any thread to the one with the sockets, in one order for all of them: what a cell shows comes
// before its reply. Pieces of text wait a moment and become one message, since a loop may print a million.

import Foundation

/// Its condition guards all that it holds.
final class AnswerQueue: @unchecked Sendable {
  /// A text that others may continue.
  private struct OpenText {
    let name: String
    let parent: [UInt8]
    var text: String
  }

  /// Seconds that text waits for more.
  static let patience = 0.05
  /// Bytes of waiting text with which the writer waits, too.
  private static let mostText = 1 << 20

  private let condition = NSCondition()
  private var answers: [KernelAnswer] = []
  private var openText: OpenText?
  private var isClosed = false
  /// Wakes the thread with the sockets.
  private let wake: @Sendable () -> Void

  init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

  func put(_ answer: KernelAnswer) {
    condition.withLock {
      closeText()
      answers.append(answer)
    }
    wake()
  }

  /// Publishes text for `stdout` or `stderr`.
  func write(_ text: String, to name: String, parent: [UInt8]) {
    let isNew = condition.withLock {
      while !isClosed, let waiting = openText, waiting.text.utf8.count > Self.mostText { condition.wait() }
      if let open = openText, open.name == name, open.parent == parent {
        openText?.text += text
        return false
      }
      closeText()
      openText = OpenText(name: name, parent: parent, text: text)
      return true
    }
    if isNew { wake() }
  }

  /// What is to be sent now, and what there is to wait for.
  /// - Parameter textToo: whether text that nothing else follows has waited enough.
  func take(textToo: Bool) -> (answers: [KernelAnswer], hasText: Bool, isClosed: Bool) {
    condition.withLock {
      if textToo || isClosed { closeText() }
      defer { answers = [] }
      condition.broadcast()
      return (answers, openText != nil, isClosed)
    }
  }

  /// No text waits for more from here on.
  func close() {
    condition.withLock {
      isClosed = true
      condition.broadcast()
    }
    wake()
  }

  private func closeText() {
    guard let open = openText else { return }
    openText = nil
    answers.append(.publication("stream", KernelContent.Stream(name: open.name, text: open.text), parent: open.parent))
  }
}

extension AnswerQueue {
  /// Tells clients that the kernel is busy with a request while `body` runs.
  func framing(_ request: KernelMessage, _ body: () -> Void) {
    let parent = request.headerBytes
    put(.publication("status", KernelContent.Status(executionState: "busy"), parent: parent))
    body()
    put(.publication("status", KernelContent.Status(executionState: "idle"), parent: parent))
  }
}

extension KernelAnswer {
  /// What every client gets to see.
  static func publication(_ type: String, _ content: any Encodable & Sendable, parent: [UInt8]) -> KernelAnswer {
    KernelAnswer(channel: .publication, address: [Array(type.utf8)], type: type, parent: parent, content: content)
  }

  static func reply(to request: KernelMessage, on channel: Channel, _ content: any Encodable & Sendable) -> KernelAnswer {
    KernelAnswer(channel: channel, address: request.identities, type: request.replyType, parent: request.headerBytes, content: content)
  }
}
