// Batch runs: scripts, `-e` and standard input. Checked first, then run; the value of nothing is shown but what
// the script prints.

import Lang

/// A program to run without a prompt.
struct Script {
  let source: Source
  /// Whether the file is a notebook, and the source made of its cells.
  var isConverted = false

  /// A file's text, or standard input's for `-`. Of notebooks and Markdown the cells are taken.
  init(path: String) throws {
    if path == "-" {
      var bytes: [UInt8] = []
      while let more = Terminal.read(from: 0), !more.isEmpty { bytes += more }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw Diagnostic(.format, "standard input is not UTF-8 text")
      }
      source = Source(name: "stdin", text: text)
    } else {
      let text = try SourceFile(path).text()
      let document: Document? =
        if path.lowercased().hasSuffix(".ipynb") {
          try JupyterFile.document(from: text, name: path)
        } else if path.lowercased().hasSuffix(".md") {
          MarkdownPage.document(from: text)
        } else {
          nil
        }
      isConverted = document != nil
      source = Source(name: path, text: document?.text ?? text, path: path)
    }
  }

  init(code: String, number: Int) { source = Source(name: number == 1 ? "-e" : "-e \(number)", text: code) }

  /// What it declares for the command line.
  var parameters: [ScriptParameter] { ScriptParameter.all(in: source) }

  /// Reports everything that is wrong, and warns of what is surely not meant, without running; whether nothing is wrong.
  /// - Parameter isLast: no prompt and no other code follows that could use the script's names.
  func passesCheck(_ interpreter: Interpreter, isLast: Bool, _ report: (Diagnostic) -> Void) -> Bool {
    let problems = interpreter.check(source, keeps: !isLast)
    problems.forEach(report)
    return problems.allSatisfy { $0.severity == .warning }
  }

  /// Runs it. The value of an `-e` is shown, a script's is not.
  func run(_ interpreter: Interpreter, showsValue: Bool) throws(Diagnostic) {
    let outcome = try Signals.whileComputing { () throws(Diagnostic) in try interpreter.run(source) }
    if showsValue, !outcome.isHidden, !outcome.value.isNone { Stage.show(Output(outcome.value)) }
  }
}
