// imf-repl: the program. Reads the command line, runs what it names, then the prompt where it is wanted.

import ArgumentParser
import Foundation
import Lang
import Tensor

@main
enum Program {
  /// Programs may recurse: the interpreter gets a thread with much stack, of which only what is touched costs memory.
  private static let stackSize = 1 << 29

  static func main() {
    let thread = Thread { Foundation.exit(settled(run(Array(CommandLine.arguments.dropFirst()))).rawValue) }
    thread.stackSize = stackSize
    thread.start()
    while true { sleep(1000) }
  }

  /// A run whose output did not arrive has not done its work.
  private static func settled(_ status: ExitStatus) -> ExitStatus {
    guard status == .done, Console.output.lostOutput else { return status }
    Console.errors.write("imf-repl: the output could not be written; is the disk full?\n")
    return .file
  }

  /// An error of the command line, or of a file that it names.
  private static func report(_ error: Diagnostic, isJSON: Bool) { TerminalFront(isJSON: isJSON).show(.error(error)) }

  private static func run(_ words: [String]) -> ExitStatus {
    var isJSON = false
    do {
      let options = try ProgramOptions.parse(words)
      isJSON = options.jsonErrors
      options.color.apply()
      if options.version {
        Console.output.write("imf-repl \(ProgramOptions.version)\n")
        return .done
      }
      return try run(options)
    } catch let error as UsageError {
      if isJSON { report(Diagnostic(.argument, error.message), isJSON: true) } else { Console.errors.write("imf-repl: \(error.message)\n") }
      return .usage
    } catch let error as Diagnostic {
      report(error, isJSON: isJSON)
      return ExitStatus(error)
    } catch let error as any DescribedError {
      report(Diagnostic(error), isJSON: isJSON)
      return ExitStatus(Diagnostic(error))
    } catch {
      // The parser calls whatever it parses for "program".
      let text = ProgramOptions.fullMessage(for: error)
        .replacing("USAGE: program", with: "USAGE: imf-repl").replacing("Usage: program", with: "Usage: imf-repl").replacing("'program --help'", with: "'imf-repl --help'")
      let isHelp = ProgramOptions.exitCode(for: error).isSuccess
      (isHelp ? Console.output : Console.errors).write(text + "\n")
      return isHelp ? .done : .usage
    }
  }

