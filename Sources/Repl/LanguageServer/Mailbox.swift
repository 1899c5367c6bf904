// Messages on their way from the thread that reads to the one that answers. A cancelled request is known to be so before
// its turn comes.

import Foundation
import Synchronization

final class Mailbox: Sendable {
  enum Item: Sendable {
    case call(RemoteCall, isCancelled: Bool)
    case malformed(CallError)
    case end
  }

  private struct Cancellation: Decodable { let id: RequestID }

  private let items = Mutex<[Item]>([])
  private let filled = DispatchSemaphore(value: 0)
  /// An editor that sends faster than we answer waits.
  private let free = DispatchSemaphore(value: 1024)

  func put(_ item: Item) {
    if case .call(let call, _) = item, call.method == "$/cancelRequest", let id = try? call.parameters(Cancellation.self).id {
      return cancel(id)
    }
    free.wait()
    items.withLock { $0.append(item) }
    filled.signal()
  }

  /// The oldest item; nil where there is none and the caller does not wait.
  func take(waits: Bool) -> Item? {
    guard filled.wait(timeout: waits ? .distantFuture : .now()) == .success else { return nil }
    free.signal()
    return items.withLock { $0.removeFirst() }
  }

  private func cancel(_ id: RequestID) {
    items.withLock { items in
      for (index, item) in items.enumerated() {
        if case .call(let call, _) = item, call.id == id, call.method != nil { items[index] = .call(call, isCancelled: true) }
      }
    }
  }
}
