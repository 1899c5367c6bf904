// `:save`: the session as a script that gives the same results.

import Lang

extension Notebook {
  /// The cells that worked, in the order in which they ran, as a script. A result that a later cell takes as `_` or `_3` gets
  /// that name, and the seed that the session began with stands at the top.
  var script: Document {
    let done = cells.filter(\.isDone)
    var used: Set<String> = []
    var lastValue: [Int: String] = [:]
    var last: String?
    for cell in done {
      if cell.names.read.contains("_"), let last { used.insert(last) }
      used.formUnion(cell.names.read)
      lastValue[cell.number] = last
      if !cell.value.isNone { last = "_\(cell.number)" }
    }
    var sections: [Document.Section] = []
    let seed = interpreter.session.seed
    if seed != 0 { sections.append(.code(title: "Random numbers", text: "seed(\(seed))")) }
    for cell in done {
      var text = cell.text.trimming { $0.isNewline }.description
      if let last = lastValue[cell.number], cell.names.read.contains("_") {
        text = Source(name: "", text: text).continuesLastResult ? "\(last)\n\(text)" : "_ = \(last)\n\(text)"
      }
      let name = "_\(cell.number)"
      if used.contains(name) { text = Source(name: "", text: text).namingResult(name) }
      sections.append(.code(title: cell.title, text: text))
    }
    return Document(sections: sections)
  }

  /// Runs a script's cells as cells of this session, until one fails or ends the program.
  /// - Returns: the cells that ran.
  func run(_ document: Document, _ each: (Cell) -> Bool = { $0.isDone }) {
    for case .code(let title, let text) in document.sections where !text.isEmpty {
      guard each(run(text, title: title ?? "")) else { return }
    }
  }
}
