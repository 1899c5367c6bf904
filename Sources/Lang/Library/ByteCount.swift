// Sizes of memory as people write them: one reading for the language and for commands.

import Glibc

/// `256 MB`, `1.5 GiB`, `2k`, `4096`: KiB and K count by 1024, KB by 1000.
public struct ByteCount {
  public let bytes: Int

  /// Nil for what is no such size, or is past 2^62 bytes.
  public init?(_ text: String) {
    let compact = text.filter { !$0.isWhitespace }.lowercased()
    let digits = compact.prefix { $0.isNumber || $0 == "." }
    let unit = compact.dropFirst(digits.count)
    let isDecimal = unit.count == 2 && unit.hasSuffix("b")
    let prefix = unit.hasSuffix("ib") ? unit.dropLast(2) : isDecimal ? unit.dropLast() : unit
    let powers: [Substring: Double] = ["k": 1, "m": 2, "g": 3, "t": 4]
    guard let number = Double(digits), let power = unit.isEmpty || unit == "b" ? 0 : powers[prefix] else { return nil }
    let size = number * pow(isDecimal ? 1000 : 1024, power)
    guard size < 0x1p62 else { return nil }
    bytes = Int(size)
  }
}
