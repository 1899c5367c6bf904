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

  @Option(help: ArgumentHelp("Be a kernel of Jupyter, as its connection file says.", valueName: "file"))
  var jupyter: String?

  @Flag(help: "Tell Jupyter of the kernel, for this user; --threads, --seed and --safe stay with it.")
  var jupyterInstall = false

  @Flag(help: "Take the kernel away again.")
  var jupyterUninstall = false

  @Flag(help: "With --jupyter-install: in the user's folder, as without it.")
  var user = false

  @Flag(help: "With --jupyter-install: in the virtual environment that is active.")
  var sysPrefix = false

  @Option(help: ArgumentHelp("With --jupyter-install: below this folder, in share/jupyter.", valueName: "folder"))
  var prefix: String?

  @Flag(help: "Print the script in the one layout; run nothing.")
  var format = false

  @Flag(name: [.customShort("w"), .long], help: "With --format: write the layout to the file instead.")
  var inPlace = false

  @Flag(help: "Run the examples in a script's ## comments and compare what they give; without a script, those of all builtins.")
  var doctest = false

  @Option(help: ArgumentHelp("Cores to use.", valueName: "n"))
  var threads: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Seed of the session's random numbers.", valueName: "n"))
  var seed: Int = 0

  @Option(help: ArgumentHelp("How images are shown: \(ImageMode.allCases.map(\.rawValue).joined(separator: ", ")); also IMF_IMAGES.", valueName: "mode"))
  var images: ImageMode?

  @Option(help: ArgumentHelp("Whether text is coloured: auto, always, never; also NO_COLOR and CLICOLOR_FORCE.", valueName: "when"))
  var color: ColourChoice = .auto

  @Option(name: [.customShort("r"), .long], help: ArgumentHelp("Take up a session that :freeze wrote.", valueName: "file"))
  var resume: String?

  @Flag(help: "At the prompt, leave out the configuration file, ~/.config/imf-repl/rc.imf.")
  var noRc = false

  @Option(name: .customLong("export"), help: ArgumentHelp("Write the script's cells with what they show: page.html, notebook.ipynb, page.md; .imf converts. Repeatable.", valueName: "file"))
  var exports: [String] = []

  @Option(help: ArgumentHelp("Write the run as it goes on, as the prompt would look: .txt or .md.", valueName: "file"))
  var transcript: String?

  @Flag(help: "At the prompt, keep no transcript of the session.")
  var noTranscript = false

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
extension ColourChoice: ExpressibleByArgument {}

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
      case _ where error.isUsage: .usage
      case .syntax: .check
      case .io, .format: .file
      case .interrupt: Signals.raised.contains(.terminate) ? .terminated : .interrupted
      case .name, .argument, .type, .shape, .value, .index, .limit, .exit, .unused, .unreachable: .failed
      }
  }
}
