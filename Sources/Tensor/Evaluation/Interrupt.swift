// The wish to stop: set from a signal handler, polled between the steps of an evaluation and by loops of scripts.

import Synchronization

/// An evaluation was stopped by `Interrupt.request()`. Nothing is lost: computed values stay, others are recomputed.
public struct Interrupted: Error {
  public init() {}
}

public enum Interrupt {
  private static let requested = Atomic<Bool>(false)

  /// Asks running work to stop. Safe to call in a signal handler.
  public static func request() { requested.store(true, ordering: .relaxed) }

  /// Withdraws the wish, before new work starts.
  public static func clear() { requested.store(false, ordering: .relaxed) }

  public static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Throws `Interrupted` where a stop was requested.
  @inline(__always)
  public static func check() throws {
    if isRequested { throw Interrupted() }
  }
}
