// Ctrl-R: a mode in which keys go to the search. The prompt shows what is looked for, the text is what was found; any key that
// is none of the search's keeps it and acts on it.

extension LineEditor {
  func beginSearch(_ text: CellText) -> EditReaction {
    search = HistorySearch(history, original: CellText(folds.unfolded(text.text), cursor: text.cursor))
    showSearch()
    return .draw
  }

  func searchKey(_ key: [Unicode.Scalar], _ text: inout CellText) -> EditReaction {
    guard search != nil else { return .nothing }
    switch key {
    case [KeyReader.escape], ["\u{7}"]:
      text = search?.original ?? text
      return endSearch()
    case ["\u{12}"] where search?.pattern == "": search?.type(lastPattern)
    case ["\u{12}"]: search?.older()
    case ["\u{13}"]: search?.newer()
    case ["\u{7f}"], ["\u{8}"]: search?.erase()
    case KeyBindings.scalars(of: "\\e[200~"): search?.type(String(pasted().prefix { $0 != "\n" }))
    case _ where key.count == 1 && key[0].value >= 0x20: search?.type(String(key))
    default:
      keys.giveBack(key)
      return endSearch()
    }
    if let found = search?.found ?? search?.original { text = shown(found) }
    showSearch()
    return .draw
  }

  private func endSearch() -> EditReaction {
    if let pattern = search?.pattern, !pattern.isEmpty { lastPattern = pattern }
    search = nil
    editline.prompt = prompt
    return .draw
  }

  private func showSearch() {
    guard let search else { return }
    let heading = search.fails ? search.found == nil ? "no cell has" : "no other cell has" : "search"
    editline.prompt = "(\(heading) `\(search.pattern)`) "
  }
}
