// A number for a text that is the same in every run, as names in written files must be; Swift's own hashes are not.

extension String {
  /// FNV-1a of the UTF-8, 64 bits, in base `radix`.
  func fingerprint(radix: Int) -> String {
    String(utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, radix: radix)
  }
}
