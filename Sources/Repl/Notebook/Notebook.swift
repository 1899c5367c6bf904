// The prompt: cells numbered in [n], values out[n], pictures inline, commands that begin with a colon.

import FoundationEssentials
import Lang

/// A session at the prompt.
final class Notebook {
  private let interpreter: Interpreter
  private let console = Console.output
  private let history: History
  private let editor: LineEditor?
  private let input = TerminalInput(descriptor: 0)
  private var number = 1
  private let json: Bool

  init(_ interpreter: Interpreter, json: Bool) {
    self.interpreter = interpreter
    self.json = json
    let isTerminal = Terminal.isTerminal(0) && Terminal.isTerminal(1)
    history = History(file: isTerminal ? HistoryFile.standard() : nil)
    editor = isTerminal ? LineEditor(history: history) : nil
    editor?.completeness = { text in
      switch Interpreter.completeness(of: text) {
      case .complete: .complete
      case .incomplete(let indent): .incomplete(indent: String(repeating: "  ", count: indent))
      case .invalid: .invalid
      }
    }
    editor?.completion = { [interpreter] in CellCompletion.place(in: $0, interpreter, commands: Self.commands) }
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
        let trimmed = text.trimming { $0.isWhitespace }
        if trimmed.isEmpty { continue }
        if trimmed.hasPrefix("?") {
          explain(trimmed.dropFirst())
          continue
        }
        if trimmed.hasPrefix(":") {
          if let status = perform(String(trimmed)) { return status }
          continue
        }
        if trimmed == "exit" || trimmed == "quit" { return .done }
        if let status = runCell(text) { return status }
      }
    }
  }

  // MARK: cells

  private func readCell() -> LineEditor.Outcome {
    guard let editor else { return readLines() }
    // What a cell printed without an end of line would be overwritten by the prompt.
    console.finishLine()
    let mark = String(Editline.literal)
    let label = "in [\(number)]> "
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

  /// Runs one cell and shows its value; a status where the program ends with it.
  private func runCell(_ text: String) -> ExitStatus? {
    let began = Terminal.monotonicSeconds()
    var status = "ok"
    defer {
      let milliseconds = Int((Terminal.monotonicSeconds() - began) * 1000)
      history.record(
        HistoryEntry(
          time: Int(Date().timeIntervalSince1970), cell: text, status: status, milliseconds: milliseconds,
          directory: FileManager.default.currentDirectoryPath))
      number += 1
    }
    do {
      let source = Source(name: "in [\(number)]", text: text)
      let outcome = try Signals.whileComputing { () throws(Diagnostic) in try interpreter.run(source) }
      _ = Signals.take()
      if !outcome.value.isNone {
        interpreter["_\(number)"] = outcome.value
        if !outcome.isHidden { show(outcome.value) }
      }
    } catch {
      let signals = Signals.take()
      if error.kind == .exit { return error.exitCode == 0 ? .done : .failed }
      if signals.contains(.terminate) { return .terminated }
      status = error.kind == .interrupt ? "interrupt" : "error"
      Front.report(error, json: json)
    }
    return nil
  }

  private func show(_ value: Value) {
    let text = value.quoted
    let label = "out[\(number)]: "
    let painted = console.isColoured ? "\u{1B}[1;34m\(label)\u{1B}[0m" : label
    Front.show(value, label: text.contains("\n") ? painted + "\n" : painted)
  }

  // MARK: commands

  static let commands: [(name: String, doc: String)] = [
    (":help", "these commands; ?name or help(name) explains a name, ??name shows a function's text"),
    (":example name", "run the example that help(name) shows"), (":names", "the session's names"),
    (":time code", "run code and show how long it took"), (":keep on|off", "whether a failed cell keeps what it assigned"),
    (":quit", "leave; so does Ctrl-D"),
  ]

  /// `?name`, and `??name` for the text of a function that was written in the language.
  private func explain(_ line: Substring) {
    let wantsText = line.hasPrefix("?")
    let name = line.drop { $0 == "?" || $0.isWhitespace }
    if wantsText, case .function(let function)? = interpreter.value(at: String(name)), let text = function.text {
      return console.write(text + "\n")
    }
    do throws(Diagnostic) {
      let quoted = name.isEmpty ? "" : "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
      _ = try interpreter.run(Source(name: "?\(name)", text: "help(\(quoted));"))
    } catch {
      console.write(error.message + (error.hint.map { "; \($0)" } ?? "") + "\n")
    }
  }

  /// The command that a misspelt one may have meant.
  static func command(near word: String) -> String? {
    nearestName(to: word, among: commands.map { String($0.name.prefix { $0 != " " }) })
  }

  /// A status where the program ends.
  private func perform(_ line: String) -> ExitStatus? {
    let words = line.split(separator: " ", maxSplits: 1)
    let rest = words.count > 1 ? String(words[1]) : ""
    switch words[0] {
    case ":quit", ":q", ":exit": return .done
    case ":help", ":h":
      for (name, doc) in Self.commands {
        console.write("  " + name + String(repeating: " ", count: max(1, 16 - name.count)) + doc + "\n")
      }
      console.write("  Enter runs a whole cell and continues an open one; Escape Enter adds a line; Tab completes.\n")
    case ":example":
      guard let row = interpreter.builtin(rest) else {
        console.write("there is no builtin `\(rest)`\n")
        break
      }
      return runCell(row.code(of: row.example))
    case ":names":
      for name in interpreter.names {
        guard let value = interpreter[name] else { continue }
        let text = value.quoted.prefix { $0 != "\n" }
        console.write("  \(name): " + (text.count > 80 ? text.prefix(77) + "..." : text) + "\n")
      }
    case ":keep":
      interpreter.keepsNamesOnError = rest == "" ? !interpreter.keepsNamesOnError : rest == "on"
      console.write("a failed cell " + (interpreter.keepsNamesOnError ? "keeps" : "takes back") + " what it assigned\n")
    case ":time":
      let began = Terminal.monotonicSeconds()
      if let status = runCell(rest) { return status }
      console.write("\(NumberText.short(Terminal.monotonicSeconds() - began)) s\n")
    default:
      let near = Self.command(near: String(words[0]))
      console.write("there is no command \(words[0])" + (near.map { "; did you mean \($0)?" } ?? "; :help lists them") + "\n")
    }
    return nil
  }
}

extension String {
  fileprivate func trimming(_ test: (Character) -> Bool) -> Substring {
    var text = drop(while: test)
    while let last = text.last, test(last) { text.removeLast() }
    return text
  }
}
