// How far reading a file has come, shown once it takes longer than a second; in a log, than ten.

import Formats
import Synchronization

final class Loading: Sendable {
  private let began: Double
  private let clock: @Sendable () -> Double
  private let console: Console
  private let shown = Mutex<Progress?>(nil)

  /// - Parameter clock: seconds, for tests.
  init(console: Console = .progress, clock: @escaping @Sendable () -> Double = { Terminal.monotonicSeconds() }) {
    self.console = console
    self.clock = clock
    began = clock()
  }

  /// Tells how many bytes of arrays are done; megabytes are what is shown.
  func update(_ done: Int, of total: Int) {
    shown.withLock { shown in
      if shown == nil, clock() - began > (console.isTerminal ? 1 : 10), done < total {
        shown = Progress("load MB", total: total / 1_000_000, console: console, began: began, clock: clock)
      }
      shown?.update(done / 1_000_000)
    }
  }

  func finish() { shown.withLock { $0?.finish() } }
}
