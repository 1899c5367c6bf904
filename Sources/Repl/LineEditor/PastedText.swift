// A paste, made into what belongs into a cell. Line ends become \n, control characters go, and a piece of
// a copied session loses its prompts and outputs.

enum PastedText {
  /// The cell text for pasted text.
  static func cleaned(_ pasted: String) -> String {
    var text = ""
    var previous: Unicode.Scalar = " "
    for scalar in pasted.unicodeScalars {
      switch scalar {
      case "\n" where previous == "\r": break
      case "\r", "\n": text.unicodeScalars.append("\n")
      case "\t": text.unicodeScalars.append("\t")
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: break
      default: text.unicodeScalars.append(scalar)
      }
      previous = scalar
    }
    while text.last == "\n" { text.removeLast() }
    return withoutPrompts(text)
  }

  /// Copied sessions: lines after `in [n]> ` are kept up to what answers them.
  private static func withoutPrompts(_ text: String) -> String {
    guard afterPrompt(text[...]) != nil else { return text }
    let answers = ["out[", "error[", "warning[", "[image ", "[plot "]
    var kept: [Substring] = []
    var isInput = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let input = afterPrompt(line) {
        isInput = true
        kept.append(input)
      } else if answers.contains(where: line.hasPrefix) {
        isInput = false
      } else if isInput {
        kept.append(line)
      }
    }
    return kept.joined(separator: "\n")
  }

  /// What follows `in [12]> `, nil where the line does not begin with it.
  private static func afterPrompt(_ line: Substring) -> Substring? {
    guard line.hasPrefix("in [") else { return nil }
    let rest = line.dropFirst(4).drop { $0.isNumber }
    guard rest.hasPrefix("]>") else { return nil }
    return rest.dropFirst(2).drop { $0 == " " }
  }
}
