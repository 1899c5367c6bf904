// How far reading a file has come, shown once it takes longer than a second; in a log, than ten.

import Formats
import Synchronization

final class Loading: Sendable {
  private let began: Double
  private let clock: @Sendable () -> Double
  private let console: Console
  private let current = Mutex<Stage?>(nil)

  private struct Stage {
    let stage: LoadStage
    let began: Double
    var progress: Progress?
  }

  /// - Parameter clock: seconds, for tests.
  init(console: Console = .progress, clock: @escaping @Sendable () -> Double = { Terminal.monotonicSeconds() }) {
    self.console = console
    self.clock = clock
    began = clock()
  }

  /// Tells how many bytes of a stage are done; megabytes are what is shown.
  func update(_ stage: LoadStage, _ done: Int, of total: Int) {
    current.withLock { current in
      let now = clock()
      if current?.stage != stage {
        current?.progress?.finish()
        // Its first news come with its first bytes.
        current = Stage(stage: stage, began: current == nil ? began : now)
      }
      if current?.progress == nil, now - began > (console.isTerminal ? 1 : 10), done < total {
        let began = current?.began
        current?.progress = Progress("\(stage) MB", total: total / 1_000_000, console: console, began: began, clock: clock)
      }
      current?.progress?.update(done / 1_000_000)
    }
  }

  func finish() { current.withLock { $0?.progress?.finish() } }
}
