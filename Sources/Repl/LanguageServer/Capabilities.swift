// What the server tells an editor that it can do, in answer to `initialize`.

extension LSP {
  struct InitializeResult: Encodable {
    var capabilities = Capabilities()
    var serverInfo = ServerInfo()
  }

  struct ServerInfo: Encodable {
    var name = "imf-repl"
    var version = ProgramOptions.version
  }

  struct Capabilities: Encodable {
    var positionEncoding = "utf-16"
    var textDocumentSync = Synchronization()
    var completionProvider = CompletionOptions()
    var signatureHelpProvider = SignatureHelpOptions()
    var hoverProvider = true
    var definitionProvider = true
    var documentSymbolProvider = true
    var documentFormattingProvider = true
  }

  struct Synchronization: Encodable {
    var openClose = true
    /// 2: changes come as parts of the text.
    var change = 2
    var save = true
  }

  struct CompletionOptions: Encodable {
    /// Fields, and file names in strings.
    var triggerCharacters = [".", "\"", "/"]
  }

  struct SignatureHelpOptions: Encodable {
    var triggerCharacters = ["(", ","]
  }
}
