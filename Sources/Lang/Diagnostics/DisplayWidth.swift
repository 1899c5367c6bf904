// How many columns of a terminal characters take, so that carets stand under what they mean.

extension Character {
  /// 2 for East Asian wide characters and emoji, 0 for what only changes its neighbour, else 1.
  public var displayWidth: Int {
    guard let first = unicodeScalars.first else { return 0 }
    if first.isASCII { return 1 }
    if first.isWide || first.properties.isEmojiPresentation { return 2 }
    // A sign that becomes an emoji by the selector after it, and flags of two letters.
    if unicodeScalars.dropFirst().contains("\u{FE0F}") || (0x1F1E6...0x1F1FF).contains(first.value) { return 2 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return unicodeScalars.count == 1 ? 0 : 1
    default: return 1
    }
  }

  /// What an excerpt shows for it: control characters have no width of their own, and would move the line.
  var shownInExcerpt: String {
    guard let value = unicodeScalars.first?.value, value < 0x20 || value == 0x7F else { return String(self) }
    if self == "\t" { return "    " }
    return UnicodeScalar(value == 0x7F ? 0x2421 : 0x2400 + value).map { String(Character($0)) } ?? " "
  }
}

extension String {
  /// The columns of all characters together.
  public var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }
}

extension UnicodeScalar {
  /// East Asian Width W and F (Unicode 15), in the ranges that are in use.
  fileprivate var isWide: Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
      0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
      0xFFE0...0xFFE6, 0x1B000...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
