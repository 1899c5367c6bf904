// What a run of cells looked like, before it has a form: HTMLPage, JupyterFile and MarkdownPage write it.

import Lang
import Tensor

/// Prose and cells in order, and what they ran with.
struct Report {
  enum Part {
    case prose(String)
    case cell(ReportCell)
  }

  /// Of the whole; a heading in the prose goes before it.
  var title: String
  /// `seed 0`, `2 threads`: what somebody needs to get the same.
  var settings: [String]
  var parts: [Part]

  var cells: [ReportCell] { parts.compactMap { if case .cell(let cell) = $0 { cell } else { nil } } }
}

/// A cell as a report shows it.
struct ReportCell {
  enum Ending: Equatable { case done, failed, interrupted, exited(Int), notRun }

  /// What stands behind `#%%`; nil where the cell begins without a mark.
  var title: String?
  var text: String
  /// Nil of a cell that did not run.
  var number: Int?
  var outputs: [Output]
  var ending: Ending

  /// A cell that ran.
  init(_ cell: Cell, title: String?) {
    self.title = title
    text = cell.text
    number = cell.number
    outputs = Self.bounded(cell.outputs)
    ending =
      switch cell.status {
      case .done: .done
      case .failed: .failed
      case .interrupted: .interrupted
      case .exited(let code): .exited(code)
      }
  }

  init(notRun text: String, title: String?) {
    (self.title, self.text, number, outputs, ending) = (title, text, nil, [], .notRun)
  }

  /// In words, for what the outputs do not say themselves.
  var note: String? {
    switch ending {
    case .done, .failed, .interrupted: nil
    case .exited(let code): "the program ended here with exit(\(code))"
    case .notRun: text.isEmpty ? nil : "not run"
    }
  }

  /// More things in a cell than anybody looks at.
  private static let mostOutputs = 400

  private static func bounded(_ outputs: [Output]) -> [Output] {
    let shown = outputs.prefix(mostOutputs).map { output -> Output in
      switch output {
      case .text(let text): .text(ShownText.bounded(text))
      case .value(let text, let cell): .value(ShownText.bounded(text), cell: cell)
      case .picture, .plot, .animation, .error: output
      }
    }
    let left = outputs.count - shown.count
    return left == 0 ? shown : shown + [.text("[\(left) outputs more are left out here]\n")]
  }
}

extension Report {
  /// A session's cells as they ran.
  init(_ notebook: Notebook, title: String) {
    self.title = title
    settings = Self.settings(of: notebook.interpreter.session)
    parts = notebook.cells.map { .cell(ReportCell($0, title: $0.title)) }
  }

  /// The version, the seed, the number of threads, and the script's parameters where they were given.
  static func settings(of session: Session) -> [String] {
    let threads = Threads.count
    let given = session.parameters.sorted { $0.key < $1.key }.map { "--\($0.key) \($0.value)" }
    return ["imf-repl \(ProgramOptions.version)", "seed \(session.seed)", "\(threads) thread\(threads == 1 ? "" : "s")"] + given
  }

  /// The cells alone, as a script.
  var document: Document {
    Document(
      sections: parts.map { part in
        switch part {
        case .prose(let text): .prose(text)
        case .cell(let cell): .code(title: cell.title, text: cell.text)
        }
      })
  }
}
