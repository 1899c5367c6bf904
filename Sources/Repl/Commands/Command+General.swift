// Help, and leaving.

import Lang

extension Command {
  static let general = [
    Command(":help command", "these commands, or one; ?name or help(name) explains a name, ??name shows a function's text", aliases: [":h"]) { prompt, argument in
      let word = argument.isEmpty ? "" : ":" + argument.drop { $0 == ":" }
      let shown = argument.isEmpty ? all : all.filter { $0.name == word || $0.aliases.contains(word) }
      guard !shown.isEmpty else { throw Failure("there is no command \(word)" + (near(word).map { "; did you mean \($0)?" } ?? "")) }
      let width = shown.map { $0.name.count + $0.argument.count + 3 }.max() ?? 0
      for command in shown {
        let usage = command.name + (command.argument.isEmpty ? "" : " " + command.argument)
        prompt.console.write("  " + usage + String(repeating: " ", count: max(1, width - usage.count)) + command.doc + "\n")
      }
      guard argument.isEmpty else { return }
      prompt.console.write(
        """
          !command               run a command of the shell
          Enter runs a whole cell and continues an open one; Escape Enter adds a line; Tab completes; Ctrl-R searches the history.\n
        """)
    },
    .ending(":example name", "run the example that help(name) shows") { prompt, argument in
      guard let row = prompt.interpreter.builtin(argument) else { throw Failure("there is no builtin `\(argument)`") }
      return prompt.runCell(row.code(of: row.example))
    },
    .ending(":quit", "leave; so does Ctrl-D", aliases: [":q", ":exit"]) { _, _ in .done },
  ]
}
