// How many threads the loops and the matrix products use, and the one way to spread a loop over them.
// There is one pool: libgomp's, which oneDNN uses as well. Two pools on the same cores would fight.

import CKernels
import Synchronization

public enum Threads {
  private static let chosen = Atomic<Int>(0)

  /// More gain nothing, and libgomp ends the process where the system refuses a thread.
  public static let most = 256

  /// Threads in use; all processors unless set. At least 1.
  public static var count: Int {
    get {
      let value = chosen.load(ordering: .relaxed)
      return value > 0 ? value : Int(imf_processors())
    }
    set { chosen.store(min(max(1, newValue), most), ordering: .relaxed) }
  }

  /// Ranges a thread, where there is work enough: threads take them as they come free.
  private static let shares = 4
  /// Grains a range at most, a few milliseconds of work: an interrupt is looked at before each.
  private static let longest = 64

  /// Calls `body` with ranges that cover 0 ..< count, spread over the threads where the work is worth it.
  ///
  /// - Parameters:
  ///   - grain: the fewest items worth a thread of their own, some 10 to 100 us of work; range bounds are multiples of it.
  /// - Throws: `Interrupted` where a stop was wanted; ranges may be left out then.
  static func split(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) throws {
    let pieces = (count + grain - 1) / grain
    // Before the processors are counted, which asks the system.
    guard pieces > 1 else {
      if count > 0 { body(0..<count) }
      return
    }
    run(count, grain: grain, pieces) { range in
      if !Interrupt.isRequested { body(range) }
    }
    try Interrupt.check()
  }

  /// The same for work that must not be left half done: an interrupt does not stop it.
  static func splitWhole(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    run(count, grain: grain, (count + grain - 1) / grain, body)
  }

  private static func run(_ count: Int, grain: Int, _ pieces: Int, _ body: (Range<Int>) -> Void) {
    // A single item may cost far more than what is worth a thread.
    let threads = min(Threads.count, pieces), parts = max(min(threads * shares, pieces), pieces / (grain == 1 ? 1 : longest))
    withoutActuallyEscaping(body) { body in
      let task = SplitTask(count: count, grain: grain, pieces: pieces, parts: parts, body: body)
      withExtendedLifetime(task) {
        imf_parallel(
          Int32(threads), Int32(parts),
          { context, part in
            guard let context else { return }
            Unmanaged<SplitTask>.fromOpaque(context).takeUnretainedValue().run(Int(part))
          }, Unmanaged.passUnretained(task).toOpaque())
      }
    }
  }

  /// Calls `body` with 0 ..< count, each once, in any order, on all threads. Call from one thread only.
  ///
  /// - Throws: `Interrupted` where a stop was wanted; calls may be left out then.
  public static func forEach(_ count: Int, _ body: (Int) -> Void) throws {
    try split(count, grain: 1) { range in
      for index in range where !Interrupt.isRequested { body(index) }
    }
    try Interrupt.check()
  }

  private final class SplitTask {
    let count: Int, grain: Int, pieces: Int, parts: Int
    let body: (Range<Int>) -> Void

    init(count: Int, grain: Int, pieces: Int, parts: Int, body: @escaping (Range<Int>) -> Void) {
      self.count = count
      self.grain = grain
      self.pieces = pieces
      self.parts = parts
      self.body = body
    }

    func run(_ part: Int) {
      let from = pieces * part / parts * grain, to = min(count, pieces * (part + 1) / parts * grain)
      if from < to { body(from..<to) }
    }
  }
}
