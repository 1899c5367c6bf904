// Help, and leaving.

import Lang

extension Command {
  static let general = [
    Command(":help command", "these commands, or one; ?name or help(name) explains a name, ??name shows a function's text", aliases: [":h"]) { prompt, argument in
      let word = argument.isEmpty ? "" : ":" + argument.drop { $0 == ":" }
      let shown = argument.isEmpty ? all : all.filter { $0.name == word || $0.aliases.contains(word) }
      guard !shown.isEmpty else { throw Failure("there is no command \(word)" + (near(word).map { "; did you mean \($0)?" } ?? "")) }
      var rows = shown.map { ($0.name + ($0.argument.isEmpty ? "" : " " + $0.argument), $0.doc) }
      if argument.isEmpty {
        rows += [
          ("!command", "run a command of the shell"), ("Enter", "run a whole cell, go on with an open one; Escape Enter adds a line"),
          ("Tab, Ctrl-R", "complete; search the history"),
        ]
      }
      let width = (rows.map(\.0.count).max() ?? 0) + 2
      for (usage, doc) in rows {
        let lines = wrapped(doc, to: max(20, prompt.console.columns - width - 3))
        let text = lines.joined(separator: "\n" + String(repeating: " ", count: width + 2))
        prompt.say("  " + usage + String(repeating: " ", count: width - usage.count) + text + "\n")
      }
    },
    .ending(":example name", "run the example that help(name) shows") { prompt, argument in
      guard let row = prompt.interpreter.builtin(argument) else { throw Failure("there is no builtin `\(argument)`") }
      return prompt.runCell(row.code(of: row.example))
    },
    .ending(":quit", "leave; so does Ctrl-D", aliases: [":q", ":exit"]) { _, _ in .done },
  ]
}

/// Words in lines of at most so many characters, where words are no longer.
func wrapped(_ text: String, to width: Int) -> [String] {
  var lines: [String] = []
  for word in text.split(separator: " ") {
    if let last = lines.last, last.count + word.count < width {
      lines[lines.count - 1] = last + " " + word
    } else {
      lines.append(String(word))
    }
  }
  return lines
}
