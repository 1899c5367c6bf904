// An editor for the tests of the language server: sends what editors send, through the wire's own reader and writer.

import Foundation
import Lang
import Testing

@testable import Repl

final class Editor {
  private(set) var server: LanguageServer!
  /// Everything that came, as JSON.
  private(set) var received: [[String: Any]] = []
  private var count = 0

  init(initialized: Bool = true) {
    server = LanguageServer(Interpreter(libraries: Library.program) { _ in }) { [unowned self] message in
      var reader = MessageReader()
      guard let bytes = try? message.framed() else { return }
      for case .message(let body) in reader.read(bytes) {
        received.append((try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:])
      }
    }
    if initialized { _ = ask("initialize", ["processId": NSNull(), "rootUri": NSNull(), "capabilities": [String: Any]()]) }
  }

  /// Bytes as they come over the wire; the status to end with.
  @discardableResult
  func send(raw bytes: [UInt8]) -> Repl.ExitStatus? {
    var reader = MessageReader()
    var status: Repl.ExitStatus?
    for frame in reader.read(bytes) { status = server.handle(Mailbox.Item(frame)) ?? status }
    return status
  }

  @discardableResult
  func send(_ message: [String: Any]) -> Repl.ExitStatus? {
    let body = (try? JSONSerialization.data(withJSONObject: message)) ?? Data()
    return send(raw: Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body)
  }

  @discardableResult
  func notify(_ method: String, _ parameters: Any) -> Repl.ExitStatus? {
    send(["jsonrpc": "2.0", "method": method, "params": parameters])
  }

  /// The answer: its result, or nil and the error's code.
  func ask(_ method: String, _ parameters: Any = [String: Any]()) -> (result: Any?, code: Int?) {
    count += 1
    send(["jsonrpc": "2.0", "id": count, "method": method, "params": parameters])
    guard let answer = received.last, answer["id"] as? Int == count else { return (nil, nil) }
    return (answer["result"], (answer["error"] as? [String: Any])?["code"] as? Int)
  }

  // MARK: documents

  /// Opens a text; the offset of `«` in it becomes the cursor.
  func open(_ marked: String, uri: String = "untitled:1") -> Cursor {
    let parts = marked.split(separator: "«", maxSplits: 1, omittingEmptySubsequences: false)
    let text = parts.joined()
    notify("textDocument/didOpen", ["textDocument": ["uri": uri, "languageId": "imf", "version": 1, "text": text]])
    let lines = parts[0].split(separator: "\n", omittingEmptySubsequences: false)
    return Cursor(uri: uri, line: lines.count - 1, character: lines[lines.count - 1].utf16.count)
  }

  struct Cursor {
    let uri: String
    let line: Int
    let character: Int
    var parameters: [String: Any] {
      ["textDocument": ["uri": uri], "position": ["line": line, "character": character]]
    }
  }

  /// A request about a marked text.
  func ask(_ method: String, at marked: String, uri: String = "untitled:1") -> Any? {
    ask("textDocument/" + method, open(marked, uri: uri).parameters).result
  }

  /// What is wrong with the texts, the latest first, checked now.
  func diagnostics() -> [[String: Any]] {
    while server.hasUnchecked { server.checkOne() }
    let published = received.last { $0["method"] as? String == "textDocument/publishDiagnostics" }
    return (published?["params"] as? [String: Any])?["diagnostics"] as? [[String: Any]] ?? []
  }

  /// `1:4-1:7`.
  static func range(_ json: Any?) -> String {
    guard let range = json as? [String: [String: Int]], let start = range["start"], let end = range["end"] else { return "none" }
    return "\(start["line"] ?? -1):\(start["character"] ?? -1)-\(end["line"] ?? -1):\(end["character"] ?? -1)"
  }
}
