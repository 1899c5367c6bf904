// One batch on its way: read on another thread where that pays, waited for where it is needed.

import Dispatch
import Synchronization
import Tensor

final class Reading: Sendable {
  private let outcome = Mutex<Result<Rows, any Error>?>(nil)
  private let arrival = DispatchSemaphore(value: 0)

  init(_ data: any DataSet, _ rows: [Int]) {
    guard data.readsAhead > 0 else {
      finish(Result { try data.read(rows) })
      return
    }
    DispatchQueue.global().async { self.finish(Result { try data.read(rows) }) }
  }

  private func finish(_ result: Result<Rows, any Error>) {
    outcome.withLock { $0 = result }
    arrival.signal()
  }

  /// The rows, once they are there. Throws what reading threw, or `Interrupted`.
  func result() throws -> Rows {
    while true {
      try Interrupt.check()
      guard arrival.wait(timeout: .now() + 0.05) == .success else { continue }
      arrival.signal()
      if let result = outcome.withLock({ $0 }) { return try result.get() }
    }
  }
}
