// `imf-repl --lsp`: what an editor asks about scripts, answered over standard input and output. Runs no code of them.
// Reading order: MessageReader and RemoteCall (the wire), this file (the life of a session), +Documents (texts and what is
// wrong with them), +Answers (the requests), LSP (the protocol's types). What is known of a text comes from Lang/Analysis.

import Foundation
import Lang

final class LanguageServer {
  private enum Phase { case starting, running, stopped }

  let interpreter: Interpreter
  let workspace: Workspace
  private let send: (Outgoing) -> Void
  private var phase = Phase.starting
  /// Set when the session is over.
  private(set) var exitStatus: ExitStatus?

  init(_ interpreter: Interpreter, send: @escaping (Outgoing) -> Void) {
    self.interpreter = interpreter
    self.send = send
    workspace = Workspace(interpreter)
  }

  /// Serves one editor until it says `exit` or goes away.
  static func run(_ interpreter: Interpreter) -> ExitStatus {
    let server = LanguageServer(interpreter) { message in
      // Nothing of ours fails to be written as JSON: texts, whole numbers and flags.
      if let bytes = try? message.framed() { Terminal.write(bytes, to: 1) }
    }
    let mailbox = Mailbox()
    Thread { read(into: mailbox) }.start()
    while true {
      // Texts are checked when nothing else is to be done: of many changes in a row, the last.
      guard let item = mailbox.take(waits: !server.hasUnchecked) else {
        server.checkOne()
        continue
      }
      if let status = server.handle(item) { return status }
    }
  }

  private static func read(into mailbox: Mailbox) {
    var reader = MessageReader()
    while let bytes = Terminal.read(from: 0), !bytes.isEmpty {
      for frame in reader.read(bytes) { mailbox.put(Mailbox.Item(frame)) }
    }
    mailbox.put(.end)
  }

  /// The status to end with, nil while the session goes on.
  func handle(_ item: Mailbox.Item) -> ExitStatus? {
    switch item {
    case .malformed(let error): send(.failure(nil, error))
    case .end: exitStatus = phase == .stopped ? .done : .failed
    case .call(let call, let isCancelled):
      guard let method = call.method else { break }
      guard let id = call.id else {
        notified(method, call)
        break
      }
      do throws(CallError) {
        if isCancelled { throw CallError(.cancelled, "\(method) was cancelled") }
        send(.result(id, try answer(method, call)))
      } catch {
        send(.failure(id, error))
      }
    }
    return exitStatus
  }

  private func answer(_ method: String, _ call: RemoteCall) throws(CallError) -> any Encodable {
    switch (phase, method) {
    case (.starting, "initialize"):
      let parameters = try call.parameters(LSP.InitializeParams.self)
      workspace.root = parameters.rootUri.flatMap { Workspace.path(ofURI: $0) }
      phase = .running
      return LSP.InitializeResult()
    case (.starting, _): throw CallError(.notInitialized, "\(method) came before initialize")
    case (.running, "initialize"): throw CallError(.invalidRequest, "initialize came twice")
    case (.running, "shutdown"):
      phase = .stopped
      return LSP.Null()
    case (.stopped, _): throw CallError(.invalidRequest, "\(method) came after shutdown")
    case (.running, _):
      guard let answer = Self.answers[method] else { throw CallError(.unknownMethod, "there is no method \(method)") }
      return try answer(self, call)
    }
  }

  /// Notifications get no answer, whatever is wrong with them.
  private func notified(_ method: String, _ call: RemoteCall) {
    if method == "exit" {
      exitStatus = phase == .stopped ? .done : .failed
    } else if phase == .running, let take = Self.notifications[method] {
      try? take(self, call)
    }
  }

  func notify(_ method: String, _ parameters: any Encodable) { send(.notification(method, parameters)) }
}

extension Mailbox.Item {
  init(_ frame: MessageReader.Frame) {
    switch frame {
    case .malformed(let what): self = .malformed(CallError(.parse, what))
    case .message(let bytes):
      do throws(CallError) {
        self = .call(try RemoteCall(bytes), isCancelled: false)
      } catch {
        self = .malformed(error)
      }
    }
  }
}
