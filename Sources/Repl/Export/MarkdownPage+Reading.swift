// Markdown as a script: fences of `imf` are cells, what follows them as text or as a picture is what they showed and is left out,
// everything else is prose. In an export, fences without its marks belong to the prose.

extension MarkdownPage {
  /// The cells and the prose of a text.
  static func document(from text: String) -> Document {
    var sections: [Document.Section] = []
    var prose: [Substring] = []
    // Right below a cell stands what it showed.
    var isBelowCell = false
    func finishProse(before title: String?) {
      if let title, prose.last(where: { !$0.isBlank }).map(String.init) == heading(title) {
        prose.removeSubrange((prose.lastIndex { !$0.isBlank } ?? 0)...)
      }
      let lines = prose.drop(while: \.isBlank).reversed().drop(while: \.isBlank).reversed()
      if !lines.isEmpty { sections.append(.prose(lines.joined(separator: "\n"))) }
      prose = []
    }
    var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }[...]
    let hasMarks = lines.contains { Fence($0)?.isMarked == true }
    while let line = lines.popFirst() {
      if let fence = Fence(line) {
        let content = lines.prefix { !fence.isClosed(by: $0) }
        if fence.language == "imf", fence.isMarked || !hasMarks {
          finishProse(before: fence.title)
          sections.append(.code(title: fence.title, text: content.joined(separator: "\n")))
          isBelowCell = true
        } else if !(isBelowCell && fence.language == "text") {
          prose.append(line)
          prose += content
          prose += lines[content.endIndex...].prefix(1)
          isBelowCell = false
        }
        lines = lines[content.endIndex...].dropFirst()
      } else if line.isBlank || (isBelowCell && isShown(line)) {
        if !isBelowCell { prose.append(line) }
      } else {
        isBelowCell = false
        prose.append(line)
      }
    }
    finishProse(before: nil)
    return Document(sections: sections)
  }

  /// A picture, or a note that a cell did not run.
  private static func isShown(_ line: Substring) -> Bool {
    (line.hasPrefix("![") && line.hasSuffix(".png)")) || line == "*not run*" || line.hasPrefix("*the program ended here")
  }

  private struct Fence {
    let mark: String
    let language: String
    /// What stands behind `imf %%`; nil without these.
    let title: String?
    let isMarked: Bool

    init?(_ line: Substring) {
      let ticks = line.prefix { $0 == "`" }
      guard ticks.count >= 3 else { return nil }
      mark = String(ticks)
      let words = line.dropFirst(ticks.count).split(separator: " ", maxSplits: 2)
      language = words.first.map(String.init) ?? ""
      isMarked = language == "imf" && words.count > 1 && (words[1] == "%%" || words[1] == "cell")
      title = words.count > 1 && words[1] == "%%" ? words.dropFirst(2).joined() : nil
    }

    func isClosed(by line: Substring) -> Bool {
      let ticks = line.prefix { $0 == "`" }
      return ticks.count >= mark.count && line.dropFirst(ticks.count).allSatisfy(\.isWhitespace)
    }
  }
}

extension Substring {
  fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
