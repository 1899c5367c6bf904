// Commands on names and on the cells that gave them.

import Lang
import Tensor

extension Command {
  static let cells = [
    Command(":who", "the session's names: what they are, how large, which cell gave them, what is stale", aliases: [":names", ":whos", ":ls"]) { prompt, _ in
      prompt.say(NameTable(prompt.notebook).text(columns: prompt.console.columns))
    },
    Command(":undo", "names and random numbers as before the last cell") { prompt, _ in
      let cell = try prompt.notebook.undo()
      let names = cell.names.bound.sorted()
      prompt.say("in [\(cell.number)] is undone" + (names.isEmpty ? "" : ": \(names.joined(separator: ", ")) as before") + "\n")
    },
    Command(":stale", "cells whose inputs changed since they ran") { prompt, _ in
      let stale = prompt.notebook.staleCells
      if stale.isEmpty { prompt.say("every cell's inputs are as they were when it ran\n") }
      for entry in stale {
        let line = entry.cell.text.prefix { $0 != "\n" }
        prompt.say("  in [\(entry.cell.number)] \(line.count > 60 ? line.prefix(57) + "..." : line)   changed: \(entry.changed.joined(separator: ", "))\n")
      }
    },
    .ending(":rerun", "run the stale cells again, in their order") { prompt, argument in
      guard argument.isEmpty || argument == "stale" else { throw Failure(":rerun runs what :stale lists; it takes no names") }
      if prompt.notebook.staleCells.isEmpty { prompt.say("nothing is stale\n") }
      for cell in prompt.notebook.rerunStale() { if let status = prompt.finish(cell) { return status } }
      return nil
    },
    Command(":keep on|off", "whether a failed cell keeps what it assigned") { prompt, argument in
      prompt.interpreter.keepsNamesOnError = try flag(argument, now: prompt.interpreter.keepsNamesOnError)
      prompt.say("a failed cell " + (prompt.interpreter.keepsNamesOnError ? "keeps" : "takes back") + " what it assigned\n")
    },
    Command(":errors full|short|auto", "how much errors say; auto is full for the first of a kind") { prompt, argument in
      if !argument.isEmpty {
        guard let length = ErrorStyle.Length(rawValue: argument) else { throw Failure("expected full, short or auto, got \(argument)") }
        prompt.errors.length = length
      }
      prompt.say("errors are \(prompt.errors.length.rawValue)\n")
    },
    Command(":limit out|undo size", "memory that earlier results, or :undo, may keep: :limit out 1 GB") { prompt, argument in
      let notebook = prompt.notebook
      let words = argument.split(separator: " ", maxSplits: 1)
      if let which = words.first {
        guard which == "out" || which == "undo", words.count == 2, let bytes = ByteCount(String(words[1]))?.bytes else {
          throw Failure("expected :limit out 256 MB or :limit undo 1 GB")
        }
        if which == "out" { notebook.resultLimit = bytes } else { notebook.undoLimit = bytes }
      }
      prompt.say("earlier results keep \(Memory.shown(notebook.resultLimit)), undo \(Memory.shown(notebook.undoLimit))\n")
    },
    Command(":nan on|off", "stop at the first NaN and say which operation and line made it") { prompt, argument in
      let isOn = try flag(argument, now: NumberCheck.current != .off)
      _ = try prompt.interpreter.run(Source(name: ":nan", text: "check_nan(\(isOn));"))
      prompt.say(isOn ? "NaN are looked for in every operation, which is slow\n" : "NaN are no longer looked for\n")
    },
  ]
}
