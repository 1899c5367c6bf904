// Damage done to bytes, the same for the same seed.

/// SplitMix64.
struct Dice: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  /// 0 ..< n, and 0 where n is 0.
  mutating func below(_ n: Int) -> Int { n > 0 ? Int(next() % UInt64(n)) : 0 }
}

enum Mutation {
  private static let extremes: [UInt64] = [
    0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 40, 1 << 62, .max >> 1, .max - 1, .max,
  ]
  private static let numbers = ["0", "-1", "1", "2", "65536", "4294967295", "9223372036854775807", "18446744073709551615", "1e300", "1.5", "[]", "null"]

  /// One to four changes.
  /// - Parameters:
  ///   - others: whose parts are spliced in.
  ///   - keepsLength: only changes in place, where other files refer to this one by offset.
  static func of(_ bytes: [UInt8], others: [[UInt8]], keepsLength: Bool, _ dice: inout Dice) -> [UInt8] {
    var bytes = bytes
    for _ in 0...dice.below(4) {
      // Headers are at the ends of files: damage falls there more often.
      let far = dice.below(bytes.count)
      let place = [far, far, min(far, dice.below(64)), max(far, bytes.count - 1 - dice.below(64))][dice.below(4)]
      guard place >= 0, place < bytes.count else { continue }
      switch dice.below(keepsLength ? 4 : 9) {
      case 0: bytes[place] ^= 1 << UInt8(dice.below(8))
      case 1: bytes[place] = UInt8(truncatingIfNeeded: dice.next())
      case 2: field(&bytes, place, &dice)
      case 3:
        // A run of one value, or of something else's bytes.
        let run = 1 + dice.below(16)
        let other = others[dice.below(others.count)]
        let from = dice.below(other.count)
        for step in 0..<run where place + step < bytes.count && from + step < other.count { bytes[place + step] = other[from + step] }
      case 4: bytes.removeSubrange(place...)
      case 5: bytes.removeSubrange(place..<min(bytes.count, place + 1 + dice.below(32)))
      case 6: bytes.insert(contentsOf: (0...dice.below(32)).map { _ in UInt8(truncatingIfNeeded: dice.next()) }, at: place)
      case 7:
        let other = others[dice.below(others.count)]
        let from = dice.below(other.count)
        bytes.replaceSubrange(place..<min(bytes.count, place + dice.below(256)), with: other[from..<min(other.count, from + dice.below(256))])
      default: number(&bytes, place, &dice)
      }
    }
    return bytes
  }

  /// A whole number of 1 to 8 bytes becomes an extreme one, in either order.
  private static func field(_ bytes: inout [UInt8], _ place: Int, _ dice: inout Dice) {
    let width = 1 << dice.below(4)
    let value = extremes[dice.below(extremes.count)]
    let isBig = dice.below(2) == 0
    for step in 0..<width where place + step < bytes.count {
      bytes[place + step] = UInt8(truncatingIfNeeded: value >> UInt64(8 * (isBig ? width - 1 - step : step)))
    }
  }

  /// The next number in digits becomes another.
  private static func number(_ bytes: inout [UInt8], _ place: Int, _ dice: inout Dice) {
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    bytes.replaceSubrange(start..<end, with: numbers[dice.below(numbers.count)].utf8)
  }
}
