// Messages of Jupyter's protocol: what is read, what is refused, and what is written.

import Foundation
import Lang
import Testing

@testable import Repl

@Suite struct KernelMessageTests {
  private let signature = MessageSignature(key: "secret")
  private let header = Array("{\"msg_id\":\"1\",\"msg_type\":\"execute_request\",\"session\":\"s\"}".utf8)

  private func signed(_ bodies: [String]) -> [[UInt8]] {
    let bodies = bodies.map { Array($0.utf8) }
    return [Array("client".utf8), KernelMessage.mark, signature.of(bodies)] + bodies
  }

  private func message(_ header: String? = nil, content: String = "{\"code\":\"1\"}") throws -> KernelMessage {
    try KernelMessage(signed([header ?? String(decoding: self.header, as: UTF8.self), "{}", "{}", content]), signature)
  }

  // MARK: signatures

  @Test func signaturesAreThoseOfRFC4231() {
    // Test cases 1, 2 and 6: a short key, one of letters, one longer than a block.
    #expect(String(decoding: MessageSignature(key: String(repeating: "\u{0B}", count: 20)).of([Array("Hi There".utf8)]), as: UTF8.self)
      == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    let parts = ["what do ya want ", "for nothing?"].map { Array($0.utf8) }
    #expect(String(decoding: MessageSignature(key: "Jefe").of(parts), as: UTF8.self)
      == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }

  @Test func withoutAKeyNothingIsSigned() throws {
    let none = MessageSignature(key: "")
    #expect(none.of([header]).isEmpty && none.isRight(Array("anything".utf8), of: [header]))
    let parts = [KernelMessage.mark, [], header, Array("{}".utf8), Array("{}".utf8), Array("{}".utf8)]
    #expect(try KernelMessage(parts, none).type == "execute_request")
  }

  // MARK: reading

  @Test func aMessageIsRead() throws {
    let read = try message()
    #expect(read.identities == [Array("client".utf8)] && read.headerBytes == header)
    #expect(read.header.msgId == "1" && read.type == "execute_request" && read.replyType == "execute_reply")
    #expect(try read.content(KernelRequest.Execute.self).code == "1")
  }

  @Test func buffersAreLeftOut() throws {
    let parts = signed([String(decoding: header, as: UTF8.self), "{}", "{}", "{\"code\":\"2\"}"]) + [[1, 2, 3]]
    #expect(try KernelMessage(parts, signature).content(KernelRequest.Execute.self).code == "2")
  }

  @Test(arguments: [[], [[]], [KernelMessage.mark], [KernelMessage.mark, [], [], [], []], Array(repeating: [1], count: 9)])
  func otherNumbersOfPartsAreRefused(_ parts: [[UInt8]]) {
    #expect(throws: MalformedMessage.self) { try KernelMessage(parts, MessageSignature(key: "")) }
  }

  @Test func wrongSignaturesAreRefused() {
    var parts = signed([String(decoding: header, as: UTF8.self), "{}", "{}", "{}"])
    parts[2][0] ^= 1
    #expect(throws: MalformedMessage.self) { try KernelMessage(parts, signature) }
    parts[2] = []
    #expect(throws: MalformedMessage.self) { try KernelMessage(parts, signature) }
    // Signed rightly, then changed.
    parts = signed([String(decoding: header, as: UTF8.self), "{}", "{}", "{}"])
    parts[6] = Array("{\"code\":\"exit()\"}".utf8)
    #expect(throws: MalformedMessage.self) { try KernelMessage(parts, signature) }
  }

  @Test(arguments: [
    "", "{", "[]", "3", "null", "{}", "{\"msg_id\":\"1\"}", "{\"msg_type\":\"x\"}", "{\"msg_id\":1,\"msg_type\":\"x\"}", "\u{0}",
    String(repeating: "[", count: 100_000),
  ])
  func headersThatAreNoneAreRefused(_ header: String) {
    #expect(throws: MalformedMessage.self) { try message(header) }
  }

  @Test(arguments: ["", "{", "{}", "[]", "{\"code\":1}", "{\"code\":\"1\",\"silent\":\"yes\"}", "{\"code\":\"1\",\"user_expressions\":[]}"])
  func contentsThatAreNoneAreRefused(_ content: String) throws {
    let read = try message(content: content)
    #expect(throws: MalformedMessage.self) { try read.content(KernelRequest.Execute.self) }
  }

