// Signals become flags. A handler sets a bit, wakes whoever waits for input, and, while a computation
// runs, asks Tensor to stop it; everything else happens later, outside the handler.

import CEditShim
import Glibc
import Synchronization
import Tensor

/// Signals that came and have not been looked at yet.
struct Signals: OptionSet, Sendable {
  let rawValue: UInt8

  static let interrupt = Signals(rawValue: 1)  // Ctrl-C
  static let terminate = Signals(rawValue: 2)  // kill
  static let resize = Signals(rawValue: 4)
  static let suspend = Signals(rawValue: 8)  // Ctrl-Z at the prompt
  static let resume = Signals(rawValue: 16)

  private static let pending = Atomic<UInt8>(0)
  private static let isComputing = Atomic<Bool>(false)
  private static let isSession = Atomic<Bool>(false)
  private static let wakeWriter = Atomic<Int32>(-1)
  private static let wakeReader = Atomic<Int32>(-1)

  /// Becomes readable when a signal came; to be waited for beside the input.
  static var wakeDescriptor: Int32 { wakeReader.load(ordering: .relaxed) }

  /// The flags raised since the last call, which lowers them.
  static func take() -> Signals {
    sleepOn()
    return Signals(rawValue: pending.exchange(0, ordering: .acquiring))
  }

  /// Lets whoever waits for the descriptor wait again, and leaves the flags to who will look at them.
  static func sleepOn() {
    var drain: [UInt8] = Array(repeating: 0, count: 64)
    while wakeDescriptor >= 0, read(wakeDescriptor, &drain, drain.count) > 0 {}
  }

  /// The flags raised, left as they are.
  static var raised: Signals { Signals(rawValue: pending.load(ordering: .sequentiallyConsistent)) }

  /// Whether somebody sits at a prompt, now or once the scripts have run.
  static var isPrompt: Bool { isSession.load(ordering: .relaxed) }

  /// Catches Ctrl-C and kill. In a session also what a terminal sends; a batch run dies at the second
  /// Ctrl-C, should the computation not heed the first.
  static func install(session: Bool) {
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) == 0 {
      for end in ends {
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      }
      wakeReader.store(ends[0], ordering: .relaxed)
      wakeWriter.store(ends[1], ordering: .relaxed)
    }
    isComputing.store(!session, ordering: .relaxed)
    isSession.store(session, ordering: .relaxed)
    // Whoever started the program may have held them back, as threads of a pool do.
    var ours = sigset_t()
    sigemptyset(&ours)
    for number in [SIGINT, SIGTERM, SIGWINCH, SIGTSTP, SIGCONT, SIGHUP, SIGPIPE, SIGCHLD] { sigaddset(&ours, number) }
    pthread_sigmask(SIG_UNBLOCK, &ours, nil)
    catchSignal(SIGINT) { Signals.stopComputing($0, .interrupt, mayDie: !Signals.isSession.load(ordering: .relaxed)) }
    catchSignal(SIGTERM) { Signals.stopComputing($0, .terminate, mayDie: true) }
    if session { catchSignal(SIGWINCH) { _ in Signals.raise(.resize) } }
  }

  /// Ctrl-Z and its end at the prompt, where the terminal is raw, are flags; elsewhere the terminal is given back while the
  /// process is stopped (terminal_guard.c).
  static func catchSuspension(_ catching: Bool) {
    if catching {
      catchSignal(SIGTSTP) { _ in Signals.raise(.suspend) }
      catchSignal(SIGCONT) { _ in Signals.raise(.resume) }
    } else {
      catchSignal(SIGTSTP) { terminal_guard_suspend($0) }
      signal(SIGCONT, SIG_DFL)
    }
  }

  /// Stops the processes that Ctrl-Z would have stopped; returns when the shell lets them go on, or at once where there is
  /// nobody who could.
  static func suspendProcess() {
    signal(SIGTSTP, SIG_DFL)
    kill(0, SIGTSTP)
    // Any thread may be the one that it reaches, a moment later.
    _ = Terminal.wait(for: [wakeDescriptor], milliseconds: 100)
    catchSuspension(true)
  }

  /// Runs a computation that Ctrl-C stops.
  static func whileComputing<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    Interrupt.clear()
    isComputing.store(true, ordering: .sequentiallyConsistent)
    // One that came before the computation began, after Enter or while the program started, stops it all the same.
    if !raised.isDisjoint(with: [.interrupt, .terminate]) { Interrupt.request() }
    defer {
      isComputing.store(false, ordering: .relaxed)
      Interrupt.clear()
    }
    return try body()
  }

  /// Runs `body` with Ctrl-C held back: an image must reach the terminal whole.
  static func holdingInterrupt<Result>(_ body: () throws -> Result) rethrows -> Result {
    var held = sigset_t()
    var former = sigset_t()
    sigemptyset(&held)
    sigaddset(&held, SIGINT)
    sigaddset(&held, SIGTSTP)
    pthread_sigmask(SIG_BLOCK, &held, &former)
    defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
    return try body()
  }

  private static func catchSignal(
    _ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void
  ) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    // Restarted, so that no read or write elsewhere has to know; waiting for a key ends all the same.
    action.sa_flags = SA_RESTART
    sigaction(number, &action, nil)
  }

  // MARK: Inside handlers: nothing but atomics, write, signal and raise.

  private static func stopComputing(_ number: Int32, _ kind: Signals, mayDie: Bool) {
    if mayDie, !raised.isDisjoint(with: kind) {
      signal(number, SIG_DFL)
      _ = Glibc.raise(number)
    }
    // In this order, against `whileComputing`'s: of a computation that begins meanwhile on another thread, one of the two stops it.
    raise(kind)
    if isComputing.load(ordering: .sequentiallyConsistent) { Interrupt.request() }
  }

  private static func raise(_ signal: Signals) {
    let before = errno
    pending.bitwiseOr(signal.rawValue, ordering: .sequentiallyConsistent)
    var byte: UInt8 = 0
    _ = write(wakeWriter.load(ordering: .relaxed), &byte, 1)
    errno = before
  }
}
