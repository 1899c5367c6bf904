// Text inside a page: nothing that it says can become markup.

import Lang

enum HTMLText {
  /// A text as it is seen, with the characters that mean something to a browser escaped and those that nobody sees made visible.
  static func escaped(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.replacing("\r\n", with: "\n").unicodeScalars {
      switch scalar {
      case "&": out.append(contentsOf: "&amp;".unicodeScalars)
      case "<": out.append(contentsOf: "&lt;".unicodeScalars)
      case ">": out.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": out.append(contentsOf: "&quot;".unicodeScalars)
      case "'": out.append(contentsOf: "&#39;".unicodeScalars)
      default: out.append(ShownText.visible(scalar))
      }
    }
    return String(out)
  }

  /// Code with its words coloured.
  static func code(_ text: String) -> String {
    Source(name: "", text: text).runs.map { run in
      switch run.role {
      case .plain: escaped(run.text)
      case .keyword: "<b>\(escaped(run.text))</b>"
      case .comment: "<i>\(escaped(run.text))</i>"
      case .number, .string, .function: "<span class=\"\(run.role.rawValue)\">\(escaped(run.text))</span>"
      }
    }.joined()
  }

  /// What a program printed, with the colours of a terminal that it asked for.
  static func printed(_ text: String) -> String {
    StyledText(text).runs.map { run in
      run.styles.isEmpty ? escaped(run.text) : "<span class=\"\(run.styles.joined(separator: " "))\">\(escaped(run.text))</span>"
    }.joined()
  }
}
