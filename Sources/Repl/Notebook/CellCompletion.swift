// What Tab offers at the cursor of an unfinished cell: the session's commands, else what the language knows of the text and
// of the values that are there. Runs no code.

import Lang

struct CellCompletion {
  /// The beginning that the names must share; may be empty behind a dot or in a string.
  let word: String
  /// In any order.
  let names: [String]
  /// Whether names are offered before a first letter.
  let offersAll: Bool

  /// - Parameter text: the cell up to the cursor.
  init(of text: String, in interpreter: Interpreter, commands: [String]) {
    if text.hasPrefix(":"), !text.contains(" ") {
      (word, names, offersAll) = (text, commands, false)
      return
    }
    let found = Analysis(Source(name: "cell", text: text), interpreter).completions(at: text.utf8.count)
    word = String(decoding: text.utf8.suffix(found.word.count), as: UTF8.self)
    names = found.candidates.map(\.insertion)
    offersAll = found.offersAll
  }
}
