// The user's configuration: a script that runs before the first prompt, in which lines that begin with a colon are commands.

import Lang

enum RunCommands {
  /// $XDG_CONFIG_HOME/imf-repl/rc.imf, else ~/.config/imf-repl/rc.imf; `imf` for the folder is taken, too.
  static var path: String? {
    guard let folder = UserFolder.configuration else { return nil }
    return ["imf-repl", "imf"].map { "\(folder)/\($0)/rc.imf" }.first { Terminal.fileExists($0) }
  }

  /// Runs the file where there is one. What is wrong in it is said, and the session begins all the same.
  /// - Returns: a status where it ends the program.
  static func run(at prompt: Prompt) -> ExitStatus? {
    guard let path else { return nil }
    do {
      for part in parts(of: try SourceFile(path).text()) {
        if part.hasPrefix(":") {
          if let status = Command.perform(part, at: prompt) { return status }
          continue
        }
        _ = try Signals.whileComputing { () throws(Diagnostic) in
          try prompt.interpreter.run(Source(name: path, text: part, path: path))
        }
      }
    } catch let error as Diagnostic {
      if error.kind == .exit { return error.exitCode == 0 ? .done : .failed }
      Stage.show(.error(error))
    } catch {
      prompt.say("\(path): \(error)\n")
    }
    return nil
  }

  /// Commands, and the code between them. Code keeps its lines' numbers: empty lines stand for what came before.
  static func parts(of text: String) -> [String] {
    var parts: [String] = []
    var code = ""
    var above = ""
    func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix(":") {
        if !isBlank(code) { parts.append(above + code) }
        parts.append(String(line))
        above += String(repeating: "\n", count: code.count { $0 == "\n" } + 1)
        code = ""
      } else {
        code += line + "\n"
      }
    }
    if !isBlank(code) { parts.append(above + code) }
    return parts
  }
}
