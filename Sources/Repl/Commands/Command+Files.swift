// Cells into files, and back.

import Lang

extension Command {
  static let files = [
    Command(":save file.imf", "the cells that worked, as a script that gives the same results") { prompt, argument in
      let document = prompt.notebook.script
      try prompt.write(document.text, to: argument, whatFor: ":save session.imf")
      prompt.console.write("\(document.sections.count) cells in \(argument)\n")
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
  ]
}

extension Prompt {
  /// Writes a text file whole, as `write_text` of the language does.
  func write(_ text: String, to path: String, whatFor example: String) throws {
    guard !path.isEmpty else { throw Command.Failure("expected a file: \(example)") }
    _ = try interpreter.apply(interpreter.value(at: "write_text") ?? .none, [.string(path), .string(text)])
  }
}
