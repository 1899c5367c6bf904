// The kernel, asked by a client inside this process: what it knows of code, and what it makes of clients that do not keep to
// the protocol. Cells run in KernelProcessTests: what they show passes the program's one stage.

import Foundation
import Lang
import Synchronization
import Testing

@testable import Repl

/// A kernel on a thread of its own.
private final class KernelHost {
  let client: KernelClient
  /// Lines about what was ignored.
  let reports: Lines
  private let context: ZeroMQContext
  private let ended: DispatchSemaphore

  final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }

  init() throws {
    context = try ZeroMQContext()
    let connection = try ConnectionFile(ConnectionFile.text(), name: "c.json")
    let reports = Lines()
    self.reports = reports
    let ended = DispatchSemaphore(value: 0)
    self.ended = ended
    let sockets = try KernelSockets(connection, in: context, interrupt: {}, report: reports.add)
    let thread = Thread {
      _ = Kernel(Notebook(Interpreter(libraries: Library.program) { _ in }), sockets, report: reports.add).serve()
      ended.signal()
    }
    thread.stackSize = 64 << 20
    thread.start()
    client = try KernelClient(connection, in: context)
  }

  /// Ends it as clients do, and waits for its end.
  func end() {
    client.ask("shutdown_request", ["restart": false], on: client.control)
    client.close()
    #expect(ended.wait(timeout: .now() + 60) == .success)
  }
}

@Suite(.serialized) struct KernelTests {
  private func with(_ body: (KernelHost) throws -> Void) throws {
    let host = try KernelHost()
    defer { host.end() }
    try body(host)
  }

  @Test func saysWhatItIs() throws {
    try with { host in
      for socket in [host.client.shell, host.client.control] {
        let info = try #require(host.client.ask("kernel_info_request", on: socket))
        #expect(info["status"] as? String == "ok" && info["protocol_version"] as? String == "5.3")
        let language = try #require(info["language_info"] as? [String: Any])
        #expect(language["name"] as? String == "imf" && language["file_extension"] as? String == ".imf")
      }
      host.client.heartbeat.send([Array("beat".utf8)])
      #expect(host.client.heartbeat.receive(waits: true) == [Array("beat".utf8)])
      #expect(host.client.ask("comm_info_request")?["comms"] as? [String: String] == [:])
    }
  }

  @Test func isBusyFromBeginToEnd() throws {
    try with { host in
      let id = host.client.send("is_complete_request", ["code": "1"])
      #expect(host.client.published(id).map { $0["execution_state"] as? String } == ["busy", "idle"])
    }
  }

  @Test func completes() throws {
    try with { host in
      // "from to: matches".
      func completion(_ code: String, _ position: Int? = nil) -> String {
        let reply = host.client.ask("complete_request", ["code": code, "cursor_pos": position ?? code.unicodeScalars.count])
        let matches = reply?["matches"] as? [String] ?? []
        return "\(reply?["cursor_start"] as? Int ?? -1) \(reply?["cursor_end"] as? Int ?? -1): " + matches.joined(separator: ", ")
      }
      #expect(completion("sampl") == "0 5: sample")
      // Code points, not bytes and not halves of surrogate pairs.
      #expect(completion("θ = \"😀\"; sampl") == "9 14: sample")
      #expect(completion("sampl(3)", 5) == "0 5: sample")
      #expect(completion("sample(1, omeg") == "10 14: omega = ")
      #expect(completion("?sampl") == "1 6: sample")
      #expect(completion(":wh") == "0 3: :who")
      #expect(completion("# sampl") == "7 7: " && completion("nobody.") == "7 7: ")
      // Positions beyond both ends.
      #expect(completion("sampl", 1000) == "0 5: sample" && completion("sampl", -7).hasPrefix("0 0: "))
    }
  }

