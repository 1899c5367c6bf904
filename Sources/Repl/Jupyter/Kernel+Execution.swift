// Cells: run in the notebook, as at the prompt, or beside it where the client wants no trace of them.

import Foundation
import Lang

extension Kernel {
  /// What a client sends in one go may still be on its way when the first of it fails: so many seconds later it is here.
  private static let straggling = 0.02

  func execute(_ request: KernelMessage) throws(MalformedMessage) -> any Encodable & Sendable {
    let cell = try request.content(KernelRequest.Execute.self)
    let isSilent = cell.silent ?? false
    let number = notebook.number
    front.begin(request, isSilent: isSilent)
    if !isSilent {
      let input = KernelContent.ExecuteInput(code: cell.code, executionCount: number)
      sockets.answers.put(.publication("execute_input", input, parent: request.headerBytes))
    }
    let status = run(cell.code, isStored: cell.storeHistory ?? true && !isSilent, number: number)
    if let status { sockets.requests.end(status) }
    if let error = front.error {
      if cell.stopOnError ?? true {
        Thread.sleep(forTimeInterval: Self.straggling)
        sockets.requests.abortCells()
      }
      let failure = front.failure(error)
      return KernelContent.ExecuteReply(
        status: "error", executionCount: number, ename: failure.ename, evalue: failure.evalue, traceback: failure.traceback)
    }
    return KernelContent.ExecuteReply(
      executionCount: number, payload: status == nil ? [] : [KernelContent.Payload(source: "ask_exit", keepkernel: false)],
      userExpressions: (cell.userExpressions ?? [:]).mapValues(evaluated))
  }

  /// A status where the program ends with it. Errors are shown, and so known to the front.
  private func run(_ code: String, isStored: Bool, number: Int) -> ExitStatus? {
    let text = code.trimming(\.isWhitespace)
    if text.hasPrefix("!") {
      ShellCell.run(String(text.dropFirst()), isSafe: interpreter.session.isSafe)
      return nil
    }
    if text.hasPrefix(":") || text.hasPrefix("%") { return perform(String(text)) }
    if isStored || text.hasPrefix("?") { return prompt.take(code) }
    do throws(Diagnostic) {
      let outcome = try aside(code)
      if !outcome.isHidden, !outcome.value.isNone { Stage.show(Output(outcome.value, cell: number)) }
    } catch {
      Stage.show(.error(error))
    }
    return nil
  }

  /// Performs a command; one that cannot be performed fails the cell, as its program expects.
  private func perform(_ line: String) -> ExitStatus? {
    do {
      return try Command.attempt(line, at: prompt, hasTerminal: false)
    } catch {
      Stage.show(.error(error as? Diagnostic ?? Diagnostic(.value, "\(error)")))
      return nil
    }
  }

  private func evaluated(_ code: String) -> KernelContent.Evaluated {
    do throws(Diagnostic) {
      return KernelContent.Evaluated(data: OutputForms(Output(try aside(code).value)).data)
    } catch {
      let failure = front.failure(error)
      return KernelContent.Evaluated(
        status: "error", metadata: nil, ename: failure.ename, evalue: failure.evalue, traceback: failure.traceback)
    }
  }

  /// Runs code that is no cell: it gets no number, and the last result stays what it was.
  private func aside(_ code: String) throws(Diagnostic) -> Outcome {
    let last = interpreter["_"]
    defer { interpreter["_"] = last }
    return try Signals.whileComputing { () throws(Diagnostic) in try interpreter.run(Source(name: "cell", text: code)) }
  }
}
