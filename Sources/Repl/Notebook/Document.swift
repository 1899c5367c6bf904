// A script as a notebook: `#%%` begins a cell, `#%% [md]` a cell of prose, whose lines are comments. Splitting and joining
// lose nothing: what is read and written again is the same text.

/// Cells of code and prose, in order.
struct Document: Equatable {
  enum Section: Equatable {
    /// Text in Markdown, without the `# ` before each line.
    case prose(String)
    /// - title: what stands behind `#%%`; nil for what comes before the first mark.
    case code(title: String?, text: String)
  }

  var sections: [Section]

  init(sections: [Section]) { self.sections = sections }

  /// Reads the text of a script.
  init(text: String) {
    sections = []
    var mark: String?
    var lines: [Substring] = []
    func finishSection() {
      var code = lines[...]
      if let mark, Self.isProse(mark) {
        let prose = lines.prefix { $0.hasPrefix("#") || Self.isBlank($0) }
        sections.append(.prose(Self.joined(prose.map(Self.uncommented))))
        code = lines.dropFirst(prose.count)
      } else if let mark {
        return sections.append(.code(title: Self.title(mark), text: Self.joined(lines)))
      }
      // Code before the first mark, or right below prose.
      if !code.allSatisfy(Self.isBlank) { sections.append(.code(title: nil, text: Self.joined(Array(code)))) }
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("#%%") {
        finishSection()
        mark = String(line.dropFirst(3))
        lines = []
      } else {
        lines.append(line)
      }
    }
    finishSection()
  }

  /// The script.
  var text: String {
    sections.map { section in
      switch section {
      case .prose(let text):
        "#%% [md]\n" + text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "#\n" : "# \($0)\n" }.joined()
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
