// A batch run whose cells are remembered: for exports, and for a transcript. It prints what a run without them prints; the values
// of cells are for the files.

import Foundation
import Lang

final class RecordedRun {
  private let notebook: Notebook
  private let targets: [ExportTarget]
  private(set) var report: Report
  /// Beside which pictures of the prose are looked for.
  private var folder = ""

  /// - Parameter title: of the whole.
  init(_ interpreter: Interpreter, targets: [ExportTarget], transcript: Transcript?, title: String) {
    notebook = Notebook(interpreter, isSession: false)
    notebook.transcript = transcript
    self.targets = targets
    report = Report(title: title, settings: Report.settings(of: interpreter.session), parts: [])
    transcript?.head(title, interpreter.session)
  }

  /// Runs a script cell by cell.
  /// - Parameter showsValue: whether the last value is printed, as `-e` does.
  /// - Throws: what ended it early. It has been shown; the cells that did not run are part of the report.
  func run(_ source: Source, showsValue: Bool) throws(Diagnostic) {
    guard let transcript = notebook.transcript else { return try runCells(of: source, showsValue) }
    try Stage.watched(by: transcript) { () throws(Diagnostic) in try runCells(of: source, showsValue) }
  }

  private func runCells(of source: Source, _ showsValue: Bool) throws(Diagnostic) {
    if let path = source.path { folder = (path as NSString).deletingLastPathComponent }
    let document = Document(text: source.text)
    var failure: Diagnostic?
    for (index, section) in document.sections.enumerated() {
      switch section {
      case .prose(let text):
        report.parts.append(.prose(text))
        if failure == nil { notebook.transcript?.prose(text) }
      case .code(let title, let text):
        guard failure == nil, !text.isEmpty else {
          report.parts.append(.cell(ReportCell(notRun: text, title: title)))
          continue
        }
        notebook.results = showsValue && index == document.sections.count - 1 ? .unlabelled : .watchers
        // Errors name the line of the script.
        let lines = String(repeating: "\n", count: document.lines[index])
        let cell = notebook.run(text, title: title ?? "", from: Source(name: source.name, text: lines + text, path: source.path))
        report.parts.append(.cell(ReportCell(cell, title: title)))
        failure = cell.ending
      }
    }
    if let failure { throw failure }
  }

  /// Writes the exports of what ran. What goes wrong is shown, and the others are written all the same.
  /// - Returns: a status where one could not be written.
  func write() -> ExitStatus? {
    var status: ExitStatus?
    for target in targets {
      do throws(Diagnostic) { try target.write(report, folder: folder) } catch {
        Stage.show(.error(error))
        status = .file
      }
    }
    return status
  }
}

extension Cell {
  /// What ended the run with this cell.
  fileprivate var ending: Diagnostic? {
    switch status {
    case .done: return nil
    case .failed(let error), .interrupted(let error): return error
    case .exited(let code):
      var request = Diagnostic(.exit, "exit")
      request.exitCode = code
      return request
    }
  }
}
