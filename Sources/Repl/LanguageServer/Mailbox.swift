// Messages on their way from the thread that reads to the one that answers. A cancelled request is known to be so before
// its turn comes.

import Foundation

/// Its condition guards all that it holds.
final class Mailbox: @unchecked Sendable {
  enum Item: Sendable {
    case call(RemoteCall, isCancelled: Bool)
    case malformed(CallError)
    case end
  }

  private struct Cancellation: Decodable { let id: RequestID }

  /// An editor that sends faster than we answer waits.
  private static let most = 1024

  private let condition = NSCondition()
  private var items: [Item] = []

  func put(_ item: Item) {
    if case .call(let call, _) = item, call.method == "$/cancelRequest" {
      if let id = try? call.parameters(Cancellation.self).id { cancel(id) }
      return
    }
    condition.withLock {
      while items.count >= Self.most { condition.wait() }
      items.append(item)
      condition.broadcast()
    }
  }

  /// The oldest item; nil where there is none and the caller does not wait.
  func take(waits: Bool) -> Item? {
    condition.withLock {
      while items.isEmpty {
        guard waits else { return nil }
        condition.wait()
      }
      condition.broadcast()
      return items.removeFirst()
    }
  }

  private func cancel(_ id: RequestID) {
    condition.withLock {
      for (index, item) in items.enumerated() {
        if case .call(let call, _) = item, call.id == id, call.method != nil { items[index] = .call(call, isCancelled: true) }
      }
    }
  }
}
