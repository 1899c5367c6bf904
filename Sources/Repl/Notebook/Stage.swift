// The one place where everything that cells show passes: on to the front end, and past those who watch (recorders, the
// transcript).

import Synchronization

/// The program's stage; there is one.
enum Stage {
  private static let chosen = Mutex<any FrontEnd>(TerminalFront())
  /// In place of the program's, for what runs inside.
  @TaskLocal private static var other: (any FrontEnd)?
  @TaskLocal private static var watchers: [any FrontEnd] = []

  /// Who shows it. The program sets it once, before anything is shown.
  static var frontEnd: any FrontEnd {
    get { other ?? chosen.withLock { $0 } }
    set { chosen.withLock { $0 = newValue } }
  }

  static func show(_ output: Output) {
    note(output)
    frontEnd.show(output)
  }

  /// For watchers alone: what is kept without being shown.
  static func note(_ output: Output) {
    for watcher in watchers { watcher.show(output) }
  }

  /// Runs `body` while `front` shows what it shows, instead of the program's front end. Watchers go on watching.
  static func playing<Result, Failure: Error>(to front: any FrontEnd, _ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    try $other.withValue(front) { outcome(of: body) }.get()
  }

  /// Runs `body` while `watcher` gets everything that is shown, too.
  static func watched<Result, Failure: Error>(by watcher: any FrontEnd, _ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    try $watchers.withValue(watchers + [watcher]) { outcome(of: body) }.get()
  }

  /// Task-local values know no typed errors.
  private static func outcome<Success, Failure: Error>(of body: () throws(Failure) -> Success) -> Swift.Result<Success, Failure> {
    do throws(Failure) { return .success(try body()) } catch { return .failure(error) }
  }
}
