// Text as files show it: every character can be seen, and no output is longer than anybody reads.

enum ShownText {
  /// What an output may take in an export; of more the beginning and the end are shown.
  static let mostBytes = 100_000
  private static let endBytes = 10_000

  /// A control character as its picture (U+241B for Escape); everything else as it is.
  static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x09, 0x0A: scalar
    case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value) ?? scalar
    case 0x7F: "\u{2421}"
    case 0x80..<0xA0: "\u{FFFD}"
    default: scalar
    }
  }

  static func visible(_ text: String) -> String {
    String(String.UnicodeScalarView(text.replacing("\r\n", with: "\n").unicodeScalars.map(visible)))
  }

  /// A text of at most about `mostBytes`, with a line that says how much is missing.
  static func bounded(_ text: String) -> String {
    let bytes = text.utf8
    guard bytes.count > mostBytes else { return text }
    let head = String(decoding: bytes.prefix(mostBytes - endBytes), as: UTF8.self)
    let tail = String(decoding: bytes.suffix(endBytes), as: UTF8.self)
    // Cut characters became U+FFFD: those go.
    let left = bytes.count - mostBytes
    return "\(head.trimming { $0 == "\u{FFFD}" })\n[... \(left) bytes are left out here ...]\n\(tail.trimming { $0 == "\u{FFFD}" })"
  }

  /// Without the escape sequences that colour a terminal.
  static func uncoloured(_ text: String) -> String { StyledText(text).runs.map(\.text).joined() }
}
