// A paste, made into what belongs into a cell. Line ends become \n, control characters go, letters and their marks become one,
// and a piece of a copied session loses its prompts and outputs.

enum PastedText {
  /// The cell text for pasted text.
  /// - Parameter isOpen: whether a text needs more lines to be whole.
  static func cleaned(_ pasted: String, isOpen: (String) -> Bool) -> String {
    withoutPrompts(plain(pasted), isOpen)
  }

  /// Text without what only a terminal or another system means.
  static func plain(_ pasted: String) -> String {
    var text = ""
    var previous: Unicode.Scalar = " "
    for scalar in pasted.unicodeScalars {
      switch scalar {
      case "\n" where previous == "\r": break
      case "\r", "\n", "\u{2028}", "\u{2029}": text.unicodeScalars.append("\n")
      case "\t": text.unicodeScalars.append("\t")
      case "\u{FEFF}": break
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value): break
      default: text.unicodeScalars.append(scalar)
      }
      previous = scalar
    }
    while text.last == "\n" { text.removeLast() }
    return text.normalized
  }

  /// Copied sessions: behind each prompt, lines are kept until the cell is whole; what comes then was printed.
  private static func withoutPrompts(_ text: String, _ isOpen: (String) -> Bool) -> String {
    guard afterPrompt(text[...]) != nil else { return text }
    var cells: [String] = []
    var isInput = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let input = afterPrompt(line) {
        cells.append(String(input))
      } else if isInput {
        cells[cells.count - 1] += "\n" + continuation(line)
      } else {
        continue
      }
      isInput = isOpen(cells[cells.count - 1])
    }
    return cells.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// What follows `in [12]> `, nil where the line does not begin with it.
  private static func afterPrompt(_ line: Substring) -> Substring? {
    guard line.hasPrefix("in [") else { return nil }
    let rest = line.dropFirst(4).drop { $0.isNumber }
    guard rest.hasPrefix("]>") else { return nil }
    return rest.dropFirst(2).drop { $0 == " " }
  }

  /// A line without the dots that other programs and pages put before a cell's further lines, `   ...> x` or `...: x`.
  private static func continuation(_ line: Substring) -> Substring {
    let rest = line.drop { $0 == " " }
    for mark in ["...>", "...:"] where rest.hasPrefix(mark) {
      let text = rest.dropFirst(mark.count)
      return text.first == " " ? text.dropFirst() : text
    }
    return line
  }
}
