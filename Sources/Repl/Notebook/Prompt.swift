// The prompt: reads cells numbered in [n], runs them in the notebook, and performs commands that begin with a colon.

import FoundationEssentials
import Lang
import Tensor

/// A person at a terminal, or cells that come through a pipe.
final class Prompt {
  let notebook: Notebook
  /// Where commands write.
  let console: Console
  let history: History
  let errors: ErrorStyle
  /// Where this session's transcript will be kept, once something happened.
  var transcripts: TranscriptFolder?
  /// The lesson that `:lesson` goes on with.
  var lesson: LessonPlace?
  private let editor: LineEditor?
  private let input = TerminalInput(descriptor: 0)

  var interpreter: Interpreter { notebook.interpreter }

  /// - Parameter isTerminal: lines are edited, and cells go to the history.
  init(
    _ notebook: Notebook, errors: ErrorStyle, console: Console = .output,
    isTerminal: Bool = Terminal.isTerminal(0) && Terminal.isTerminal(1)
  ) {
    self.notebook = notebook
    self.errors = errors
    self.console = console
    history = History(file: isTerminal ? HistoryFile.standard() : nil)
    editor = isTerminal ? LineEditor(history: history) : nil
    editor?.completeness = { text in
      switch Interpreter.completeness(of: text) {
      case .complete: .complete
      case .incomplete(let indent): .incomplete(indent: String(repeating: "  ", count: indent))
      case .invalid: .invalid
      }
    }
    editor?.completion = { [interpreter = notebook.interpreter] text in
      CellCompletion.place(in: text, interpreter, commands: Command.all.map { ($0.name, $0.argument, $0.doc) })
    }
    editor?.externalEditor = { [session = notebook.interpreter.session] in try ExternalEditor.edit($0, isSafe: session.isSafe) }
  }

  /// Reads and runs cells until the input ends; the program's exit status.
  func run() -> ExitStatus {
    if editor != nil {
      console.write("imf-repl \(ProgramOptions.version): improved MeanFlow at the prompt. help() lists everything, :help the commands.\n")
    }
    while true {
      switch readCell() {
      case .endOfInput: return .done
      case .terminated: return .terminated
      case .interrupted: continue
      case .cell(let text):
        if let status = take(text) { return status }
      }
    }
  }

  /// Does what an input asks for: a command, a question, shell words, or a cell.
  /// - Returns: a status where the program ends with it.
  func take(_ text: String) -> ExitStatus? {
    let trimmed = text.trimming { $0.isWhitespace }
    if trimmed.isEmpty { return nil }
    if trimmed == "exit" || trimmed == "quit" { return .done }
    guard let transcript = transcript() else { return take(text, String(trimmed)) }
    return Stage.watched(by: transcript) {
      defer { transcript.end() }
      if !trimmed.isCell { transcript.begin(String(trimmed), number: notebook.number) }
      return take(text, String(trimmed))
    }
  }

  private func take(_ text: String, _ trimmed: String) -> ExitStatus? {
    if trimmed.isCell { return runCell(text) }
    if trimmed.hasPrefix("?") {
      explain(trimmed.dropFirst())
      return nil
    }
    return Command.perform(trimmed, at: self)
  }

  /// The session's transcript; sessions in which nothing happens have none.
  private func transcript() -> Transcript? {
    if notebook.transcript == nil, let folder = transcripts {
      notebook.transcript = folder.begin()
      notebook.transcript?.head("Session", interpreter.session)
      transcripts = nil
    }
    return notebook.transcript
  }

  /// Runs a cell; a status where the program ends with it.
  func runCell(_ text: String, title: String = "") -> ExitStatus? {
    let cell = notebook.run(text, title: title)
    history.record(
      HistoryEntry(
        time: Int(Date().timeIntervalSince1970), cell: text, status: cell.statusWord, milliseconds: Int(cell.seconds * 1000),
        directory: FileManager.default.currentDirectoryPath))
    return finish(cell)
  }

  /// Says how long a cell took, where that is worth knowing, and looks at the signals that came.
  func finish(_ cell: Cell) -> ExitStatus? {
    let signals = Signals.take()
    if case .exited(let code) = cell.status { return code == 0 ? .done : .failed }
    if signals.contains(.terminate) { return .terminated }
    noteError(of: cell)
    if cell.seconds > 0.5, editor != nil { console.write(faint("\(NumberText.duration(cell.seconds)), \(Memory.shown(cell.peakBytes)) at most") + "\n") }
    return nil
  }

  /// `err` is the last error, as `catch` would give it, unless that name is the user's own.
  private func noteError(of cell: Cell) {
    guard case .failed(let error) = cell.status, notebook.binders["err"] == nil else { return }
    interpreter["err"] = .error(error)
  }

  /// What commands and questions answer: the transcript keeps it, a recording of the cells does not.
  func say(_ text: String) {
    notebook.transcript?.show(.text(text))
    console.write(text)
  }

  func faint(_ text: String) -> String { console.isColoured ? "\u{1B}[2m\(text)\u{1B}[0m" : text }

  // MARK: reading

  private func readCell() -> LineEditor.Outcome {
    guard let editor else { return readLines() }
    // What a cell printed without an end of line would be overwritten by the prompt.
    console.finishLine()
    let mark = String(Editline.literal)
    let label = "in [\(notebook.number)]> "
    guard console.isColoured else { return editor.readCell(prompt: label) }
    // libedit ties what takes no room to the character after it: the colour must end before the last blank.
    return editor.readCell(prompt: "\(mark)\u{1B}[1;32m\(mark)\(label.dropLast())\(mark)\u{1B}[0m\(mark) ")
  }

  /// Without a terminal: lines until they make a whole cell.
  private func readLines() -> LineEditor.Outcome {
    var text = ""
    while true {
      var line = ""
      reading: while true {
        switch input.nextScalar() {
        case .scalar("\n"): break reading
        case .scalar(let scalar): line.unicodeScalars.append(scalar)
        case .signal:
          if Signals.take().contains(.terminate) { return .terminated }
          return .interrupted
        case .silence: continue
        case .end:
          text += line
          return text.allSatisfy(\.isWhitespace) ? .endOfInput : .cell(text)
        }
      }
      text += line + "\n"
      if case .incomplete = Interpreter.completeness(of: text) { continue }
      return .cell(text)
    }
  }

  // MARK: questions

  /// `?name`, and `??name` for the text of a function that was written in the language.
  private func explain(_ line: Substring) {
    let wantsText = line.hasPrefix("?")
    let name = line.drop { $0 == "?" || $0.isWhitespace }
    if wantsText, case .function(let function)? = interpreter.value(at: String(name)), let text = function.text {
      return say(text + "\n")
    }
    do throws(Diagnostic) {
      let quoted = name.isEmpty ? "" : "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
      _ = try interpreter.run(Source(name: "?\(name)", text: "help(\(quoted));"))
    } catch {
      say(error.message + (error.hint.map { "; \($0)" } ?? "") + "\n")
    }
  }
}

extension StringProtocol {
  /// Whether an input at the prompt is code, and neither a command nor a question.
  fileprivate var isCell: Bool { first.map { !":%!?".contains($0) } ?? true }

  /// Without the characters of a kind at both ends.
  func trimming(_ test: (Character) -> Bool) -> SubSequence {
    var text = drop(while: test)
    while let last = text.last, test(last) { text = text.dropLast() }
    return text
  }
}
