// What follows the script's name on the command line, and the help that a script gives about it.

import Lang

/// Values of a script's `param` statements, and plain arguments.
struct ScriptArguments {
  private(set) var parameters: [String: String] = [:]
  private(set) var plain: [String] = []
  /// `--help`, where the script has no parameter of that name.
  private(set) var asksForHelp = false

  /// - Parameter known: the parameters that the script declares.
  /// - Throws: `UsageError` for a name that the script does not declare, a missing value or one of the wrong type.
  init(_ words: [String], known: [ScriptParameter], script: String) throws {
    var rest = words[...]
    // `--training.batch_size 64` sets a field of the record `training`.
    var fields: [String: [(path: String, value: String)]] = [:]
    while let word = rest.popFirst() {
      if word == "--" { break }
      if word == "-h" {
        asksForHelp = true
        continue
      }
      guard word.hasPrefix("--") else {
        // A dash and a letter is a slip: numbers below zero and a lone dash are words.
        if word.hasPrefix("-"), word.dropFirst().first?.isLetter == true {
          throw Self.unknown(word, String(word.drop { $0 == "-" }), known, script)
        }
        plain.append(word)
        continue
      }
      let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0]).replacing("-", with: "_")
      if let dot = name.firstIndex(of: "."), let section = known.first(where: { $0.name == name[..<dot] && $0.kind == .record }) {
        let value = parts.count == 2 ? String(parts[1]) : rest.first.map({ $0.hasPrefix("--") }) ?? true ? "true" : rest.removeFirst()
        fields[section.name, default: []].append((String(name[name.index(after: dot)...]), value))
        continue
      }
      guard let parameter = known.first(where: { $0.name == name }) else {
        if word == "--help" {
          asksForHelp = true
          continue
        }
        throw Self.unknown("--" + parts[0], name, known, script)
      }
      let value: String
      if parts.count == 2 {
        value = String(parts[1])
      } else if parameter.kind == .flag, rest.first.map({ $0.hasPrefix("--") }) ?? true {
        value = "true"
      } else if let next = rest.popFirst() {
        value = next
      } else {
        throw UsageError("--\(name) needs a value, \(parameter.kind.rawValue); its default is \(parameter.initial)")
      }
      guard parameter.accepts(value) else {
        throw UsageError(
          "--\(name) is \"\(value)\"; expected \(parameter.kind.inWords), such as its default \(parameter.initial)")
      }
      parameters[name] = value
    }
    plain += rest
    for (name, given) in fields { parameters[name] = ScriptParameter.recordText(given, over: parameters[name]) }
  }

  /// - Parameter word: the name as it was given.
  private static func unknown(_ word: String, _ name: String, _ known: [ScriptParameter], _ script: String) -> UsageError {
    let section = name.prefix { $0 != "." }, field = name.dropFirst(section.count)
    let near = nearestName(to: String(section), among: known.map(\.name)).map { "; did you mean --\($0)\(field)?" } ?? ""
    let names = known.map { "--\($0.name)" }.joined(separator: ", ")
    return UsageError(
      "\(script) has no parameter \(word)\(near)\n" + (names.isEmpty ? "" : "its parameters: \(names)\n")
        + "options of imf-repl stand before the script's name")
  }
}

extension ScriptParameter.Kind {
  /// For sentences.
  fileprivate var inWords: String {
    switch self {
    case .number: "a number"
    case .flag: rawValue
    case .text, .list, .record, .computed: "a \(rawValue)"
    }
  }
}

extension Script {
  /// What `script.imf --help` shows: what the script begins with, and its parameters with defaults, types and comments.
  func help(_ parameters: [ScriptParameter]) -> String {
    let head = source.headComment
    let usage = "usage: imf-repl \(source.name)" + (parameters.isEmpty ? "" : " [--name value ...]")
    let rows = parameters.map { (option: "--\($0.name) \($0.initial)", parameter: $0) }
    let width = min(32, rows.map(\.option.count).max() ?? 0)
    let lines = rows.map { row in
      let blanks = String(repeating: " ", count: max(width - row.option.count, 0))
      let kind = row.parameter.kind == .computed ? "" : row.parameter.kind.rawValue
      let about = [kind, row.parameter.doc].filter { !$0.isEmpty }.joined(separator: ": ")
      return "  " + row.option + (about.isEmpty ? "" : blanks + "  " + about)
    }
    let list = lines.isEmpty ? "it has no parameters" : "parameters, with their defaults:\n" + lines.joined(separator: "\n")
    return [usage, head, list].filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }
}
