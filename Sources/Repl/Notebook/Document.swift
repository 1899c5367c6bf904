// A script as a notebook: `#%%` begins a cell, `#%% [md]` a cell of prose, whose lines are comments. Splitting and joining
// lose nothing: what is read and written again is the same text.

import Lang

/// Cells of code and prose, in order.
struct Document: Equatable {
  enum Section: Equatable {
    /// Text in Markdown, without the `# ` before each line.
    case prose(String)
    /// - title: what stands behind `#%%`; nil for what comes before the first mark.
    case code(title: String?, text: String)

    fileprivate var isProse: Bool { if case .prose = self { true } else { false } }
  }

  private(set) var sections: [Section]
  /// How many lines of the script stand before each section's text.
  private(set) var lines: [Int] = []

  init(sections: [Section]) { self.init(text: Self.text(of: sections)) }

  /// Reads the text of a script.
  init(text: String) {
    sections = []
    var mark: String?
    let all = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    var start = 0
    func append(_ section: Section, _ code: ArraySlice<Substring>) {
      sections.append(section)
      lines.append(code.firstIndex { !Self.isBlank($0) } ?? code.startIndex)
    }
    func finishSection(before end: Int) {
      var code = all[start..<end]
      if let mark, Self.isProse(mark) {
        let prose = code.prefix { $0.hasPrefix("#") || Self.isBlank($0) }
        append(.prose(Self.joined(prose.map(Self.uncommented))), prose)
        code = code.dropFirst(prose.count)
      } else if let mark {
        return append(.code(title: Self.title(mark), text: Self.joined(Array(code))), code)
      }
      // Code before the first mark, or right below prose.
      if !code.allSatisfy(Self.isBlank) { append(.code(title: nil, text: Self.joined(Array(code))), code) }
    }
    let comments = Self.commentLines(text)
    for (index, line) in all.enumerated() where line.hasPrefix("#%%") && comments.contains(index) {
      finishSection(before: index)
      mark = String(line.dropFirst(3))
      start = index + 1
    }
    finishSection(before: all.count)
  }

  static func == (one: Document, other: Document) -> Bool { one.sections == other.sections }

  /// Lines that begin with a comment: a mark inside a string is none.
  private static func commentLines(_ text: String) -> Set<Int> {
    var lines: Set<Int> = []
    var line = 0
    var isAtStart = true
    for run in Source(name: "", text: text).runs {
      if run.role == .comment, isAtStart { lines.insert(line) }
      for byte in run.text.utf8 {
        isAtStart = byte == UInt8(ascii: "\n")
        if isAtStart { line += 1 }
      }
    }
    return lines
  }

  /// The script.
  var text: String { Self.text(of: sections) }

  private static func text(of sections: [Section]) -> String {
    zip(sections, [nil] + sections).map { section, last in
      switch section {
      case .prose(let text):
        "#%% [md]\n" + text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "#\n" : "# \($0)\n" }.joined()
      // Comments right below prose would belong to it.
      case .code(nil, let text) where text.hasPrefix("#") && last?.isProse == true: "#%%\n" + text + "\n"
      case .code(nil, let text): text + "\n"
      case .code(let title?, let text): (title.isEmpty ? "#%%\n" : "#%% \(title)\n") + text + "\n"
      }
    }.joined(separator: "\n")
  }

  private static func isProse(_ mark: String) -> Bool {
    let words = mark.lowercased().split(separator: " ")
    return words.first == "[md]" || words.first == "[markdown]"
  }

  private static func title(_ mark: String) -> String {
    String(mark.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }

  private static func uncommented(_ line: Substring) -> Substring {
    line.hasPrefix("# ") ? line.dropFirst(2) : line.hasPrefix("#") ? line.dropFirst() : line
  }

  private static func isBlank(_ line: Substring) -> Bool { line.allSatisfy(\.isWhitespace) }

  /// The lines without the blank ones at both ends.
  private static func joined(_ lines: [Substring]) -> String {
    let kept = lines.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
    return kept.joined(separator: "\n")
  }
}
