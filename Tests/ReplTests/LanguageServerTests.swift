// The language server's requests, and what it makes of editors that do not keep to the protocol.

import Foundation
import Lang
import Testing

@testable import Repl

@Suite struct LanguageServerTests {
  private let editor = Editor()

  // MARK: life

  @Test func aSessionBeginsAndEnds() throws {
    let editor = Editor(initialized: false)
    #expect(editor.ask("textDocument/hover").code == -32002)
    let result = try #require(editor.ask("initialize", ["rootUri": "file:///here"]).result as? [String: [String: Any]])
    #expect(result["capabilities"]?["hoverProvider"] as? Bool == true && result["serverInfo"]?["name"] as? String == "imf-repl")
    #expect(editor.ask("initialize").code == -32600)
    editor.notify("initialized", [String: Any]())
    #expect(editor.ask("shutdown").result is NSNull)
    #expect(editor.ask("textDocument/hover").code == -32600)
    #expect(editor.notify("exit", NSNull()) == .done)
  }

  @Test func anEndWithoutShutdownIsAFailure() {
    #expect(Editor().notify("exit", NSNull()) == .failed && Editor(initialized: false).notify("exit", NSNull()) == .failed)
    #expect(Editor().server.handle(.end) == .failed)
  }

  @Test(arguments: [
    ("textDocument/nobody", -32601), ("$/nobody", -32601), ("textDocument/hover", -32602), ("textDocument/completion", -32602),
    ("textDocument/documentSymbol", -32602),
  ])
  func wrongRequestsAreAnswered(method: String, code: Int) {
    #expect(editor.ask(method, ["textDocument": 3]).code == code)
  }

