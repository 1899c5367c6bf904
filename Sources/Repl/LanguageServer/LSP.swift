// The protocol's own types, with its names, as far as they are used here (microsoft.github.io/language-server-protocol, 3.17).

enum LSP {
  // MARK: places

  struct Position: Codable, Equatable {
    /// Both from 0; characters are UTF-16 units.
    let line: Int
    let character: Int
  }

  struct Range: Codable, Equatable {
    let start: Position
    let end: Position
  }

  struct Location: Codable, Equatable {
    let uri: String
    let range: Range
  }

  // MARK: documents

  struct InitializeParams: Decodable {
    let rootUri: String?
  }

  struct DocumentIdentifier: Decodable {
    let uri: String
  }

  struct DocumentItem: Decodable {
    let uri: String
    let version: Int
    let text: String
  }

  struct VersionedDocument: Decodable {
    let uri: String
    let version: Int?
  }

  /// A part of a text, or without a range the whole.
  struct ContentChange: Decodable {
    let range: Range?
    let text: String
  }

  struct DidOpen: Decodable { let textDocument: DocumentItem }
  struct DidChange: Decodable {
    let textDocument: VersionedDocument
    let contentChanges: [ContentChange]
  }
  /// Of didClose, didSave, documentSymbol and formatting.
  struct OfDocument: Decodable { let textDocument: DocumentIdentifier }

  struct AtPosition: Decodable {
    let textDocument: DocumentIdentifier
    let position: Position
    /// Of completion only.
    let context: CompletionContext?
  }

  struct CompletionContext: Decodable {
    /// 1 asked for or a word begun, 2 one of our trigger characters.
    let triggerKind: Int
  }

  // MARK: answers

  struct Null: Codable {
    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    }
  }

  struct Diagnostics: Encodable {
    let uri: String
    let version: Int?
    let diagnostics: [Diagnostic]
  }

  struct Diagnostic: Encodable {
    let range: Range
    /// 1 error, 2 warning.
    let severity: Int
    let code: String
    let source: String
    let message: String
    /// 1 unnecessary: shown faded.
    let tags: [Int]
    let relatedInformation: [RelatedInformation]
  }

  struct RelatedInformation: Encodable {
    let location: Location
    let message: String
  }

  struct Markup: Encodable {
    var kind = "markdown"
    let value: String
  }

  struct Hover: Encodable {
    let contents: Markup
    let range: Range
  }

  struct CompletionList: Encodable {
    var isIncomplete = false
    let items: [CompletionItem]
  }

  struct CompletionItem: Encodable {
    let label: String
    let kind: Int
    let detail: String?
    let documentation: Markup?
    let sortText: String
    let filterText: String
    let textEdit: TextEdit
  }

  struct TextEdit: Encodable {
    let range: Range
    let newText: String
  }

  struct DocumentSymbol: Encodable {
    let name: String
    let detail: String
    let kind: Int
    let range: Range
    let selectionRange: Range
    var children: [DocumentSymbol]
  }

  struct SignatureHelp: Encodable {
    let signatures: [SignatureInformation]
    var activeSignature = 0
    let activeParameter: Int
  }

  struct SignatureInformation: Encodable {
    let label: String
    let documentation: Markup
    let parameters: [ParameterInformation]
  }

  struct ParameterInformation: Encodable {
    /// From and to, in UTF-16 units of the signature's label.
    let label: [Int]
  }
}
