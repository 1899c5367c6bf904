// Counter-based random numbers: threefry2x32 with JAX 0.4.27's key handling (the non-partitionable layout), so
// that a seed gives the noise that the reference code drew.
// Source: Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (SC 2011); layout observed in golden numbers.

import CKernels

/// The state of a random stream: a value, never changed by drawing.
public struct RandomKey: Sendable, Hashable {
  public let high: UInt32
  public let low: UInt32

  public init(high: UInt32, low: UInt32) {
    self.high = high
    self.low = low
  }

  /// JAX's PRNGKey(seed) with 32-bit integers: the low half of the seed counts.
  public init(seed: Int) {
    self.init(high: 0, low: UInt32(truncatingIfNeeded: seed))
  }

  /// n independent keys.
  public func split(_ n: Int = 2) -> [RandomKey] {
    let n = Swift.max(0, n)
    var x = (0..<UInt32(n)).map { $0 }, y = x.map { $0 + UInt32(n) }
    imf_threefry(high, low, &x, &y, n)
    let words = x + y
    return (0..<n).map { RandomKey(high: words[2 * $0], low: words[2 * $0 + 1]) }
  }

  /// A key for a number, a step or a sample say: JAX's fold_in.
  public func folded(in data: Int) -> RandomKey {
    var x: [UInt32] = [0], y = [UInt32(truncatingIfNeeded: data)]
    imf_threefry(high, low, &x, &y, 1)
    return RandomKey(high: x[0], low: y[0])
  }

  /// n random words. Counters 0 ..< n are cut in two halves that are encrypted as pairs; an odd count is padded with
  /// a zero counter.
  func bits(_ n: Int) throws -> [UInt32] {
    try [UInt32](unsafeUninitializedCapacity: n) { words, count in
      let memory = Words(words)
      try eachRun(n) { start, run in
        for (i, word) in run.enumerated() { memory.words[start + i] = word }
      }
      count = n
    }
  }

  /// Calls the body with runs of the same n words and where each begins, on several threads where there are many;
  /// throws where an interrupt is wanted.
  func eachRun(_ n: Int, _ body: (_ start: Int, _ run: ArraySlice<UInt32>) -> Void) throws {
    let half = (n + 1) / 2, length = 2048
    try Threads.split(half, grain: 16 * length) { range in
      var x = [UInt32](repeating: 0, count: length), y = x
      var start = range.lowerBound
      while start < range.upperBound {
        let count = Swift.min(length, range.upperBound - start)
        for i in 0..<count {
          x[i] = UInt32(truncatingIfNeeded: start + i)
          y[i] = half + start + i < n ? UInt32(truncatingIfNeeded: half + start + i) : 0
        }
        imf_threefry(high, low, &x, &y, count)
        body(start, x[..<count])
        body(half + start, y[..<Swift.min(count, n - half - start)])
        start += count
      }
    }
  }

  /// Memory that several threads fill, each its own part.
  private struct Words: @unchecked Sendable {
    let words: UnsafeMutableBufferPointer<UInt32>
    init(_ words: UnsafeMutableBufferPointer<UInt32>) { self.words = words }
  }
}
