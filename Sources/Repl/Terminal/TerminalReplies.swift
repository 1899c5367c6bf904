// What a terminal answers when asked for its abilities, read byte by byte. Everything that is no answer is kept:
// somebody may have typed it meanwhile. Numbers are compared whole: 42 is not 4.

/// Answers to `TerminalReplies.query`, as far as they have come.
struct TerminalReplies: Equatable {
  /// Asked in one write. Cell size, text area, colour registers, largest sixel picture, background colour; last
  /// what every terminal answers, so that its answer ends the wait.
  static let query = "\u{1b}[16t\u{1b}[14t\u{1b}[?1;1;0S\u{1b}[?2;1;0S\u{1b}]11;?\u{1b}\\\u{1b}[c"

  /// Whether sixel is among the terminal's abilities.
  var hasSixel = false
  /// Pixels of a character cell.
  var cell: (width: Int, height: Int)?
  /// Pixels of the text area.
  var area: (width: Int, height: Int)?
  var colourRegisters: Int?
  /// Pixels of the largest sixel picture.
  var largest: (width: Int, height: Int)?
  /// Brightness of the background, 0 to 1.
  var background: Double?
  /// The last answer is here.
  var isComplete = false
  /// Bytes that belong to no answer.
  private(set) var typed: [UInt8] = []

  private var pending: [UInt8] = []

  /// Takes one byte.
  mutating func feed(_ byte: UInt8) {
    if pending.isEmpty {
      if byte == 0x1B { pending = [byte] } else { typed.append(byte) }
      return
    }
    pending.append(byte)
    switch pending.count > 1 ? pending[1] : 0 {
    case UInt8(ascii: "["):
      if pending.count > 2, (0x40...0x7E).contains(byte) { finish(isAnswer: readControl()) }
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"):
      if byte == 7 || (byte == UInt8(ascii: "\\") && pending[pending.count - 2] == 0x1B) {
        readString()
        finish(isAnswer: true)
      }
    default: finish(isAnswer: false)
    }
    if pending.count > 4096 { finish(isAnswer: false) }
  }

  private mutating func finish(isAnswer: Bool) {
    if !isAnswer { typed += pending }
    pending = []
  }

  /// `ESC [ ? 62 ; 4 c` and its like; false for a key.
  private mutating func readControl() -> Bool {
    let isPrivate = pending[2] == UInt8(ascii: "?")
    let body = pending[(isPrivate ? 3 : 2)..<(pending.count - 1)]
    let numbers = body.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map {
      Int(String(decoding: $0, as: UTF8.self)) ?? -1
    }
    switch (isPrivate, pending[pending.count - 1]) {
    case (true, UInt8(ascii: "c")):
      hasSixel = numbers.dropFirst().contains(4)
      isComplete = true
    case (true, UInt8(ascii: "S")):
      if numbers.count >= 3, numbers[1] == 0 {
        if numbers[0] == 1 { colourRegisters = numbers[2] }
        if numbers[0] == 2, numbers.count >= 4 { largest = (numbers[2], numbers[3]) }
      }
    case (false, UInt8(ascii: "t")) where numbers.count >= 3:
      // Height comes before width.
      if numbers[0] == 6 { cell = (numbers[2], numbers[1]) }
      if numbers[0] == 4 { area = (numbers[2], numbers[1]) }
    default: return false
    }
    return true
  }

  /// `ESC ] 11 ; rgb:ffff/ffff/ffff ESC \`.
  private mutating func readString() {
    let text = String(decoding: pending, as: UTF8.self)
    guard text.hasPrefix("\u{1b}]11;rgb:") else { return }
    let channels = text.dropFirst(9).prefix { $0.isHexDigit || $0 == "/" }.split(separator: "/")
    guard channels.count == 3 else { return }
    let levels = channels.compactMap { digits -> Double? in
      guard (1...4).contains(digits.count), let value = Int(digits, radix: 16) else { return nil }
      return Double(value) / Double((1 << (4 * digits.count)) - 1)
    }
    guard levels.count == 3 else { return }
    background = 0.299 * levels[0] + 0.587 * levels[1] + 0.114 * levels[2]
  }

  static func == (left: Self, right: Self) -> Bool {
    left.hasSixel == right.hasSixel && left.isComplete == right.isComplete && left.typed == right.typed
      && left.cell.map { [$0.width, $0.height] } == right.cell.map { [$0.width, $0.height] }
  }
}
