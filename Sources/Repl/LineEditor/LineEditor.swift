// The prompt's editor. Reading order: CellText (the text), EditAction and KeyBindings (which key), this file (what it does),
// LineEditor+Keys (what comes from the keyboard), +Completion, +Search, +Paste, +Editor, then Editline (libedit).

import Glibc

/// What the language says about a text, after Jupyter's four states.
enum Completeness: Equatable {
  case complete
  /// Something is open; the next line begins with `indent`.
  case incomplete(indent: String)
  /// A mistake that more text cannot repair: run it, so that it is shown.
  case invalid
}

/// Reads cells from the terminal behind standard input and output.
final class LineEditor {
  /// How the reading of a cell ended.
  enum Outcome: Equatable {
    case cell(String)
    case interrupted
    case endOfInput
    case terminated
  }

  /// What an action or a signal left to do before the next key: some of it needs the screen drawn first.
  enum Step {
    /// End the cell.
    case run
    case interrupt
    case setText(String)
    /// Put a mark on the letter before the cursor.
    case compose(Unicode.Scalar)
    case search([Unicode.Scalar])
    case list([Completion.Choice], cursor: Int)
    case openEditor(cursor: Int)
  }

  /// Asked at Enter, with the whole text.
  var completeness: (String) -> Completeness = { _ in .complete }
  /// Asked at Tab, with the text before the cursor.
  var completion: (String) -> Completion.Place = { _ in Completion.Place() }

  /// Ctrl-X Ctrl-E: another program's hands on a cell; what it became.
  var externalEditor: (String) throws -> String = { $0 }

  let editline: Editline
  let history: History
  let console: Console
  let keys: KeyReader
  var step: Step?
  var folds = Folds()
  var undo = UndoStack()
  var killed = KillMemory()
  var search: HistorySearch?
  /// What was looked for last; Ctrl-R twice looks for it again.
  var lastPattern = ""
  var prompt = ""
  var ending: Outcome?
  /// The rest of a key that libedit takes scalar by scalar.
  var sending: ArraySlice<Unicode.Scalar> = []
  private var walk: HistoryWalk
  static let indentation = "  "

  /// Opens the editor; nil when the terminal cannot be edited on. The terminal's settings come back when
  /// the process ends.
  init?(history: History, console: Console = .output) {
    Terminal.useUTF8Locale()
    let name = TerminalName.current
    let asked = Terminal.environment("TERM")
    Terminal.setEnvironment("TERM", name.name)
    // Programs that the session starts see the name they would have seen without us.
    defer { if let asked { Terminal.setEnvironment("TERM", asked) } }
    Terminal.takeOver(escapes: name.understandsEscapes)
    let input = TerminalInput(descriptor: STDIN_FILENO)
    Self.clearEcho(of: input.takeTypedAhead(), console)
    guard let opened = Editline(program: "imf") else { return nil }
    editline = opened
    keys = KeyReader(input, known: KeyBindings.sequences)
    self.history = history
    self.console = console
    walk = HistoryWalk(history)
    for row in KeyBindings.table {
      for keys in row.keys { editline.bind(keys, to: row.function) }
    }
    editline.onAction = { [unowned self] action, text in perform(action, on: &text) }
    editline.onRead = { [unowned self] in nextScalar() }
  }

  /// What was typed while the program started, the terminal showed at once; the prompt shows it again.
  private static func clearEcho(of typed: [UInt8], _ console: Console) {
    guard !typed.isEmpty, console.isTerminal else { return }
    let lines = typed.count { $0 == 10 || $0 == 13 }
    console.control((lines > 0 ? "\u{1b}[\(lines)A" : "") + "\r\u{1b}[J")
  }

  /// Shows the prompt and lets the user edit until a cell is ready.
  /// - Parameters:
  ///   - prompt: its parts without width bracketed by `Editline.literal`.
  ///   - text: what stands there already.
  func readCell(prompt: String, text: String = "") -> Outcome {
    self.prompt = prompt
    editline.prompt = prompt
    walk = HistoryWalk(history)
    (folds, undo, search, sending, ending) = (Folds(), UndoStack(), nil, [], nil)
    step = text.isEmpty ? nil : .setText(text)
    Signals.catchSuspension(true)
    setBracketedPaste(true)
    // libedit would do it after the prompt is shown, and Ctrl-C in between would throw away what was typed.
    editline.prepareTerminal(raw: true)
    let edited = editline.edit()
    setBracketedPaste(false)
    Signals.catchSuspension(false)
    if let ending { return ending }
    guard let cell = edited.map({ folds.unfolded($0).normalized }) else {
      console.write("\n")
      return .endOfInput
    }
    history.remember(cell)
    return .cell(cell)
  }

