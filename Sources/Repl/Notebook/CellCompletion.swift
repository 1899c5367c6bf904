// What Tab offers at the cursor of an unfinished cell: the session's commands and their arguments, else what the language knows
// of the text and of the values that are there. Runs no code.

import Lang

enum CellCompletion {
  typealias Usage = (name: String, argument: String, doc: String)

  /// - Parameters:
  ///   - text: the cell up to the cursor.
  ///   - commands: name, what may follow and a line about it. What is called `on|off` is one of these words, what is called
  ///     `file.imf` a file, `command`, `code` and `name` are what they say.
  static func place(in text: String, _ interpreter: Interpreter, commands: [Usage]) -> Completion.Place {
    switch text.first {
    case ":": command(text, interpreter, commands)
    // What other notebooks call %time is :time here.
    case "%": command(":" + text.dropFirst(), interpreter, commands)
    case "?": language(String(text.drop { $0 == "?" || $0 == " " }), interpreter)
    case "!": file(String(text.dropFirst()), interpreter)
    default: language(text, interpreter)
    }
  }

  private static func language(_ text: String, _ interpreter: Interpreter) -> Completion.Place {
    let found = Analysis(Source(name: "cell", text: text), interpreter).completions(at: text.utf8.count)
    // A word of several is whole: the string ends behind it.
    let quote = text.utf8.dropLast(found.word.count).last.map { String(Unicode.Scalar($0)) } ?? ""
    let choices = found.candidates.map { candidate in
      let end = if case .option = candidate.kind { quote } else { "" }
      return Completion.Choice(candidate.insertion + end, name: candidate.name, note: candidate.note)
    }
    let word = String(decoding: text.utf8.suffix(found.word.count), as: UTF8.self)
    return Completion.Place(word: word, choices: choices, offersAll: found.offersAll)
  }

  private static func command(_ text: String, _ interpreter: Interpreter, _ commands: [Usage]) -> Completion.Place {
    let names = commands.map { Completion.Choice($0.name, note: $0.argument.isEmpty ? $0.doc : "\($0.argument)   \($0.doc)") }
    guard let blank = text.firstIndex(of: " ") else { return Completion.Place(word: text, choices: names) }
    guard let usage = commands.first(where: { $0.name == text[..<blank] }) else { return Completion.Place() }
    let typed = String(text[blank...].drop { $0 == " " })
    let words = usage.argument.prefix { $0 != " " }.split(separator: "|").map { Completion.Choice(String($0)) }
    if words.count > 1 { return Completion.Place(word: typed, choices: words, offersAll: true) }
    switch usage.argument {
    case "command": return Completion.Place(word: typed, choices: names, offersAll: true)
    case "code", "name": return language(typed, interpreter)
    case let argument where argument.hasPrefix("file"): return file(typed, interpreter)
    default: return Completion.Place()
    }
  }

  /// The last word as a path, as in a string of the language.
  private static func file(_ text: String, _ interpreter: Interpreter) -> Completion.Place {
    language("\"" + text.suffix(while: { $0 != " " }), interpreter)
  }
}

extension Completions.Candidate {
  /// The first line of what is known of it.
  fileprivate var note: String {
    let line = String(documentation.prefix { $0 != "\n" })
    switch kind {
    case .argument: return detail
    case .definition: return line.isEmpty ? detail : "\(detail)   \(line)"
    default: return line.isEmpty ? detail : line
    }
  }
}

extension String {
  fileprivate func suffix(while test: (Character) -> Bool) -> Substring {
    self[(lastIndex { !test($0) }.map { index(after: $0) } ?? startIndex)...]
  }
}
