// What --export and --transcript ask for, looked at before anything runs.

import Foundation
import Lang

struct Recording {
  let transcript: Transcript?
  private let targets: [ExportTarget]
  private let title: String

  /// - Throws: `UsageError` for names without a known ending, `Diagnostic` for files that cannot be written.
  init(_ options: ProgramOptions, _ scripts: [Script], _ session: Session) throws {
    do throws(Diagnostic) {
      var targets: [ExportTarget] = []
      for path in options.exports { targets.append(try ExportTarget(path)) }
      self.targets = targets
    } catch {
      throw UsageError("--export: " + error.message + (error.hint.map { "; \($0)" } ?? ""))
    }
    if !targets.isEmpty, scripts.isEmpty { throw UsageError("--export needs a script; at the prompt, :export writes the session") }
    if let path = options.transcript, !["txt", "md"].contains((path as NSString).pathExtension.lowercased()) {
      throw UsageError("--transcript \(path): endings are .txt .md")
    }
    let sources = scripts.compactMap(\.source.path)
    for path in options.exports + (options.transcript.map { [$0] } ?? []) { try OutputPath.check(path, session, sources: sources) }
    transcript = try options.check ? nil : options.transcript.map { path throws(Diagnostic) in try Transcript(path: path) }
    let name = scripts.last?.source.name ?? "Session"
    title = ((name as NSString).lastPathComponent as NSString).deletingPathExtension
    if scripts.isEmpty { transcript?.head(title, session) }
  }

  /// Whether only scripts are wanted of a notebook: nothing needs to run.
  var isConversion: Bool { !targets.isEmpty && targets.allSatisfy { $0.form == .imf } && transcript == nil }

  /// Writes a script's or a notebook's cells as a script.
  func convert(_ scripts: [Script]) -> ExitStatus {
    let sections = scripts.flatMap { Document(text: $0.source.text).sections }
    do throws(Diagnostic) {
      for target in targets { try target.write(Document(sections: sections)) }
      return .done
    } catch {
      Stage.show(.error(error))
      return .file
    }
  }

  /// A run that remembers its cells; nil where nobody asked for that.
  func run(in interpreter: Interpreter) -> RecordedRun? {
    if targets.isEmpty && transcript == nil { return nil }
    return RecordedRun(interpreter, targets: targets, transcript: transcript, title: title)
  }
}