  @Test func explains() throws {
    try with { host in
      func text(_ code: String, _ position: Int) -> String? {
        let reply = host.client.ask("inspect_request", ["code": code, "cursor_pos": position, "detail_level": 0])
        return reply?["found"] as? Bool == true ? (reply?["data"] as? [String: String])?["text/plain"] : nil
      }
      #expect(text("sample", 3)?.hasPrefix("sample(m, n = 16") == true)
      #expect(text("sample(1, ", 10)?.hasPrefix("sample(m, n = 16") == true)
      #expect(text("fn f(a) = a\nf", 13)?.hasPrefix("fn f(a)") == true)
      #expect(text("nobody", 3) == nil && text("", 0) == nil && text("1 + 1", 99) == nil)
    }
  }

  @Test(arguments: [
    ("1 + 1", "complete", nil), ("fn f(x) {", "incomplete", "  "), ("1 +", "incomplete", ""), ("1 1)", "invalid", nil), ("?x", "complete", nil),
    (":who", "complete", nil), ("", "complete", nil),
  ] as [(String, String, String?)])
  func knowsWhatIsWhole(_ code: String, _ status: String, _ indent: String?) throws {
    try with { host in
      let reply = host.client.ask("is_complete_request", ["code": code])
      #expect(reply?["status"] as? String == status && reply?["indent"] as? String == indent)
    }
  }

  @Test func widgetsHaveNobodyToTalkTo() throws {
    try with { host in
      let id = host.client.send("comm_open", ["comm_id": "c", "target_name": "jupyter.widget", "data": [String: Any]()])
      #expect(host.client.published(id).map(\.type) == ["status", "comm_close", "status"])
    }
  }

  // MARK: what is wrong

  @Test func whatIsNoMessageIsIgnored() throws {
    try with { host in
      let client = host.client
      var forged = try client.parts("kernel_info_request")
      forged[1][5] ^= 1
      let wrong: [[[UInt8]]] = [
        [[]], [Array("nonsense".utf8)], [KernelMessage.mark], forged, Array(forged.prefix(4)), Array(repeating: [0xFF], count: 40),
        Array(try client.parts("execute_request").dropLast()), [KernelMessage.mark, [], [], [], [], []],
      ]
      for parts in wrong { for socket in [client.shell, client.control] { socket.send(parts) } }
      #expect(client.ask("kernel_info_request")?["status"] as? String == "ok")
      #expect(client.ask("kernel_info_request", on: client.control)?["status"] as? String == "ok")
      #expect(host.reports.all.count == 2 * wrong.count && host.reports.all.allSatisfy { $0.hasPrefix("ignored a message: it") })
    }
  }

  @Test(arguments: ["execute_request", "complete_request", "inspect_request", "is_complete_request", "history_request"])
  func contentsThatAreNoneGetAnErrorAsReply(_ type: String) throws {
    try with { host in
      for content in [[:], ["code": 3, "cursor_pos": "two", "hist_access_type": 1]] as [[String: Any]] {
        let reply = host.client.ask(type, content)
        #expect(reply?["status"] as? String == "error" && reply?["ename"] as? String == "protocol")
      }
      #expect(host.reports.all.count == 2)
    }
  }

  @Test func unknownRequestsAreIgnored() throws {
    try with { host in
      for socket in [host.client.shell, host.client.control] {
        for type in ["nobody_request", "debug_request", "", "reply", "é"] { host.client.send(type, on: socket) }
      }
      for socket in [host.client.shell, host.client.control] {
        #expect(host.client.ask("kernel_info_request", on: socket)?.type == "kernel_info_reply")
      }
      #expect(host.reports.all.count == 10, "\(host.reports.all)")
    }
  }

  @Test func aKernelThatCannotListenSaysSo() throws {
    let context = try ZeroMQContext()
    let connection = try ConnectionFile(ConnectionFile.text(["transport": "ipc", "ip": "/nowhere/at/all"]), name: "c.json")
    let error = try #require(throws: ZeroMQError.self) { try KernelSockets(connection, in: context, interrupt: {}, report: { _ in }) }
    #expect(error.description.hasPrefix("cannot listen at ipc:///nowhere/at/all-1: "))
  }
}
