// Requests on their way from the thread with the sockets to the one that computes.

import Foundation

/// Its condition guards all that it holds.
final class RequestQueue: @unchecked Sendable {
  struct Item {
    let request: KernelMessage
    /// It came with a cell that failed: it is answered, not run.
    var isAborted = false
  }

  private let condition = NSCondition()
  private var items: [Item] = []
  private var isAnswering = false
  private var status: ExitStatus?

  /// With what the kernel ends; nil while it does not.
  var ending: ExitStatus? { condition.withLock { status } }

  /// Whether a request is being answered, or waits for it.
  var isBusy: Bool { condition.withLock { isAnswering || !items.isEmpty } }

  func put(_ request: KernelMessage) {
    condition.withLock {
      items.append(Item(request: request))
      condition.signal()
    }
  }

  /// The oldest request, waited for; nil once the kernel ends, whatever is left.
  func take() -> Item? {
    condition.withLock {
      isAnswering = false
      while items.isEmpty, status == nil { condition.wait() }
      guard status == nil else { return nil }
      isAnswering = true
      return items.removeFirst()
    }
  }

  /// Cells that wait are not to be run.
  func abortCells() {
    condition.withLock {
      for index in items.indices where items[index].request.type == "execute_request" { items[index].isAborted = true }
    }
  }

  /// The kernel ends; the first reason counts.
  func end(_ reason: ExitStatus) {
    condition.withLock {
      status = status ?? reason
      condition.broadcast()
    }
  }
}