  @Test(arguments: ["textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "textDocument/didSave", "$/nobody", "nobody"])
  func wrongNotificationsAreNot(method: String) {
    let before = editor.received.count
    #expect(editor.notify(method, ["textDocument": ["uri": "untitled:none", "version": "one"]]) == nil)
    #expect(editor.received.dropFirst(before).allSatisfy { $0["error"] == nil && $0["id"] == nil })
  }

  @Test(arguments: [
    ("{", -32700), ("", -32700), ("[]", -32600), ("3", -32600), ("{\"id\":{}}", -32600), ("{\"id\":1,\"method\":7}", -32600),
    ("nul", -32700), ("{\"id\":1", -32700),
  ])
  func wrongMessagesAreAnswered(body: String, code: Int) throws {
    #expect(editor.send(raw: Array("Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)) == nil)
    let answer = try #require(editor.received.last)
    #expect((answer["error"] as? [String: Any])?["code"] as? Int == code && answer["id"] is NSNull)
    // And the session goes on.
    #expect(editor.ask("textDocument/nobody").code == -32601)
  }

  @Test func deepMessagesAreRefused() throws {
    let body = String(repeating: "[", count: 1_000_000)
    editor.send(raw: Array("Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8))
    #expect(try #require(editor.received.last)["error"] != nil)
    #expect(editor.ask("textDocument/nobody").code == -32601)
  }

  /// Cancelled before its turn came: answered, but not worked on.
  @Test func cancelledRequestsSaySo() throws {
    let mailbox = Mailbox()
    for text in [
      "{\"id\":\"a\",\"method\":\"textDocument/nobody\"}", "{\"id\":7,\"method\":\"textDocument/nobody\"}",
      "{\"method\":\"$/cancelRequest\",\"params\":{\"id\":\"a\"}}", "{\"method\":\"$/cancelRequest\",\"params\":{\"id\":99}}",
    ] { mailbox.put(Mailbox.Item(.message(Array(text.utf8)))) }
    while let item = mailbox.take(waits: false) { _ = editor.server.handle(item) }
    let codes = editor.received.suffix(2).map { ($0["error"] as? [String: Any])?["code"] as? Int }
    #expect(codes == [-32800, -32601])
    // What cancels nothing, wrongly, is passed over.
    #expect(editor.notify("$/cancelRequest", [String: Any]()) == nil)
  }

  // MARK: texts

  @Test func mistakesArePublished() throws {
    _ = editor.open("θ = 1\n\"😀\"; sqrt(wrnog)\nround(θ, tims = 2)")
    let found = editor.diagnostics()
    #expect(found.map { Editor.range($0["range"]) } == ["1:11-1:16", "2:9-2:17"])
    #expect(found.allSatisfy { $0["severity"] as? Int == 1 && $0["source"] as? String == "imf-repl" })
    #expect(found.map { $0["code"] as? String } == ["name", "argument"])
    #expect((found[0]["message"] as? String)?.hasPrefix("nothing is named `wrnog`") == true)
    editor.notify("textDocument/didClose", ["textDocument": ["uri": "untitled:1"]])
    #expect(editor.diagnostics().isEmpty)
  }

  @Test func changesArePartsOfTheText() throws {
    _ = editor.open("θ = \"😀\"\nprint(x)")
    #expect(editor.diagnostics().count == 1)
    func change(_ changes: [[String: Any]], _ version: Int) {
      editor.notify("textDocument/didChange", ["textDocument": ["uri": "untitled:1", "version": version], "contentChanges": changes])
    }
    func range(_ line: Int, _ from: Int, _ to: Int) -> [String: Any] {
      ["start": ["line": line, "character": from], "end": ["line": line, "character": to]]
    }
    change([["range": range(0, 0, 1), "text": "x"], ["range": range(0, 5, 7), "text": "é"]], 2)
    #expect(editor.server.workspace.document("untitled:1")?.text == "x = \"é\"\nprint(x)")
    #expect(editor.diagnostics().isEmpty)
    // Beyond the text, and the wrong way round: clamped.
    change([["range": range(99, 0, 5), "text": "\n"], ["range": range(0, 4, 1), "text": "!"]], 3)
    #expect(editor.server.workspace.document("untitled:1")?.text == "x = !\"é\"\nprint(x)\n")
    change([["text": "whole"]], 4)
    #expect(editor.diagnostics().count == 1 && editor.received.last?["method"] as? String == "textDocument/publishDiagnostics")
    #expect((editor.received.last?["params"] as? [String: Any])?["version"] as? Int == 4)
  }

  @Test func aFloodOfChangesIsCheckedOnce() {
    _ = editor.open("x")
    for version in 2...200 {
      editor.notify(
        "textDocument/didChange", ["textDocument": ["uri": "untitled:1", "version": version], "contentChanges": [["text": "y\(version)"]]])
    }
    #expect(editor.diagnostics().count == 1)
    #expect(editor.received.count { $0["method"] as? String == "textDocument/publishDiagnostics" } == 1)
  }

  // MARK: requests

  @Test func hoverExplains() throws {
    func text(_ marked: String) -> String? {
      ((editor.ask("hover", at: marked) as? [String: Any])?["contents"] as? [String: Any])?["value"] as? String
    }
    let builtin = try #require(text("sam«ple(m)"))
    #expect(builtin.contains("```imf\nsample(m") && builtin.contains("Example:"))
    #expect(text("## Twice.\nfn f(x) = 2 * x\nθ = «f(1)") == "```imf\nfn f(x)\n```\n\nTwice.")
    #expect(text("x = 1 + 1\n«x") == "```imf\nx = 1 + 1\n```" && text("«pi")?.contains("3.14") == true)
    #expect(text("nobody«") == nil && text("«") == nil && editor.ask("textDocument/hover", Editor.Cursor(uri: "untitled:9", line: 0, character: 0).parameters).result is NSNull)
  }

  @Test func definitionsAreFound() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/imf-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try "# 😀\nfn f(x) = x".write(toFile: folder + "/a lib.imf", atomically: true, encoding: .utf8)
    let uri = URL(fileURLWithPath: folder + "/main.imf").absoluteString
    let library = URL(fileURLWithPath: folder + "/a lib.imf").absoluteString
    func place(_ marked: String) -> String? {
      (editor.ask("definition", at: marked, uri: uri) as? [String: Any]).map { "\($0["uri"] ?? "") \(Editor.range($0["range"]))" }
    }
    #expect(place("\"😀\"; θ = 1; «θ") == "\(uri) 0:6-0:7")
    #expect(place("import \"a lib.imf\" as lib\nlib.«f(1)") == "\(library) 1:3-1:4")
    #expect(place("import \"«a lib.imf\" as lib") == "\(library) 0:0-0:0")
    #expect(place("«sum(1)") == nil && place("lib.«f(1)") == nil && place("import \"«gone\" as lib") == nil)
    // As the editor has it, not as it was saved.
    _ = editor.open("\n\nfn f(x) = x", uri: library)
    #expect(place("import \"a lib.imf\" as lib\nlib.«f(1)") == "\(library) 2:3-2:4")
    // A mistake there is shown at the import, and where it is.
    try "\nnobody".write(toFile: folder + "/a lib.imf", atomically: true, encoding: .utf8)
    _ = editor.open("1\nimport \"a lib.imf\" as lib", uri: uri)
    let found = try #require(editor.diagnostics().first)
    #expect(Editor.range(found["range"]) == "1:0-1:25")
    let related = try #require((found["relatedInformation"] as? [[String: Any]])?.first?["location"] as? [String: Any])
    #expect(related["uri"] as? String == library && Editor.range(related["range"]) == "1:0-1:6")
  }

  @Test func completionsReplaceTheWord() throws {
    func items(_ marked: String, trigger: Int = 1) -> [[String: Any]] {
      var parameters = editor.open(marked).parameters
      parameters["context"] = ["triggerKind": trigger]
      return (editor.ask("textDocument/completion", parameters).result as? [String: Any])?["items"] as? [[String: Any]] ?? []
    }
    let argument = try #require(items("θ = sample(m, om«").first { $0["label"] as? String == "omega" })
    let edit = try #require(argument["textEdit"] as? [String: Any])
    #expect(edit["newText"] as? String == "omega = " && Editor.range(edit["range"]) == "0:14-0:16")
    let builtin = try #require(items("sam«").first { $0["label"] as? String == "sample" })
    #expect((builtin["detail"] as? String)?.hasPrefix("sample(m") == true && builtin["documentation"] != nil)
    #expect(items("r = {a: 1, b: 2}\nr.«", trigger: 2).map { $0["label"] as? String } == ["a", "b"])
    #expect(items("1 /«", trigger: 2).isEmpty && items("# sam«").isEmpty && items("f(1).«").isEmpty)
  }

  @Test func signaturesMarkTheArgument() throws {
    let help = try #require(editor.ask("signatureHelp", at: "fn größe(θ, b = 1) = 1\ngröße(1, «") as? [String: Any])
    let signature = try #require((help["signatures"] as? [[String: Any]])?.first)
    #expect(signature["label"] as? String == "größe(θ, b = 1)" && help["activeParameter"] as? Int == 1)
    #expect((signature["parameters"] as? [[String: Any]])?.map { $0["label"] as? [Int] } == [[6, 7], [9, 14]])
    #expect(editor.ask("signatureHelp", at: "nobody(«") is NSNull)
  }

  @Test func warningsAreFaded() throws {
    _ = editor.open("fn f() {\n  return 1\n  print(2)\n}\nprint(f())")
    let found = try #require(editor.diagnostics().first)
    #expect(found["severity"] as? Int == 2 && found["tags"] as? [Int] == [1] && Editor.range(found["range"]).hasPrefix("2:2"))
  }

  @Test func formattingIsTheLayout() throws {
    func edits(_ text: String) -> [[String: Any]]? {
      editor.ask("textDocument/formatting", editor.open(text).parameters).result as? [[String: Any]]
    }
    let edit = try #require(edits("θ=1\nprint( θ )")?.first)
    #expect(edit["newText"] as? String == "θ = 1\nprint(θ)\n" && Editor.range(edit["range"]) == "0:0-1:10")
    #expect(edits("θ = 1\n")?.isEmpty == true && edits("θ = (")?.isEmpty == true && edits("")?.isEmpty == true)
  }

  @Test func symbolsAreNested() throws {
    let cursor = editor.open("#%% One\nfn f() {\n  fn g() { }\n}\n#%% Two\nparam n = 1\n")
    let found = try #require(editor.ask("textDocument/documentSymbol", cursor.parameters).result as? [[String: Any]])
    func shown(_ symbols: [[String: Any]]) -> String {
      symbols.map { "\($0["name"] ?? "")(\(shown($0["children"] as? [[String: Any]] ?? [])))" }.joined(separator: " ")
    }
    #expect(shown(found) == "One(f(g())) Two(n())")
    #expect(Editor.range(found[0]["range"]) == "0:0-4:0" && Editor.range(found[0]["selectionRange"]) == "0:0-0:7")
    let deep = editor.open(String(repeating: "fn f() {\n", count: 5000))
    #expect(editor.ask("textDocument/documentSymbol", deep.parameters).result is [[String: Any]])
    #expect((editor.ask("textDocument/documentSymbol", ["textDocument": ["uri": "untitled:none"]]).result as? [Any])?.isEmpty == true)
  }
}
