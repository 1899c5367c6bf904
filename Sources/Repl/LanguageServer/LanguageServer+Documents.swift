// Texts that open, change and close, and the mistakes in them.

import Lang

extension LanguageServer {
  typealias Notification = @Sendable (LanguageServer, RemoteCall) throws(CallError) -> Void

  static let notifications: [String: Notification] = [
    "textDocument/didOpen": { (server, call) throws(CallError) in
      let document = try call.parameters(LSP.DidOpen.self).textDocument
      server.workspace.open(OpenDocument(uri: document.uri, version: document.version, text: document.text))
    },
    "textDocument/didChange": { (server, call) throws(CallError) in
      let change = try call.parameters(LSP.DidChange.self)
      server.workspace.document(change.textDocument.uri)?.apply(change.contentChanges, version: change.textDocument.version)
    },
    // Others may import what was saved.
    "textDocument/didSave": { (server, _) throws(CallError) in
      server.workspace.documents.forEach { $0.isUnchecked = true }
    },
    "textDocument/didClose": { (server, call) throws(CallError) in
      let uri = try call.parameters(LSP.OfDocument.self).textDocument.uri
      server.workspace.close(uri)
      server.notify("textDocument/publishDiagnostics", LSP.Diagnostics(uri: uri, version: nil, diagnostics: []))
    },
  ]

  var hasUnchecked: Bool { workspace.documents.contains { $0.isUnchecked } }

  /// Checks the text that waits longest, and tells the editor what is wrong.
  func checkOne() {
    guard let document = workspace.documents.first(where: { $0.isUnchecked }) else { return }
    document.isUnchecked = false
    let analysis = workspace.analysis(of: document)
    let problems = interpreter.check(analysis.source)
    notify(
      "textDocument/publishDiagnostics",
      LSP.Diagnostics(
        uri: document.uri, version: document.version, diagnostics: problems.map { diagnostic($0, in: analysis, document.lines) }))
  }

  /// A mistake in an imported file is shown at the import, and where it is.
  private func diagnostic(_ problem: Diagnostic, in analysis: Analysis, _ lines: LineTable) -> LSP.Diagnostic {
    var range = problem.primary?.span.range ?? 0..<0
    var labels = problem.secondary
    if let primary = problem.primary, primary.span.source !== analysis.source {
      let path = primary.span.source.path
      range = analysis.landmarks.first { $0.kind == .module && analysis.path(of: $0) == path }?.range ?? 0..<0
      labels.insert(Diagnostic.Label(primary.span, problem.message), at: 0)
    }
    let related = labels.compactMap { label in
      workspace.location(label.span.range, of: label.span.source).map { LSP.RelatedInformation(location: $0, message: label.text) }
    }
    let lower = [problem.message] + problem.notes + (problem.hint.map { ["hint: " + $0] } ?? [])
    return LSP.Diagnostic(
      range: lines.range(range), severity: problem.severity == .error ? 1 : 2, code: problem.kind.rawValue, source: "imf-repl",
      message: lower.joined(separator: "\n"), tags: problem.severity == .error ? [] : [1], relatedInformation: related)
  }
}
