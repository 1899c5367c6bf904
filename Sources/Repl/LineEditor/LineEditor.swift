// The prompt's editor: what each action does to the text. Reading order: CellText (the text), KeyBindings
// (which key), this file (what it does), Editline (libedit), TerminalInput (where keys come from).

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

  /// Asked at Enter, with the whole text.
  var completeness: (String) -> Completeness = { _ in .complete }
  /// What Tab completes: the word at the end of a text, the names that could stand there, and whether they are offered
  /// before a first letter.
  var completion: (String) -> (word: String, names: [String], offersAll: Bool) = { _ in ("", [], false) }

  private let editline: Editline
  private let history: History
  private let console: Console
  private let input = TerminalInput(descriptor: STDIN_FILENO)
  private var walk = HistoryWalk([])
  private var ending: Outcome?
  /// Names that Tab found, and where the cursor was, between the two halves of showing them.
  private var choices: (names: [String], cursor: Int) = ([], 0)
  private static let indentation = "  "

  /// Opens the editor; nil when the terminal cannot be edited on. The terminal's settings come back when
  /// the process ends.
  init?(history: History, console: Console = .output) {
    Terminal.useUTF8Locale()
    let name = TerminalName.current
    let asked = Terminal.environment("TERM")
    Terminal.setEnvironment("TERM", name.name)
    // Programs that the session starts see the name they would have seen without us.
    defer { if let asked { Terminal.setEnvironment("TERM", asked) } }
    Terminal.guardSettings(escapes: name.understandsEscapes)
    guard let opened = Editline(program: "imf") else { return nil }
    editline = opened
    self.history = history
    self.console = console
    for row in KeyBindings.table {
      for keys in row.keys { editline.bind(keys, to: row.function) }
    }
    editline.onAction = { [unowned self] action, text in perform(action, on: &text) }
    editline.onRead = { [unowned self] in nextScalar() }
  }

  /// Shows the prompt and lets the user edit until a cell is ready.
  /// - Parameter prompt: its parts without width bracketed by `Editline.literal`.
  func readCell(prompt: String) -> Outcome {
    walk = HistoryWalk(history.entries)
    ending = nil
    Signals.catchSuspension(true)
    setBracketedPaste(true)
    let text = editline.edit(prompt: prompt)
    setBracketedPaste(false)
    Signals.catchSuspension(false)
    if let ending { return ending }
    guard let text else {
      console.write("\n")
      return .endOfInput
    }
    history.remember(text)
    return .cell(text)
  }

  private func setBracketedPaste(_ on: Bool) {
    if console.isTerminal { console.control(on ? "\u{1b}[?2004h" : "\u{1b}[?2004l") }
  }

  // MARK: Actions

  private func perform(_ action: EditAction, on text: inout CellText) -> EditReaction {
    switch action {
    case .enter: return enter(&text)
    case .newLine:
      text.insert("\n" + leadingSpaces(of: text.lineBeforeCursor))
      return .nothing
    case .up:
      if text.moveUp() { return .nothing }
      guard let older = walk.older(than: text.text) else { return .refuse }
      text = CellText(older)
      return .nothing
    case .down:
      if text.moveDown() { return .nothing }
      guard let newer = walk.newer() else { return .refuse }
      text = CellText(newer)
      return .nothing
    case .endOrDelete:
      if text.isEmpty { return .endInput }
      text.deleteForward()
      return .nothing
    case .complete: return complete(&text)
    case .showChoices: return showChoices(&text)
    case .interrupt:
      guard ending == .interrupted else { return .nothing }
      text = CellText(text.text + "^C")
      return .run
    case .paste: return paste(into: &text)
    case .closeBrace:
      // A brace that closes a block stands one step left of the block's lines.
      let before = text.lineBeforeCursor
      if before.hasSuffix(Self.indentation), before.allSatisfy({ $0 == " " }), text.lineStart > 0 {
        text.deleteBackward(Self.indentation.count)
      }
      text.insert("}")
      return .nothing
    case .skipControlReply:
      _ = skip { (0x40...0x7E).contains($0.value) }
      return .nothing
    case .skipStringReply:
      var previous: Unicode.Scalar = " "
      _ = skip { scalar in
        defer { previous = scalar }
        return scalar.value == 7 || (previous.value == 0x1B && scalar == "\\")
      }
      return .nothing
    }
  }

  private func enter(_ text: inout CellText) -> EditReaction {
    switch completeness(text.text) {
    case .complete, .invalid: return .run
    case .incomplete(let indent):
      // In the middle of a cell the line above sets the indentation; at its end the language does.
      let isAtEnd = text.scalars[text.cursor...].allSatisfy { $0 == " " || $0 == "\n" }
      text.insert("\n" + (isAtEnd ? indent : leadingSpaces(of: text.lineBeforeCursor)))
      return .nothing
    }
  }

  private func complete(_ text: inout CellText) -> EditReaction {
    if text.lineBeforeCursor.allSatisfy({ $0 == " " }) {
      text.insert(Self.indentation)
      return .nothing
    }
    let place = completion(text.textBeforeCursor)
    switch Completion.answer(for: place.word, among: place.names, offersAll: place.offersAll) {
    case .nothing: return .refuse
    case .insert(let rest):
      text.insert(rest)
      return .nothing
    case .choices(let names):
      choices = (names, text.cursor)
      text.cursor = text.scalars.count
      return .listChoices
    }
  }

  /// The second half of showing choices: the screen's cursor now stands behind the text.
  private func showChoices(_ text: inout CellText) -> EditReaction {
    let shown = choices.names.prefix(120)
    let more = choices.names.count - shown.count
    let list = Completion.columns(Array(shown), width: console.columns)
    console.write("\n\(list)\n" + (more > 0 ? "... \(more) more\n" : ""))
    text.cursor = choices.cursor
    return .redraw
  }

  private func paste(into text: inout CellText) -> EditReaction {
    let end = Array("\u{1b}[201~".unicodeScalars)
    var pasted: [Unicode.Scalar] = []
    // A terminal that goes silent in the middle of a paste has lost its end: what came is taken.
    while case .scalar(let scalar) = input.nextScalar(milliseconds: 2000) {
      pasted.append(scalar)
      if scalar == "~", pasted.suffix(end.count).elementsEqual(end) {
        pasted.removeLast(end.count)
        break
      }
    }
    text.insert(PastedText.cleaned(String(pasted)))
    return .nothing
  }

  /// Reads a terminal's late answer up to the scalar that ends it. Bytes of one answer come together, so a
  /// short silence ends it as well.
  private func skip(until isLast: (Unicode.Scalar) -> Bool) -> Bool {
    for _ in 0..<4096 {
      guard case .scalar(let scalar) = input.nextScalar(milliseconds: 100) else { return false }
      if isLast(scalar) { return true }
    }
    return false
  }

  private func leadingSpaces(of line: String) -> String { String(line.prefix { $0 == " " }) }

  // MARK: Input

  private func nextScalar() -> Unicode.Scalar? {
    while true {
      // Again, should the first have been swallowed as part of a longer key.
      if ending == .interrupted { return Editline.interruptKey }
      switch input.nextScalar() {
      case .scalar(let scalar): return scalar
      case .end: return nil
      case .silence: continue
      case .signal: if !heedSignals() { return nil }
      }
    }
  }

  /// Acts on signals that came while waiting for a key; false ends the cell.
  private func heedSignals() -> Bool {
    let signals = Signals.take()
    if signals.contains(.terminate) {
      ending = .terminated
      return false
    }
    if signals.contains(.interrupt) {
      ending = .interrupted
      return true
    }
    if signals.contains(.suspend) {
      setBracketedPaste(false)
      editline.prepareTerminal(raw: false)
      Signals.suspendProcess()
    }
    if !signals.isDisjoint(with: [.suspend, .resume]) {
      editline.prepareTerminal(raw: true)
      setBracketedPaste(true)
      editline.resize()
      if console.isTerminal { console.control("\r\u{1b}[J") }
      editline.refresh()
    } else if signals.contains(.resize) {
      editline.resize()
    }
    return true
  }
}
