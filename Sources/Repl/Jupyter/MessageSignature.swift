// HMAC-SHA256 over the parts of a message, by libsodium: the one file that calls it.

import CSodium

/// Signs messages, and knows its own signatures.
struct MessageSignature: Sendable {
  private let key: [UInt8]

  /// - Parameter key: as the connection file has it; with an empty one nothing is signed.
  init(key: String) { self.key = Array(key.utf8) }

  /// Hexadecimal digits; none without a key. The C functions are crypto_auth_hmacsha256_init, _update and _final.
  func of(_ parts: some Sequence<[UInt8]>) -> [UInt8] {
    if key.isEmpty { return [] }
    var state = crypto_auth_hmacsha256_state()
    crypto_auth_hmacsha256_init(&state, key, key.count)
    for part in parts { crypto_auth_hmacsha256_update(&state, part, UInt64(part.count)) }
    var code = [UInt8](repeating: 0, count: Int(crypto_auth_hmacsha256_BYTES))
    crypto_auth_hmacsha256_final(&state, &code)
    let digits = Array("0123456789abcdef".utf8)
    return code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  }

  /// Compares in a time that tells nothing about where a wrong one differs. The C function is sodium_memcmp.
  func isRight(_ signature: [UInt8], of parts: some Sequence<[UInt8]>) -> Bool {
    let right = of(parts)
    return key.isEmpty || (signature.count == right.count && sodium_memcmp(signature, right, right.count) == 0)
  }
}
