// The page docs/reference.md: every row, by library, with a table of contents.

extension Interpreter {
  /// The reference page as Markdown.
  public var reference: String {
    var lines = [
      "# Every builtin", "",
      "Made from the builtins' own rows by `print(reference())`; `help(name)` shows the same at the prompt. What stands in",
      "parentheses with `=` may be left out; `...rest` takes any number of values, `**settings` any of the settings named below it.",
      "",
    ]
    for library in libraries {
      let names = library.rows.map { "[\($0.name)](#\($0.name))" }
      lines.append("- [\(library.name)](#\(library.anchor)): \(names.joined(separator: ", "))")
    }
    for library in libraries {
      lines += ["", "## \(library.name)"] + library.rows.flatMap(\.section)
    }
    return lines.joined(separator: "\n")
  }
}

extension Library {
  /// As Markdown's viewers make it from the heading.
  var anchor: String { name.lowercased().replacing(" ", with: "-") }
}

extension Builtin {
  /// Its part of the page.
  fileprivate var section: [String] {
    var lines = ["", "### \(name)", "", "`\(signature.text)`", "", doc, "", "```", code(of: example), "```"]
    if !fails.isEmpty {
      lines += ["", "Fails:", ""] + fails.map { "- `\($0.code)`  \n  \($0.kind.rawValue): \($0.message)" }
    }
    if !see.isEmpty { lines += ["", "See " + see.map { "[\($0)](#\($0))" }.joined(separator: ", ")] }
    return lines
  }
}
