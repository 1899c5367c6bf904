// What begins with a colon at the prompt: rows, one a command, from which :help and completion are made. A command acts on
// the session; it is no part of the language and no cell.

import Lang

struct Command: Sendable {
  /// `:save`
  let name: String
  /// What may follow it, as :help shows it.
  let argument: String
  let doc: String
  /// Other spellings.
  let aliases: [String]
  /// Whether it asks a terminal, draws on it, or hands it over: a notebook has none.
  let needsTerminal: Bool
  /// A status where the program ends.
  let run: @Sendable (Prompt, String) throws -> ExitStatus?

  private init(_ usage: String, _ doc: String, _ aliases: [String], _ needsTerminal: Bool, run: @escaping @Sendable (Prompt, String) throws -> ExitStatus?) {
    let words = usage.split(separator: " ", maxSplits: 1)
    name = String(words[0])
    argument = words.count > 1 ? String(words[1]) : ""
    self.doc = doc
    self.aliases = aliases
    self.needsTerminal = needsTerminal
    self.run = run
  }

  /// A command after which the session goes on.
  init(
    _ usage: String, _ doc: String, aliases: [String] = [], needsTerminal: Bool = false,
    perform: @escaping @Sendable (_ prompt: Prompt, _ argument: String) throws -> Void
  ) {
    self.init(usage, doc, aliases, needsTerminal) { prompt, argument in
      try perform(prompt, argument)
      return nil
    }
  }

  /// A command with which the session may end.
  static func ending(
    _ usage: String, _ doc: String, aliases: [String] = [], needsTerminal: Bool = false,
    run: @escaping @Sendable (_ prompt: Prompt, _ argument: String) throws -> ExitStatus?
  ) -> Command {
    Command(usage, doc, aliases, needsTerminal, run: run)
  }

  static let all: [Command] = general + lessons + cells + measuring + files + exports + surroundings

  /// Why a command did nothing.
  struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  /// Performs a line: `:command argument`, `%command` as people write it elsewhere, or `!shell words`. What is wrong is shown.
  static func perform(_ line: String, at prompt: Prompt) -> ExitStatus? {
    do {
      if line.hasPrefix("!") {
        try Shell.run(String(line.dropFirst()), isSafe: prompt.interpreter.session.isSafe)
        return nil
      }
      return try attempt(line, at: prompt)
    } catch let error as Diagnostic {
      Stage.show(.error(error))
    } catch {
      prompt.say("\(error)\n")
    }
    return nil
  }

  /// Performs the command that a line names.
  /// - Parameter hasTerminal: whether it may ask one, draw on it, or hand it over.
  /// - Throws: `Failure` or `Diagnostic` where it cannot be done.
  static func attempt(_ line: String, at prompt: Prompt, hasTerminal: Bool = true) throws -> ExitStatus? {
    let words = line.split(separator: " ", maxSplits: 1)
    let word = ":" + words[0].dropFirst()
    guard let command = all.first(where: { $0.name == word || $0.aliases.contains(word) }) else {
      throw Failure("there is no command \(words[0])" + (near(word).map { "; did you mean \($0)?" } ?? "; :help lists them"))
    }
    guard hasTerminal || !command.needsTerminal else { throw Failure("\(command.name) needs a terminal: it works at the prompt of imf-repl") }
    if line.hasPrefix("%") { prompt.say("(commands begin with a colon here: \(command.name))\n") }
    return try command.run(prompt, words.count > 1 ? String(words[1].trimming(\.isWhitespace)) : "")
  }

  /// The command that a misspelt one may have meant.
  static func near(_ word: String) -> String? {
    nearestName(to: word, among: all.flatMap { [$0.name] + $0.aliases })
  }

  /// The words `on` and `off`; without a word the other of what is.
  static func flag(_ argument: String, now: Bool) throws -> Bool {
    switch argument {
    case "": !now
    case "on": true
    case "off": false
    default: throw Failure("expected on or off, got \(argument)")
    }
  }
}
