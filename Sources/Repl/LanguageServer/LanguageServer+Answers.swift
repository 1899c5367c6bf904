// The requests: each row reads the protocol's parameters, asks the analysis, and answers in the protocol's types.

import Foundation
import Lang

extension LanguageServer {
  typealias Answer = @Sendable (LanguageServer, RemoteCall) throws(CallError) -> any Encodable

  static let answers: [String: Answer] = [
    "textDocument/completion": at { $0.completion($1, $2.context) },
    "textDocument/hover": at { server, place, _ in server.hover(place) },
    "textDocument/definition": at { server, place, _ in server.definition(place) },
    "textDocument/signatureHelp": at { server, place, _ in server.signatureHelp(place) },
    "textDocument/documentSymbol": { (server, call) throws(CallError) in
      let uri = try call.parameters(LSP.OfDocument.self).textDocument.uri
      return server.workspace.document(uri).map { server.symbols($0) } ?? []
    },
    "textDocument/formatting": { (server, call) throws(CallError) in
      let uri = try call.parameters(LSP.OfDocument.self).textDocument.uri
      return server.workspace.document(uri).map { server.layout($0) } ?? []
    },
  ]

  /// A place in an open text.
  struct Place {
    let document: OpenDocument
    let analysis: Analysis
    let offset: Int

    func range(_ range: Range<Int>) -> LSP.Range { document.lines.range(range) }
  }

  /// A row about a place; null where the text is not open or nothing is there.
  private static func at(
    _ body: @escaping @Sendable (LanguageServer, Place, LSP.AtPosition) -> (any Encodable)?
  ) -> Answer {
    { (server, call) throws(CallError) in
      let parameters = try call.parameters(LSP.AtPosition.self)
      guard let document = server.workspace.document(parameters.textDocument.uri) else { return LSP.Null() }
      let place = Place(
        document: document, analysis: server.workspace.analysis(of: document), offset: document.lines.offset(parameters.position))
      return body(server, place, parameters) ?? LSP.Null()
    }
  }

  // MARK: names

  private func hover(_ place: Place) -> LSP.Hover? {
    place.analysis.meaning(at: place.offset).map { found in
      LSP.Hover(contents: LSP.Markup(value: found.meaning.markdown), range: place.range(found.range))
    }
  }

  private func definition(_ place: Place) -> LSP.Location? {
    switch place.analysis.meaning(at: place.offset)?.meaning {
    case .definition(let definition): workspace.location(definition.nameRange, of: definition.source)
    case .file(let source): workspace.location(0..<0, of: source)
    case .builtin, .constant, .attribute, nil: nil
    }
  }

  private func signatureHelp(_ place: Place) -> LSP.SignatureHelp? {
    place.analysis.call(at: place.offset).map { call in
      let signature = call.signature
      var start = signature.name.utf16.count + 1
      let parameters = signature.parts.map { part in
        defer { start += part.utf16.count + 2 }
        return LSP.ParameterInformation(label: [start, start + part.utf16.count])
      }
      let information = LSP.SignatureInformation(
        label: signature.text, documentation: LSP.Markup(value: call.documentation), parameters: parameters)
      // Behind the last parameter none is marked.
      return LSP.SignatureHelp(signatures: [information], activeParameter: call.parameter ?? parameters.count)
    }
  }

  // MARK: layout

  /// The whole text in the one layout; nothing to change where it has it, or cannot be read.
  private func layout(_ document: OpenDocument) -> [LSP.TextEdit] {
    let source = workspace.analysis(of: document).source
    guard let text = try? ScriptLayout.formatted(source), text != document.text else { return [] }
    return [LSP.TextEdit(range: document.lines.range(0..<document.text.utf8.count), newText: text)]
  }

  // MARK: completion

  private func completion(_ place: Place, _ context: LSP.CompletionContext?) -> LSP.CompletionList {
    let folder = workspace.root ?? place.document.path.map { ($0 as NSString).deletingLastPathComponent } ?? ""
    let found = place.analysis.completions(at: place.offset, folder: folder)
    // A `/` that divides asks for nothing.
    if context?.triggerKind == 2, !found.offersAll { return LSP.CompletionList(items: []) }
    let range = place.range(found.word)
    return LSP.CompletionList(
      items: found.candidates.map { candidate in
        LSP.CompletionItem(
          label: candidate.name, kind: candidate.kind.number, detail: candidate.detail.isEmpty ? nil : candidate.detail,
          documentation: candidate.documentation.isEmpty ? nil : LSP.Markup(value: candidate.documentation),
          sortText: "\(candidate.kind.rank)\(candidate.name)", filterText: candidate.name,
          textEdit: LSP.TextEdit(range: range, newText: candidate.insertion))
      })
  }

  // MARK: symbols

  /// Functions inside functions are nested so deep; deeper ones stand beside each other.
  private static let deepestSymbol = 16

  private func symbols(_ document: OpenDocument) -> [LSP.DocumentSymbol] {
    var open: [(range: Range<Int>, symbol: LSP.DocumentSymbol)] = []
    var found: [LSP.DocumentSymbol] = []
    func closeLast() {
      let symbol = open.removeLast().symbol
      if open.isEmpty { found.append(symbol) } else { open[open.count - 1].symbol.children.append(symbol) }
    }
    for definition in workspace.analysis(of: document).landmarks {
      let range = definition.range
      while let last = open.last, range.upperBound > last.range.upperBound || open.count == Self.deepestSymbol { closeLast() }
      let symbol = LSP.DocumentSymbol(
        name: definition.name, detail: definition.signature?.text ?? "", kind: definition.kind.symbolNumber,
        range: document.lines.range(range), selectionRange: document.lines.range(definition.nameRange), children: [])
      open.append((range, symbol))
    }
    while !open.isEmpty { closeLast() }
    return found
  }
}

extension Meaning {
  /// What hovering shows: the code, then its explanation, then an example.
  var markdown: String {
    func block(_ code: String) -> String { "```imf\n\(code)\n```" }
    var parts: [String]
    switch self {
    case .definition(let definition): parts = [block(definition.headline), documentation]
    case .builtin(let row): parts = [block(row.signature.text), documentation, "Example:", block(row.code(of: row.example))]
    case .constant(let name, let value): parts = [block("\(name) = \(value.quoted)")]
    case .attribute: parts = [documentation]
    case .file(let source): parts = ["`\(source.path ?? source.name)`"]
    }
    parts.removeAll(where: \.isEmpty)
    return parts.joined(separator: "\n\n")
  }
}

extension Completions.Candidate.Kind {
  /// The protocol's CompletionItemKind.
  fileprivate var number: Int {
    switch self {
    case .definition(.function), .builtin: 3
    case .argument, .attribute, .field, .definition(.field): 5
    case .definition(.variable), .definition(.parameter), .definition(.error), .definition(.cell), .value: 6
    case .definition(.module): 9
    case .keyword: 14
    case .file: 17
    case .folder: 19
    case .option: 20
    case .constant, .definition(.setting): 21
    }
  }

  /// What is nearest comes first.
  var rank: Int {
    switch self {
    case .argument, .attribute, .field, .option, .file, .folder: 0
    case .definition, .value: 1
    case .builtin, .constant: 2
    case .keyword: 3
    }
  }
}

extension Definition.Kind {
  /// The protocol's SymbolKind.
  fileprivate var symbolNumber: Int {
    switch self {
    case .module: 2
    case .cell: 3
    case .field: 8
    case .function: 12
    case .variable, .parameter, .error: 13
    case .setting: 14
    }
  }
}
