// Cells into files, and back.

import Lang

extension Command {
  static let files = [
    Command(":save file.imf", "the cells that worked, as a script that gives the same results") { prompt, argument in
      let document = prompt.notebook.script
      try prompt.write(document.text, to: argument, whatFor: ":save session.imf")
      prompt.say("\(document.sections.count) cells in \(argument)\n")
    },
    .ending(":run file.imf", "run a script's cells here, one by one") { prompt, argument in
      guard !argument.isEmpty else { throw Failure("expected a file: :run session.imf") }
      let document = Document(text: try Script(path: argument).source.text)
      var status: ExitStatus?
      prompt.notebook.run(document) { cell in
        status = prompt.finish(cell)
        return status == nil && cell.isDone
      }
      return status
    },
    .ending(
      ":edit number", "edit a cell, the last one without a number, in $VISUAL or $EDITOR, and run what it became",
      needsTerminal: true
    ) { prompt, argument in
      let cells = prompt.notebook.cells
      let number = argument.isEmpty ? cells.last?.number : Int(argument)
      guard let cell = cells.last(where: { $0.number == number }) else {
        throw Failure(argument.isEmpty ? "there is no cell yet" : "there is no cell \(argument)")
      }
      let text = try ExternalEditor.edit(cell.text, isSafe: prompt.interpreter.session.isSafe)
      guard !text.allSatisfy(\.isWhitespace) else { throw Failure("the text is empty: nothing runs") }
      prompt.console.write(text.hasSuffix("\n") ? text : text + "\n")
      prompt.history.remember(text)
      return prompt.runCell(text, title: cell.title)
    },
    Command(":freeze file.imfs", "the whole session, with tensors, models and random numbers; imf-repl -r file.imfs takes it up") { prompt, argument in
      guard !argument.isEmpty else { throw Failure("expected a file: :freeze session.imfs") }
      try OutputPath.check(argument, prompt.interpreter.session)
      let left = try FrozenSession.write(prompt.notebook, to: argument)
      for (name, why) in left { prompt.say("left out: `\(name)`: \(why)\n") }
      prompt.say("the session is in \(argument); imf-repl -r \(argument) takes it up\n")
    },
  ]
}

extension Prompt {
  /// Writes a text file whole, as `write_text` of the language does.
  func write(_ text: String, to path: String, whatFor example: String) throws {
    guard !path.isEmpty else { throw Command.Failure("expected a file: \(example)") }
    _ = try interpreter.apply(interpreter.value(at: "write_text") ?? .none, [.string(path), .string(text)])
  }
}
