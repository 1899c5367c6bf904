// NumPy's legacy generator, for what the reference draws with it: RandomState(2020).permutation.
// Matsumoto and Nishimura (1998), MT19937; seeding by a whole number and masked rejection as numpy.random.RandomState.

/// A 32-bit Mersenne twister.
struct MersenneTwister {
  private static let size = 624
  private static let shift = 397
  private var state: [UInt32]
  private var place = size

  init(seed: UInt32) {
    state = [seed]
    for index in 1..<Self.size {
      let last = state[index - 1]
      state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(index))
    }
  }

  mutating func next() -> UInt32 {
    if place == Self.size { refill() }
    var word = state[place]
    place += 1
    word ^= word >> 11
    word ^= word << 7 & 0x9D2C_5680
    word ^= word << 15 & 0xEFC6_0000
    return word ^ (word >> 18)
  }

  private mutating func refill() {
    for index in 0..<Self.size {
      let mixed = state[index] & 0x8000_0000 | state[(index + 1) % Self.size] & 0x7FFF_FFFF
      let twist: UInt32 = mixed & 1 == 0 ? 0 : 0x9908_B0DF
      state[index] = state[(index + Self.shift) % Self.size] ^ (mixed >> 1) ^ twist
    }
    place = 0
  }

  /// A whole number from 0 to `most`: bits under a mask, drawn again until small enough.
  private mutating func below(orEqual most: UInt32) -> UInt32 {
    var mask = most
    for shift in [1, 2, 4, 8, 16] { mask |= mask >> UInt32(shift) }
    while true {
      let candidate = next() & mask
      if candidate <= most { return candidate }
    }
  }

  /// 0 ..< count in random order: Fisher and Yates from the end.
  mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for index in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(index, Int(below(orEqual: UInt32(index))))
    }
    return order
  }
}