  private static func run(_ options: ProgramOptions) throws -> ExitStatus {
    if let threads = options.threads {
      guard threads >= 1 else { throw UsageError("--threads \(threads): at least 1 is needed") }
      Threads.count = threads
    }
    let chosen = try options.images ?? Terminal.environment("IMF_IMAGES").map { text in
      guard let mode = ImageMode(rawValue: text) else {
        throw UsageError("IMF_IMAGES is \(text); expected \(ImageMode.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return mode
    }
    let errors = ErrorStyle()
    Stage.frontEnd = TerminalFront(display: .standard(images: chosen ?? .auto), isJSON: options.jsonErrors, errors: errors)

    var scripts = options.code.enumerated().map { Script(code: $1, number: $0 + 1) }
    var words = options.file[...]
    if let path = words.popFirst() {
      // The parser leaves to us what it takes for the beginning of a script's own words.
      if path == "--help" || path == "-h" { throw CleanExit.helpRequest() }
      guard path == "-" || !path.hasPrefix("-") else { throw UsageError("there is no option \(path); --help lists them") }
      scripts.append(try Script(path: path))
    }
    if options.lsp {
      guard scripts.isEmpty else { throw UsageError("--lsp takes no script: the editor sends the texts") }
      return LanguageServer.run(Interpreter(libraries: Library.program) { _ in })
    }
    if options.jupyterInstall || options.jupyterUninstall {
      guard scripts.isEmpty else { throw UsageError("--jupyter-install takes no script: notebooks have the code") }
      return try options.jupyterInstall
        ? KernelInstallation.install(in: options.kernelFolder(), options: options.keptForKernel) : KernelInstallation.uninstall(from: options.kernelFolder())
    }
    if options.user || options.sysPrefix || options.prefix != nil {
      throw UsageError("--user, --sys-prefix and --prefix go with --jupyter-install")
    }
    if options.format {
      scripts += try words.map { try Script(path: $0) }
      return try Reformatting(isInPlace: options.inPlace) { Stage.show(.error($0)) }.run(scripts)
    }
    if options.inPlace { throw UsageError("--in-place goes with --format") }
    let usableStack = stackSize - (4 << 20)
    if options.doctest, scripts.isEmpty { return Doctest.runBuiltins(stackSize: usableStack) ? .done : .failed }
    if options.jupyter != nil, !scripts.isEmpty { throw UsageError("--jupyter takes no script: the notebook has the code") }
    let isPrompt = scripts.isEmpty || options.interactive || options.resume != nil
    let known = scripts.flatMap { $0.parameters }
    let arguments = try ScriptArguments(Array(words), known: known, script: options.file.first ?? "the code")
    if arguments.asksForHelp, let script = scripts.last {
      let problems = Interpreter(libraries: Library.program) { _ in }.check(script.source).filter { $0.kind == .syntax }
      problems.forEach { Stage.show(.error($0)) }
      if !problems.isEmpty { return .check }
      Console.output.write(script.help(known))
      return .done
    }
    let session = Session(
      arguments: arguments.plain, parameters: arguments.parameters, seed: options.seed, isSafe: options.safe)
    let interpreter = Interpreter(libraries: Library.program, session: session) { Stage.show(.text($0)) }
    interpreter.stackSize = usableStack
    Signals.install(session: isPrompt)
    if let path = options.jupyter { return try Kernel.run(ConnectionFile(path: path), interpreter) }
    // Before scripts run: what is typed meanwhile is the prompt's.
    if isPrompt, Terminal.isTerminal(0), Terminal.isTerminal(1) { Terminal.takeOver(escapes: TerminalName.current.understandsEscapes) }
    if options.doctest { return try runExamples(scripts, interpreter, options) }
    let recording = try Recording(options, scripts, session)
    if recording.isConversion { return recording.convert(scripts) }

    if let status = runScripts(scripts, interpreter, options, recording.run(in: interpreter)), !(isPrompt && status != .check) {
      return status
    }
    guard isPrompt, !options.check else { return .done }
    errors.length = .auto
    let prompt = Prompt(Notebook(interpreter), errors: errors)
    if let frozen = options.resume { try FrozenSession.read(frozen, into: prompt.notebook) }
    if !options.noRc, let status = RunCommands.run(at: prompt) { return status }
    if options.transcript == nil, !options.noTranscript { prompt.transcripts = .standard() }
    prompt.notebook.transcript = recording.transcript
    return prompt.run()
  }

  /// `--doctest`: checks the scripts, then runs the examples of their comments.
  private static func runExamples(_ scripts: [Script], _ interpreter: Interpreter, _ options: ProgramOptions) throws -> ExitStatus {
    let report = { Stage.show(.error($0)) }
    var isDone = true
    for script in scripts {
      guard script.passesCheck(interpreter, isLast: false, report) else { return .check }
      let passes = try Doctest.run(script, session: interpreter.session, stackSize: interpreter.stackSize, report)
      isDone = isDone && passes
    }
    return isDone ? .done : .failed
  }

  /// The status to end with, nil where all went well.
  private static func runScripts(_ scripts: [Script], _ interpreter: Interpreter, _ options: ProgramOptions, _ recorded: RecordedRun?) -> ExitStatus? {
    // What a batch run assigned before an error is of no use to anybody; kept, it costs no copies.
    interpreter.keepsNamesOnError = true
    defer { interpreter.keepsNamesOnError = false }
    for (index, script) in scripts.enumerated() {
      let isLast = index >= options.code.count && !options.interactive
      guard script.passesCheck(interpreter, isLast: isLast, { Stage.show(.error($0)) }) else { return .check }
      if options.check { continue }
      do {
        let showsValue = index < options.code.count
        if let recorded { try recorded.run(script.source, showsValue: showsValue) } else { try script.run(interpreter, showsValue: showsValue) }
      } catch {
        let unwritten = recorded?.write()
        if error.kind == .exit { Foundation.exit(unwritten?.rawValue ?? Int32(error.exitCode ?? 0)) }
        // A recorded run has shown it.
        if recorded == nil { Stage.show(.error(error)) }
        return ExitStatus(error)
      }
    }
    return recorded?.write()
  }
}
