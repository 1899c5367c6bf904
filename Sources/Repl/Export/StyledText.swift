// Text that asks a terminal for colours, taken apart: what is written, and how. Errors are rendered so, and scripts may print so.

/// Pieces of a text with the styles that escape sequences gave them.
struct StyledText {
  struct Run: Equatable {
    let text: String
    /// Classes of a page: "bold", "red".
    let styles: [String]
  }

  private(set) var runs: [Run] = []

  /// Sequences that give colours are read; all others stay in the text, for whoever shows it to make visible.
  init(_ text: String) {
    var (bold, faint) = (false, false)
    var colour: String?
    func styles() -> [String] { (bold ? ["bold"] : []) + (faint ? ["faint"] : []) + (colour.map { [$0] } ?? []) }
    func append(_ piece: Substring) {
      guard !piece.isEmpty else { return }
      runs.append(Run(text: String(piece), styles: styles()))
    }
    var rest = text[...]
    while let (start, end, codes) = Self.nextSequence(in: rest) {
      append(rest[..<start])
      rest = rest[end...]
      for code in codes {
        switch code {
        case 0: (bold, faint, colour) = (false, false, nil)
        case 1: bold = true
        case 2: faint = true
        case 22: (bold, faint) = (false, false)
        case 30...37: colour = Self.colours[code - 30]
        case 90...97: colour = Self.colours[code - 90]
        case 39: colour = nil
        default: break
        }
      }
    }
    append(rest)
  }

  private static let colours = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]

  /// The next `ESC [ numbers m`.
  private static func nextSequence(in text: Substring) -> (start: String.Index, end: String.Index, codes: [Int])? {
    let scalars = text.unicodeScalars
    var place = scalars.startIndex
    while let start = scalars[place...].firstIndex(of: "\u{1B}") {
      let body = scalars[scalars.index(after: start)...]
      if body.first == "[" {
        let numbers = body.dropFirst().prefix { ("0"..."9").contains($0) || $0 == ";" }
        if numbers.endIndex < scalars.endIndex, scalars[numbers.endIndex] == "m" {
          let codes = String(numbers).split(separator: ";", omittingEmptySubsequences: false).map { $0.isEmpty ? 0 : Int($0) ?? -1 }
          return (start, scalars.index(after: numbers.endIndex), codes)
        }
      }
      place = body.startIndex
    }
    return nil
  }
}
