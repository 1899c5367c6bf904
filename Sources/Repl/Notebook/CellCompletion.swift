// What Tab offers at the cursor of an unfinished cell: the session's commands and their arguments, else what the language knows
// of the text and of the values that are there. Runs no code.

import Lang

enum CellCompletion {
  /// - Parameters:
  ///   - text: the cell up to the cursor.
  ///   - commands: how each is used, `:keep on|off`, and a line about it. What the usage names tells what may stand there:
  ///     words between bars, a `file`, else names of the language.
  static func place(in text: String, _ interpreter: Interpreter, commands: [(name: String, doc: String)]) -> Completion.Place {
    switch text.first {
    case ":": command(text, interpreter, commands)
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
      return Completion.Choice(candidate.insertion + end, note: candidate.note)
    }
    let word = String(decoding: text.utf8.suffix(found.word.count), as: UTF8.self)
    return Completion.Place(word: word, choices: choices, offersAll: found.offersAll)
  }

  private static func command(
    _ text: String, _ interpreter: Interpreter, _ commands: [(name: String, doc: String)]
  ) -> Completion.Place {
    let usages = commands.map { usage in
      let words = usage.name.split(separator: " ", maxSplits: 1).map(String.init)
      return (name: words[0], argument: words.count > 1 ? words[1] : "", doc: usage.doc)
    }
    guard let blank = text.firstIndex(of: " ") else {
      return Completion.Place(
        word: text, choices: usages.map { Completion.Choice($0.name, note: $0.argument.isEmpty ? $0.doc : "\($0.argument)   \($0.doc)") })
    }
    guard let usage = usages.first(where: { $0.name == text[..<blank] }) else { return Completion.Place() }
    let argument = String(text[blank...].drop { $0 == " " })
    let words = usage.argument.split(separator: "|").map(String.init)
    if words.count > 1 { return Completion.Place(word: argument, choices: words.map { Completion.Choice($0) }, offersAll: true) }
    if usage.argument.isEmpty { return Completion.Place() }
    return usage.argument.contains("file") ? file(argument, interpreter) : language(argument, interpreter)
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
