// What a terminal answers when asked for its abilities, read byte by byte. Everything that is no answer is kept:
// somebody may have typed it meanwhile. Numbers are compared whole: 42 is not 4.

/// Answers to a `TerminalQuestion`, as far as they have come.
struct TerminalReplies: Equatable {
  /// Whether sixel is among the terminal's abilities.
  var hasSixel = false
  /// Whether it took kitty's test picture, nil while it has not said.
  var hasKitty: Bool?
  /// Name and version.
  var version: String?
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

  /// Answers in strings: `ESC ] 11 ; rgb:ffff/ffff/ffff ESC \`, `ESC _ G i=4207;OK ESC \`, `ESC P > | name version ESC \`.
  private mutating func readString() {
    let end = pending.last == 7 ? 1 : 2
    let text = String(decoding: pending.dropFirst().dropLast(end), as: UTF8.self)
    if text.hasPrefix("]11;rgb:") {
      readBackground(text.dropFirst(8))
    } else if text.hasPrefix("_Gi=\(TerminalQuestion.kittyNumber);") {
      hasKitty = text.hasSuffix(";OK")
    } else if text.hasPrefix("P>|") {
      version = String(text.dropFirst(3))
    }
  }

  private mutating func readBackground(_ text: Substring) {
    let channels = text.split(separator: "/", omittingEmptySubsequences: false)
    guard channels.count == 3 else { return }
    let levels = channels.compactMap { digits -> Double? in
      guard (1...4).contains(digits.count), let value = Int(digits, radix: 16), value >= 0 else { return nil }
      return Double(value) / Double((1 << (4 * digits.count)) - 1)
    }
    guard levels.count == 3 else { return }
    background = 0.299 * levels[0] + 0.587 * levels[1] + 0.114 * levels[2]
  }

  /// Whether it is one of those that show iTerm2's inline images.
  var hasITerm: Bool {
    version.map { version in ["iTerm2", "WezTerm", "mintty"].contains { version.hasPrefix($0) } } ?? false
  }

  static func == (left: Self, right: Self) -> Bool {
    left.hasSixel == right.hasSixel && left.hasKitty == right.hasKitty && left.version == right.version
      && left.isComplete == right.isComplete && left.typed == right.typed
      && left.cell.map { [$0.width, $0.height] } == right.cell.map { [$0.width, $0.height] }
  }
}
