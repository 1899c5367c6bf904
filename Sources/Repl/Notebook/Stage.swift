// The one place where everything that cells show passes: on to the front end, and past those who watch (recorders, the
// transcript).

import Synchronization

/// The program's stage; there is one.
enum Stage {
  private struct State {
    var frontEnd: any FrontEnd = TerminalFront()
    var watchers: [(number: Int, front: any FrontEnd)] = []
    var count = 0
  }
  private static let state = Mutex(State())

  /// Who shows it. The program sets it once, before anything is shown; exports and tests for a while.
  static var frontEnd: any FrontEnd {
    get { state.withLock { $0.frontEnd } }
    set { state.withLock { $0.frontEnd = newValue } }
  }

  static func show(_ output: Output) {
    let (frontEnd, watchers) = state.withLock { ($0.frontEnd, $0.watchers) }
    for watcher in watchers { watcher.front.show(output) }
    frontEnd.show(output)
  }

  /// Runs `body` while `watcher` gets everything that is shown, too.
  static func watched<Result, Failure: Error>(by watcher: any FrontEnd, _ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let number = state.withLock { state in
      state.count += 1
      state.watchers.append((state.count, watcher))
      return state.count
    }
    defer { state.withLock { $0.watchers.removeAll { $0.number == number } } }
    return try body()
  }
}