  func setBracketedPaste(_ on: Bool) {
    if console.isTerminal { console.control(on ? "\u{1b}[?2004h" : "\u{1b}[?2004l") }
  }

  // MARK: Actions

  private func perform(_ action: EditAction, on text: inout CellText) -> EditReaction {
    switch action {
    case .enter: return enter(&text)
    case .newLine: text.insert("\n" + text.indentation)
    case .up: return text.moveUp() ? .nothing : recall(&text) { $0.older(than: $1, typed: $2) }
    case .down: return text.moveDown() ? .nothing : recall(&text) { $0.newer(than: $1, typed: $2) }
    case .lineStart: text.moveToLineStart()
    case .lineEnd: text.moveToLineEnd()
    case .deleteBackward:
      guard text.cursor > 0 else { return .refuse }
      text.deleteBackward(folds.width(before: text))
    case .deleteForward: text.deleteForward()
    case .deleteOrEnd:
      if text.isEmpty { return .endInput }
      text.deleteForward()
    case .killToLineEnd: return kill(&text) { $0.takeToLineEnd() }
    case .killToLineStart: return kill(&text) { $0.takeToLineStart() }
    case .killWordBackward: return kill(&text) { $0.take(to: $0.previousWord) }
    case .killWordForward: return kill(&text) { $0.take(to: $0.nextWord) }
    case .yank: text.insert(killed.text)
    case .undo:
      guard let before = undo.undo() else { return .refuse }
      text = before
    case .complete: return complete(&text)
    case .unindent: return unindent(&text)
    case .closeBrace:
      // A brace that closes a block stands one step left of the block's lines.
      if text.lineStart > 0, text.lineBeforeCursor.allSatisfy({ $0 == " " }) { _ = unindent(&text) }
      text.insert("}")
    case .paste: paste(into: &text)
    case .searchOlder, .searchNewer: return beginSearch(text)
    case .openEditor:
      // Drawn with the cursor at the beginning: what has to be cleared begins in this row.
      step = .openEditor(cursor: text.cursor)
      text.cursor = 0
      return .draw
    case .step: return perform(&text)
    }
    return .nothing
  }

  private func perform(_ text: inout CellText) -> EditReaction {
    guard let step else { return .nothing }
    self.step = nil
    switch step {
    case .run: return .nothing
    case .interrupt:
      ending = .interrupted
      text = CellText(text.text + "^C")
      self.step = .run
      return .draw
    case .setText(let wanted): text = CellText(shown(wanted))
    case .compose(let mark): text.compose(mark)
    case .search(let key): return searchKey(key, &text)
    case .list(let choices, let cursor): return list(choices, &text, cursor: cursor)
    case .openEditor(let cursor): return openEditor(on: &text, cursor: cursor)
    }
    return .nothing
  }

  private func enter(_ text: inout CellText) -> EditReaction {
    switch completeness(folds.unfolded(text.text)) {
    case .complete, .invalid: step = .run
    case .incomplete(let indent):
      // In the middle of a cell the line above sets the indentation; at its end the language does.
      let isAtEnd = text.scalars[text.cursor...].allSatisfy { $0 == " " || $0 == "\n" }
      text.insert("\n" + (isAtEnd ? indent : text.indentation))
    }
    return .nothing
  }

  private func recall(_ text: inout CellText, _ walk: (inout HistoryWalk, String, String) -> String?) -> EditReaction {
    let current = folds.unfolded(text.text), typed = folds.unfolded(text.textBeforeCursor)
    guard let cell = walk(&self.walk, current, typed) else { return .refuse }
    text = CellText(shown(cell))
    return .nothing
  }

  private func kill(_ text: inout CellText, _ take: (inout CellText) -> String?) -> EditReaction {
    let before = text
    guard let taken = take(&text) else { return .refuse }
    killed.add(taken, before: before, after: text)
    return .nothing
  }

  /// Takes one step of indentation from the beginning of the line.
  private func unindent(_ text: inout CellText) -> EditReaction {
    let start = text.lineStart
    let width = text.scalars[start..<text.lineEnd].prefix(Self.indentation.count).prefix { $0 == " " }.count
    guard width > 0 else { return .refuse }
    text.scalars.removeSubrange(start..<start + width)
    text.cursor = max(start, text.cursor - width)
    return .nothing
  }
}
