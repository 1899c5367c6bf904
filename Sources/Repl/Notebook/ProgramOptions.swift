// The command line. What stands after the script's name belongs to the script, program options aside.

import ArgumentParser
import Lang

/// `imf-repl [options] [file.imf [--name value ...]]`
struct ProgramOptions: ParsableArguments {
  static let version = "0.1.0"

  @Option(name: [.customShort("e")], parsing: .unconditionalSingleValue, help: ArgumentHelp("Run code; repeatable, in order.", valueName: "code"))
  var code: [String] = []

  @Flag(name: [.customShort("i")], help: "Go on at the prompt afterwards.")
  var interactive = false

  @Flag(help: "Check syntax, names and arguments; run nothing.")
  var check = false

  @Flag(help: "Serve an editor over standard input and output, in the language server protocol.")
  var lsp = false

  @Flag(help: "Print the script in the one layout; run nothing.")
  var format = false

  @Flag(name: [.customShort("w"), .long], help: "With --format: write the layout to the file instead.")
  var inPlace = false

  @Option(help: ArgumentHelp("Cores to use.", valueName: "n"))
  var threads: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Seed of the session's random numbers.", valueName: "n"))
  var seed: Int = 0

  @Option(help: ArgumentHelp("How images are shown: \(ImageMode.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "mode"))
  var images: ImageMode?

  @Flag(help: "Errors as one line of JSON each.")
  var jsonErrors = false

  @Flag(help: "No writes outside the working folder.")
  var safe = false

  @Flag(help: "Show the version.")
  var version = false

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("A script, or - for standard input; then its parameters, --name value.", valueName: "file"))
  var file: [String] = []
}

extension ImageMode: ExpressibleByArgument {}

/// What follows the script's name: values of its `param` statements, and plain arguments.
struct ScriptArguments {
  private(set) var parameters: [String: String] = [:]
  private(set) var plain: [String] = []

  /// - Parameter known: names the script declares, with their defaults as written.
  /// - Throws: `UsageError` for a name that the script does not declare, or a missing value.
  init(_ words: [String], known: [(name: String, initial: String)], script: String) throws {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" { break }
      guard word.hasPrefix("--") else {
        plain.append(word)
        continue
      }
      let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0]).replacing("-", with: "_")
      guard let row = known.first(where: { $0.name == name }) else {
        let names = known.map { "--\($0.name)" }.joined(separator: ", ")
        throw UsageError(
          "\(script) has no parameter \(word)" + (names.isEmpty ? "" : "; it has \(names)")
            + "\noptions of imf-repl stand before the script's name")
      }
      if parts.count == 2 {
        parameters[name] = String(parts[1])
      } else if row.initial == "true" || row.initial == "false", rest.first.map({ $0.hasPrefix("--") }) ?? true {
        parameters[name] = "true"
      } else if let value = rest.popFirst() {
        parameters[name] = value
      } else {
        throw UsageError("\(word) needs a value; its default is \(row.initial)")
      }
    }
    plain += rest
  }
}

/// A command line that cannot be.
struct UsageError: Error {
  let message: String
  init(_ message: String) { self.message = message }
}

/// What the process tells the shell.
enum ExitStatus: Int32 {
  case done = 0
  case failed = 1
  case usage = 2
  case check = 3
  case file = 4
  case interrupted = 130
  case terminated = 143

  init(_ error: Diagnostic) {
    self =
      switch error.kind {
      case .syntax: .check
      case .io, .format: .file
      case .interrupt: Signals.raised.contains(.terminate) ? .terminated : .interrupted
      case .name, .argument, .type, .shape, .value, .index, .limit, .exit, .unused, .unreachable: .failed
      }
  }
}
