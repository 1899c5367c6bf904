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
    let words = bits(2 * Swift.max(0, n))
    return (0..<Swift.max(0, n)).map { RandomKey(high: words[2 * $0], low: words[2 * $0 + 1]) }
  }

  /// A key for a number, a step or a sample say: JAX's fold_in.
  public func folded(in data: Int) -> RandomKey {
    var x: [UInt32] = [0], y = [UInt32(truncatingIfNeeded: data)]
    imf_threefry(high, low, &x, &y, 1)
    return RandomKey(high: x[0], low: y[0])
  }

  /// n random words. Counters 0 ..< n are cut in two halves that are encrypted as pairs; an odd count is padded with
  /// a zero counter.
  func bits(_ n: Int) -> [UInt32] {
    let half = (n + 1) / 2
    var x = (0..<half).map { UInt32(truncatingIfNeeded: $0) }
    var y = (half..<(2 * half)).map { $0 < n ? UInt32(truncatingIfNeeded: $0) : 0 }
    imf_threefry(high, low, &x, &y, half)
    return Array((x + y).prefix(n))
  }
}
