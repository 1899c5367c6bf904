// The wish to stop: set from a signal handler, polled between the steps of an evaluation and by loops of scripts.
// Work that has a good place to end at asks for patience: then the first wish only waits to be looked at, and a second
// one within a second stops evaluations as ever.

import Glibc
import Synchronization

/// An evaluation was stopped by `Interrupt.request()`. Nothing is lost: computed values stay, others are recomputed.
public struct Interrupted: Error {
  public init() {}
}

public enum Interrupt {
  private static let requested = Atomic<Bool>(false)
  /// How many pieces of patient work run, one inside the other.
  private static let patience = Atomic<Int>(0)
  /// When patient work was last asked to end, in nanoseconds; 0: it was not.
  private static let asked = Atomic<Int64>(0)
  private static let impatience: Int64 = 1_000_000_000

  /// Asks running work to stop. Safe to call in a signal handler.
  public static func request() {
    guard patience.load(ordering: .relaxed) > 0 else { return requested.store(true, ordering: .relaxed) }
    let now = nanoseconds()
    let before = asked.exchange(now, ordering: .relaxed)
    if before != 0, now - before < impatience { requested.store(true, ordering: .relaxed) }
  }

  /// Withdraws the wish, before new work starts.
  public static func clear() {
    requested.store(false, ordering: .relaxed)
    asked.store(0, ordering: .relaxed)
  }

  public static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Throws `Interrupted` where a stop was requested.
  @inline(__always)
  public static func check() throws {
    if isRequested { throw Interrupted() }
  }

  /// Runs work that looks at `takeWish` at its good places. A wish that it did not take stops what follows it.
  public static func patiently<Result>(_ body: () throws -> Result) rethrows -> Result {
    patience.add(1, ordering: .relaxed)
    defer {
      if patience.subtract(1, ordering: .relaxed).newValue == 0, asked.exchange(0, ordering: .relaxed) != 0 {
        requested.store(true, ordering: .relaxed)
      }
    }
    return try body()
  }

  /// Whether patient work was asked to end since the last call.
  public static func takeWish() -> Bool { asked.exchange(0, ordering: .relaxed) != 0 }

  /// The same, without taking it.
  public static var isWished: Bool { asked.load(ordering: .relaxed) != 0 }

  /// `clock_gettime` may be called in a signal handler. Never 0, which stands for no wish.
  private static func nanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) | 1
  }
}
