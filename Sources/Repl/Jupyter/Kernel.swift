// `imf-repl --jupyter FILE`: the language in Jupyter. Reading order: ConnectionFile and KernelMessage (the wire),
// KernelSockets (the thread with the sockets, and the queues to and from it), this file (the thread that computes),
// +Execution (cells), +Questions (completion, help, history), JupyterFront (what cells show), KernelContents (the protocol's
// types), KernelSpecification (how Jupyter finds us).

import Foundation
import Lang

final class Kernel {
  let notebook: Notebook
  let prompt: Prompt
  let front: JupyterFront
  let sockets: KernelSockets
  let report: @Sendable (String) -> Void

  var interpreter: Interpreter { notebook.interpreter }

  /// - Parameter prompt: commands act on it, and write where cells do.
  init(_ notebook: Notebook, _ sockets: KernelSockets, report: @escaping @Sendable (String) -> Void) {
    self.notebook = notebook
    self.sockets = sockets
    self.report = report
    let errors = ErrorStyle()
    front = JupyterFront(sockets.answers, errors: errors)
    let console = Console(isTerminal: false, isColoured: false, columns: 100) { Stage.show(.text(String(decoding: $0, as: UTF8.self))) }
    prompt = Prompt(notebook, errors: errors, console: console, isTerminal: false)
  }

  /// Serves Jupyter's clients until they end it, or a signal does.
  static func run(_ connection: ConnectionFile, _ interpreter: Interpreter) throws -> ExitStatus {
    let report: @Sendable (String) -> Void = { Console.errors.write("imf-repl: \($0)\n") }
    let sockets: KernelSockets
    do {
      // A request to stop takes the same way as Ctrl-C.
      sockets = try KernelSockets(connection, in: ZeroMQContext(), interrupt: { kill(getpid(), SIGINT) }, report: report)
    } catch {
      throw Diagnostic(.io, "\(error)", hint: "is another kernel there? Jupyter gives each its own ports")
    }
    return Kernel(Notebook(interpreter), sockets, report: report).serve()
  }

  func serve() -> ExitStatus {
    sockets.start()
    defer { sockets.end() }
    Stage.playing(to: front) {
      while let item = sockets.requests.take() {
        sockets.answers.framing(item.request) { answer(item) }
        // An interrupt was for this one.
        if Signals.take().contains(.terminate) { sockets.requests.end(.terminated) }
      }
    }
    return sockets.requests.ending ?? .done
  }

  private func answer(_ item: RequestQueue.Item) {
    let request = item.request
    do throws(MalformedMessage) {
      switch request.type {
      case "execute_request": reply(to: request, item.isAborted ? KernelContent.Aborted(executionCount: notebook.number) : try execute(request))
      case "shutdown_request": sockets.shutDown(request, on: .shell)
      // Widgets have nobody to talk to here.
      case "comm_open":
        let comm = try request.content(KernelRequest.CommOpen.self)
        sockets.answers.put(.publication("comm_close", KernelContent.CommClose(commId: comm.commId), parent: request.headerBytes))
      case "comm_msg", "comm_close": break
      default:
        guard let question = Self.questions[request.type] else { return report("ignored a message: \(request.type) is unknown") }
        reply(to: request, try question(self, request))
      }
    } catch {
      report("cannot answer: \(error)")
      reply(to: request, KernelContent.Failure(ename: "protocol", evalue: error.description, traceback: []))
    }
  }

  private func reply(to request: KernelMessage, _ content: any Encodable & Sendable) {
    sockets.answers.put(.reply(to: request, on: .shell, content))
  }
}
