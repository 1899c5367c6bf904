// The prose of a lesson in a terminal: paragraphs in lines of a width that reads well, formulas and code as they are.

import Lang

enum LessonText {
  private static let mostColumns = 92

  /// - Parameter isColoured: what is strong in Markdown is bold, else it loses its stars.
  static func lines(_ prose: String, columns: Int, isColoured: Bool) -> String {
    let width = max(20, min(columns - 1, mostColumns))
    let blocks = prose.split(separator: "\n", omittingEmptySubsequences: false).split { $0.allSatisfy(\.isWhitespace) }
    let shown = blocks.map { block in
      if block.allSatisfy({ $0.hasPrefix("    ") }) { return block.joined(separator: "\n") }
      return wrapped(block.joined(separator: " "), to: width).joined(separator: "\n")
    }
    return strong(shown.joined(separator: "\n\n"), isColoured)
  }

  static func strong(_ text: String, _ isColoured: Bool) -> String {
    let parts = text.split(separator: "**", omittingEmptySubsequences: false)
    return parts.enumerated().map { $0 % 2 == 1 && isColoured ? "\u{1B}[1m\($1)\u{1B}[0m" : String($1) }.joined()
  }
}
