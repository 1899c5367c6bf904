// A report in Markdown, with its pictures in a folder beside it. Prose stays as it is; what is read back is in
// MarkdownPage+Reading.

import Lang

struct MarkdownPage {
  let text: String
  /// Files that belong to it: names in the folder, and contents.
  let pictures: [(name: String, image: Figure.Image)]

  /// - Parameter folder: the name of the folder of the pictures, as the text shall say it.
  init(_ report: Report, folder: String) throws {
    var pictures: [(name: String, image: Figure.Image)] = []
    var parts: [String] = []
    for part in report.parts {
      switch part {
      case .prose(let text): parts.append(text)
      case .cell(let cell):
        // Fences say nothing to who reads the page as it is shown.
        if let title = cell.title, !title.isEmpty { parts.append(Self.heading(title)) }
        parts.append(Self.fenced(cell.text, "imf " + Self.mark(cell.title)))
        for output in cell.outputs {
          if let figure = try Figure.of(output) {
            let name = "cell-\(cell.number ?? 0)-\(pictures.count + 1).png"
            pictures.append((name, figure.image))
            parts.append("![\(Self.unmarked(figure.caption))](\(Self.address(folder))/\(name))")
          } else {
            parts.append(Self.fenced(ShownText.visible(ShownText.uncoloured(Self.words(output))), "text"))
          }
        }
        if let note = cell.note { parts.append("*\(note)*") }
      }
    }
    text = parts.joined(separator: "\n\n") + "\n"
    self.pictures = pictures
  }

  /// What tells a cell from an example in the prose, and carries what stands behind `#%%`.
  private static func mark(_ title: String?) -> String { title.map { $0.isEmpty ? "%%" : "%% \($0)" } ?? "cell" }

  /// A cell's title as a line of its own.
  static func heading(_ title: String) -> String { "**\(title)**" }

  private static func words(_ output: Output) -> String {
    switch output {
    case .text(let text): text.hasSuffix("\n") ? String(text.dropLast()) : text
    case .value(let text, _): text
    case .error(let error): error.rendered()
    case .picture, .plot, .animation: ""
    }
  }

  /// A fence longer than any in the text.
  private static func fenced(_ text: String, _ info: String) -> String {
    let longest = text.split(omittingEmptySubsequences: true) { $0 != "`" }.map(\.count).max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return "\(fence)\(info)\n\(text)\n\(fence)"
  }

  /// A caption between brackets.
  private static func unmarked(_ caption: String) -> String {
    caption.map { "[]\\*_`<>".contains($0) ? "\\\($0)" : $0.isNewline ? " " : "\($0)" }.joined()
  }

  /// A path in an address: what would end it is written in hexadecimal.
  private static func address(_ path: String) -> String {
    path.utf8.map { byte in
      let isPlain = byte >= 0x80 || Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber || "-._~/".utf8.contains(byte)
      return isPlain ? [byte] : Array("%\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))".utf8)
    }.reduce(into: "") { $0 += String(decoding: $1, as: UTF8.self) }
  }
}