  @Test func whatIsMissingIsNamed() throws {
    let error = try #require(throws: MalformedMessage.self) { try message(content: "{}").content(KernelRequest.Execute.self) }
    #expect(error.description == "execute_request has no `code`")
  }

  // MARK: writing

  @Test func repliesAreSignedAndSayWhatTheyAnswer() throws {
    let answer = KernelAnswer.reply(to: try message(), on: .shell, KernelContent.ExecuteReply(executionCount: 3))
    let parts = answer.parts(KernelSession(signature))
    #expect(parts[0] == Array("client".utf8) && parts[1] == KernelMessage.mark && parts.count == 7)
    #expect(parts[4] == header && signature.isRight(parts[2], of: parts[3...]))
    let read = try KernelMessage(parts, signature)
    #expect(read.type == "execute_reply" && read.header.session != "s")
    let content = try #require(try JSONSerialization.jsonObject(with: Data(parts[6])) as? [String: Any])
    #expect(content["execution_count"] as? Int == 3 && content["user_expressions"] is [String: Any] && content["ename"] == nil)
  }

  @Test func namesOfFormsAndExpressionsStayAsTheyAre() throws {
    let display = KernelContent.Display(data: ["text/plain": "a/b", "image/png": ""], transient: ["display_id": "x"])
    let answer = KernelAnswer.publication("display_data", display, parent: Array("{}".utf8))
    let text = String(decoding: answer.parts(KernelSession(signature))[6], as: UTF8.self)
    #expect(text.contains("\"text/plain\":\"a/b\"") && text.contains("\"display_id\"") && !text.contains("execution_count"))
    let reply = KernelContent.ExecuteReply(executionCount: 1, userExpressions: ["myName": KernelContent.Evaluated(data: ["text/plain": "1"])])
    let parts = KernelAnswer.publication("execute_reply", reply, parent: []).parts(KernelSession(signature))
    #expect(String(decoding: parts[6], as: UTF8.self).contains("\"myName\":{"))
  }

  // MARK: the connection file

  @Test func aConnectionFileSaysWhereToListen() throws {
    let tcp = try ConnectionFile(ConnectionFile.text(["transport": "tcp", "ip": "127.0.0.1", "hb_port": 65535]), name: "c.json")
    #expect(tcp.endpoint(.shell) == "tcp://127.0.0.1:1" && tcp.endpoint(.heartbeat) == "tcp://127.0.0.1:65535")
    let ipc = try ConnectionFile(ConnectionFile.text(["transport": "ipc", "ip": "/tmp/k"]), name: "c.json")
    #expect(ipc.endpoint(.publication) == "ipc:///tmp/k-3")
  }

  @Test(arguments: [
    ("", "is no JSON of the kind"), ("{}", "has no `"), ("[1]", "is no JSON of the kind"), ("\u{FF}", "is no JSON of the kind"),
  ])
  func otherFilesAreNone(_ text: String, _ why: String) throws {
    let error = try #require(throws: Diagnostic.self) { try ConnectionFile(Data(text.utf8), name: "c.json") }
    #expect(error.message.hasPrefix("c.json is no connection file: it ") && error.message.contains(why), "\(error.message)")
  }

  @Test func impossibleConnectionsAreRefused() throws {
    func message(_ fields: [String: Any]) throws -> String {
      try #require(throws: Diagnostic.self) { try ConnectionFile(ConnectionFile.text(fields), name: "c.json") }.message
    }
    #expect(try message(["transport": "pigeon"]) == "c.json: transport pigeon is unknown")
    #expect(try message(["signature_scheme": "hmac-md5"]) == "c.json: messages signed with hmac-md5 cannot be read")
    #expect(try message(["control_port": 0]) == "c.json: the port of control is 0; expected 1 to 65535")
    #expect(try message(["hb_port": 70000]).contains("70000"))
    #expect(try message(["shell_port": "many"]) == "c.json is no connection file: `shell_port` is not what it should be")
    let missing = try #require(throws: Diagnostic.self) { try ConnectionFile(path: "/nowhere/c.json") }
    #expect(missing.kind == .io && missing.message == "the connection file /nowhere/c.json cannot be read")
  }
}
