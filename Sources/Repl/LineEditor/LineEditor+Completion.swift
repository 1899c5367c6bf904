// Tab: indentation at the beginning of a line, a symbol for its name, else what the language knows.

extension LineEditor {
  func complete(_ text: inout CellText) -> EditReaction {
    if text.lineBeforeCursor.allSatisfy({ $0 == " " }) {
      text.insert(Self.indentation)
      return .nothing
    }
    let before = folds.unfolded(text.textBeforeCursor)
    var place = Completion.Place()
    if let name = MathSymbols.name(before: before) {
      if let symbol = MathSymbols.symbol(for: name) {
        text.deleteBackward(name.count)
        text.insert(symbol)
        return .nothing
      }
      place = Completion.Place(word: name, choices: MathSymbols.choices(for: name))
    }
    if place.choices.isEmpty { place = completion(before) }
    switch Completion.answer(place) {
    case .nothing: return .refuse
    case .insert(let rest):
      insert(rest, into: &text)
      return .nothing
    case .choices(let choices):
      // The list goes below the text: drawn first with the cursor at its end.
      step = .list(choices, cursor: text.cursor)
      text.cursor = text.scalars.count
      return .draw
    }
  }

  /// Puts in what is missing of a word that the cursor may stand in the middle of.
  private func insert(_ rest: String, into text: inout CellText) {
    let behind = text.scalars[text.cursor...].prefix { CellText.isWord($0) }
    if !behind.isEmpty, Array(rest.unicodeScalars).starts(with: behind) {
      text.cursor += behind.count
      text.insert(String(Array(rest.unicodeScalars.dropFirst(behind.count))))
    } else {
      text.insert(rest)
    }
  }

  /// Shows the choices; the screen's cursor stands behind the text.
  func list(_ choices: [Completion.Choice], _ text: inout CellText, cursor: Int) -> EditReaction {
    text.cursor = cursor
    if choices.count > ChoiceList.askedBeyond {
      console.write("\n\(choices.count) names fit: show them all? (y or n) ")
      guard let isWanted = answer() else { return .endInput }
      console.write(isWanted ? "y" : "n")
      if !isWanted {
        console.write("\n")
        return .redraw
      }
    }
    console.write("\n" + ChoiceList.text(choices, columns: console.columns, rows: console.rows) + "\n")
    return .redraw
  }

  /// Waits for a key that says yes or no; nil where the session is to end.
  private func answer() -> Bool? {
    while true {
      switch keys.next() {
      case .end: return nil
      case .signal:
        if !heedSignals() { return nil }
        if step != nil { return false }
      case .key(let key):
        if key == ["\u{3}"] { keys.giveBack(key) }
        return ["y", "Y", " ", "\t"].contains(key[0])
      }
    }
  }
}
