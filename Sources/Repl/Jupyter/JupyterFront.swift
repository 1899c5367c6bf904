// What cells show, as messages to Jupyter's clients: text, results, pictures as PNG, errors with colours.

import Lang
import Synchronization

/// Publishes outputs under the request that they belong to.
final class JupyterFront: FrontEnd {
  private struct State {
    var parent = Array("{}".utf8)
    var isSilent = false
    var error: Diagnostic?
  }

  let progress: Console
  private let answers: AnswerQueue
  private let errors: ErrorStyle
  private let progressDisplay: ProgressDisplay
  private let state = Mutex(State())

  init(_ answers: AnswerQueue, errors: ErrorStyle) {
    self.answers = answers
    self.errors = errors
    let display = ProgressDisplay(answers)
    progressDisplay = display
    progress = Console(isTerminal: true, isColoured: false, columns: 100, live: display.update, sink: display.finish)
  }

  /// What is shown from here on belongs to a request.
  /// - Parameter isSilent: shows nothing of it.
  func begin(_ request: KernelMessage, isSilent: Bool) {
    state.withLock { $0 = State(parent: request.headerBytes, isSilent: isSilent) }
    progressDisplay.begin(isSilent ? nil : request.headerBytes)
  }

  /// The last error since the request began.
  var error: Diagnostic? { state.withLock { $0.error } }

  func show(_ output: Output) {
    let (parent, isSilent) = state.withLock { state in
      if case .error(let error) = output { state.error = error }
      return (state.parent, state.isSilent)
    }
    if isSilent { return }
    switch output {
    case .text(let text): answers.write(text, to: "stdout", parent: parent)
    case .value(_, let cell?): publish("execute_result", output, cell, parent)
    case .value(_, nil), .picture, .plot, .animation: publish("display_data", output, nil, parent)
    case .error(let error): answers.put(.publication("error", failure(error), parent: parent))
    }
  }

  private func publish(_ type: String, _ output: Output, _ cell: Int?, _ parent: [UInt8]) {
    let forms = OutputForms(output)
    let display = KernelContent.Display(data: forms.data, metadata: forms.metadata, executionCount: cell)
    answers.put(.publication(type, display, parent: parent))
  }

  func failure(_ error: Diagnostic) -> KernelContent.Failure {
    let lines = errors.text(of: error, coloured: true).split(separator: "\n", omittingEmptySubsequences: false)
    return KernelContent.Failure(ename: error.kind.rawValue, evalue: error.message, traceback: lines.map(String.init))
  }
}
