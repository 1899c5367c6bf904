// The kernel as Jupyter starts it: a process of its own, and cells that run in it.

import Foundation
import Testing

@testable import Repl

/// The program with a connection file, and a client of it.
private final class KernelProcess {
  let client: KernelClient
  let process = Process()
  private let errors = Pipe()
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kernel-\(UUID().uuidString)")

  init(_ options: [String] = []) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let text = ConnectionFile.text(["transport": "ipc", "ip": folder.path + "/socket"])
    let file = folder.appendingPathComponent("connection.json")
    try text.write(to: file)
    // The program stands beside the tests, where it was built.
    let here = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    process.executableURL = here.appendingPathComponent("imf-repl")
    process.arguments = options + ["--jupyter", file.path]
    process.standardInput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    client = try KernelClient(ConnectionFile(text, name: "c.json"), in: ZeroMQContext())
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    client.close()
    try? FileManager.default.removeItem(at: folder)
  }

  /// The status with which it ends by itself.
  func status() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }
}

@Suite(.serialized) struct KernelProcessTests {
  @Test func cellsShowInOrderAndCount() throws {
    let kernel = try KernelProcess()
    let (reply, shown) = kernel.client.run("print(\"a\"); x = 3; show(zeros([8, 8, 1])); print(\"b\"); x + 1")
    #expect(reply?["status"] as? String == "ok" && reply?["execution_count"] as? Int == 1)
    #expect(shown.map(\.type) == ["execute_input", "stream", "display_data", "stream", "execute_result"])
    #expect(shown[1]["text"] as? String == "a\n" && shown[3]["text"] as? String == "b\n")
    #expect((shown[2]["data"] as? [String: String])?["image/png"]?.hasPrefix("iVBORw0KGgo") == true)
    #expect((shown[4]["data"] as? [String: String]) == ["text/plain": "4"] && shown[4]["execution_count"] as? Int == 1)
    #expect((kernel.client.run("_ + _1").shown.last?["data"] as? [String: String]) == ["text/plain": "8"])
    #expect(kernel.client.run("7;").shown.map(\.type) == ["execute_input"])
  }

  @Test func errorsAbortWhatWasSentWithThem() throws {
    let kernel = try KernelProcess()
    let client = kernel.client
    let ids = ["fail(\"no\")", "print(1)", "print(2)"].map { client.send("execute_request", ["code": $0]) }
    let question = client.send("is_complete_request", ["code": "1"])
    let replies = (ids + [question]).map { client.reply(to: $0) }
    #expect(replies.map { $0?["status"] as? String } == ["error", "aborted", "aborted", "complete"])
    #expect((replies[0]?["traceback"] as? [String])?.first?.contains("\u{1B}[") == true && replies[0]?["evalue"] as? String == "no")
    #expect(client.published(ids[0]).contains { $0.type == "error" })
    #expect(client.published(ids[2]).map(\.type) == ["status", "status"])
    // Unless the client says otherwise; and what comes later runs.
    let more = ["fail(\"no\")", "1"].map { client.send("execute_request", ["code": $0, "stop_on_error": false]) }
    #expect(more.map { client.reply(to: $0)?["status"] as? String } == ["error", "ok"])
  }

  @Test func silentCellsLeaveNoTrace() throws {
    let kernel = try KernelProcess()
    let (reply, shown) = kernel.client.run("print(1); y = 2; y", ["silent": true])
    #expect(reply?["status"] as? String == "ok" && shown.isEmpty)
    let (failed, nothing) = kernel.client.run("fail(\"no\")", ["silent": true])
    #expect(failed?["status"] as? String == "error" && nothing.isEmpty)
    let beside = kernel.client.run("y", ["store_history": false])
    #expect(beside.shown.map(\.type) == ["execute_input", "execute_result"])
    #expect(kernel.client.ask("history_request", ["hist_access_type": "tail", "n": 5])?["history"] as? [String] == [])
    let asked = kernel.client.run("y + 1", ["user_expressions": ["right": "y * 2", "wrong": "nobody"]])
    #expect(asked.reply?["execution_count"] as? Int == 1)
    let values = try #require(asked.reply?["user_expressions"] as? [String: [String: Any]])
    #expect(values["right"]?["data"] as? [String: String] == ["text/plain": "4"])
    #expect(values["wrong"]?["status"] as? String == "error" && values["wrong"]?["ename"] as? String == "name")
    #expect((kernel.client.run("_").shown.last?["data"] as? [String: String]) == ["text/plain": "3"])
  }

  @Test func historyIsOfThisSession() throws {
    let kernel = try KernelProcess()
    for code in ["a = 1", "a + 1", "a = 1", "print(a)"] { _ = kernel.client.run(code) }
    func lines(_ request: [String: Any]) -> [String] {
      let lines = kernel.client.ask("history_request", request)?["history"] as? [[Any]] ?? []
      return lines.map { "\($0[1]) \($0[2])" }
    }
    #expect(lines(["hist_access_type": "tail", "n": 2]) == ["3 a = 1", "4 print(a)"])
    #expect(lines(["hist_access_type": "range", "session": 0, "start": 2, "stop": 4]) == ["2 a + 1", "3 a = 1"])
    #expect(lines(["hist_access_type": "range", "session": 9]).isEmpty)
    #expect(lines(["hist_access_type": "search", "pattern": "a = *"]) == ["1 a = 1", "3 a = 1"])
    #expect(lines(["hist_access_type": "search", "pattern": "a = *", "unique": true]) == ["3 a = 1"])
    #expect(lines(["hist_access_type": "tail", "n": -1]).isEmpty)
    let output = kernel.client.ask("history_request", ["hist_access_type": "range", "start": 2, "stop": 3, "output": true])
    #expect(((output?["history"] as? [[Any]])?[0][2] as? [Any])?[1] as? String == "2")
  }

  @Test func commandsWriteIntoTheCell() throws {
    let kernel = try KernelProcess()
    func text(_ code: String) -> String { kernel.client.run(code).shown.compactMap { $0["text"] as? String }.joined() }
    _ = kernel.client.run("width = 3")
    #expect(text(":who").contains("width"))
    #expect(text("?width").contains("number"))
    #expect(text("!echo hé; echo wrong >&2; exit 3") == "hé\nwrong\nthe command ended with status 3\n")
  }

  /// A program that sends cells learns that nothing was done.
  @Test func commandsThatCannotBePerformedFailTheCell() throws {
    let kernel = try KernelProcess()
    for (code, why) in [(":nobody", "there is no command :nobody"), (":term", ":term needs a terminal"), ("%edit", ":edit needs a terminal"), (":limit much", "expected :limit")] {
      let (reply, shown) = kernel.client.run(code)
      #expect(reply?["status"] as? String == "error" && (reply?["evalue"] as? String)?.contains(why) == true, "\(code)")
      #expect(shown.last?.type == "error")
    }
    let safe = try KernelProcess(["--safe"])
    #expect(safe.client.run("!echo no").reply?["evalue"] as? String == "--safe: no commands of the shell")
  }

  @Test(arguments: ["while true { }", "!sleep 30"])
  func bothKindsOfInterruptsStopACellAndKeepTheSession(_ code: String) throws {
    let kernel = try KernelProcess()
    _ = kernel.client.run("kept = 5")
    for isSignal in [true, false] {
      let id = kernel.client.send("execute_request", ["code": code])
      while let message = kernel.client.receive(from: kernel.client.publication), message.type != "execute_input" {}
      Thread.sleep(forTimeInterval: 0.2)
      if isSignal {
        kill(kernel.process.processIdentifier, SIGINT)
      } else {
        #expect(kernel.client.ask("interrupt_request", on: kernel.client.control)?["status"] as? String == "ok")
      }
      #expect(kernel.client.reply(to: id) != nil)
    }
    // One that comes between cells stops none.
    kill(kernel.process.processIdentifier, SIGINT)
    Thread.sleep(forTimeInterval: 0.2)
    #expect((kernel.client.run("kept").shown.last?["data"] as? [String: String]) == ["text/plain": "5"])
  }

  @Test func progressIsOneDisplay() throws {
    let kernel = try KernelProcess()
    let shown = kernel.client.run("for i in progress(0..3) { i }").shown.dropFirst()
    #expect(shown.first?.type == "display_data" && shown.dropFirst().allSatisfy { $0.type == "update_display_data" })
    let names = Set(shown.compactMap { ($0["transient"] as? [String: String])?["display_id"] })
    #expect(names.count == 1)
    #expect((shown.last?["data"] as? [String: String])?["text/plain"]?.hasPrefix("progress  3/3") == true)
  }

  @Test func floodsOfTextComeInFewMessages() throws {
    let kernel = try KernelProcess()
    let shown = kernel.client.run("for i in 0..20_000 { print(i) }").shown.dropFirst()
    #expect(shown.count < 200)
    let text = shown.compactMap { $0["text"] as? String }.joined()
    #expect(text == (0..<20_000).map { "\($0)\n" }.joined())
  }

  @Test func endsAsItIsTold() throws {
    var kernel = try KernelProcess()
    #expect(kernel.client.ask("shutdown_request", ["restart": true], on: kernel.client.control)?["restart"] as? Bool == true)
    #expect(kernel.status() == 0)
    // In the middle of a cell, too.
    kernel = try KernelProcess()
    kernel.client.send("execute_request", ["code": "while true { }"])
    Thread.sleep(forTimeInterval: 0.2)
    #expect(kernel.client.ask("shutdown_request", on: kernel.client.control)?.type == "shutdown_reply")
    #expect(kernel.status() == 0)
    kernel = try KernelProcess()
    kernel.client.send("execute_request", ["code": "while true { }"])
    Thread.sleep(forTimeInterval: 0.2)
    kill(kernel.process.processIdentifier, SIGTERM)
    #expect(kernel.status() == 143)
    kernel = try KernelProcess()
    #expect((kernel.client.run("exit()").reply?["payload"] as? [[String: Any]])?.first?["source"] as? String == "ask_exit")
    #expect(kernel.status() == 0)
  }

  // MARK: the command line

  private func program(_ words: [String], _ environment: [String: String] = [:]) throws -> (status: Int32, text: String) {
    let process = Process()
    let here = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    process.executableURL = here.appendingPathComponent("imf-repl")
    process.arguments = words
    process.environment = environment
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
  }

  @Test func installsAndTakesAway() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("jupyter-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for (words, environment, place) in [
      (["--prefix", folder.path], [:], "/share/jupyter"), ([], ["HOME": folder.path], "/.local/share/jupyter"),
      (["--user"], ["JUPYTER_DATA_DIR": folder.path + "/data", "HOME": "/"], "/data"),
      (["--sys-prefix"], ["VIRTUAL_ENV": folder.path + "/venv"], "/venv/share/jupyter"),
    ] as [([String], [String: String], String)] {
      let installed = try program(["--threads", "2", "--safe", "--jupyter-install"] + words, environment)
      let kernel = folder.path + place + "/kernels/imf"
      #expect(installed.status == 0 && installed.text.contains("the kernel imf is in \(kernel)\n"), "\(installed.text)")
      let text = try Data(contentsOf: URL(fileURLWithPath: kernel + "/kernel.json"))
      let specification = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
      let argv = try #require(specification["argv"] as? [String])
      #expect(argv[0].hasPrefix("/") && argv.dropFirst() == ["--threads", "2", "--safe", "--jupyter", "{connection_file}"])
      #expect(specification["display_name"] as? String == "imf-repl" && specification["interrupt_mode"] as? String == "signal")
      #expect(try program(["--jupyter-uninstall"] + words, environment).status == 0)
      #expect(!FileManager.default.fileExists(atPath: kernel))
    }
  }

  @Test(arguments: [
    (["--jupyter-install", "--sys-prefix"], 2, "no virtual environment is active"), (["--jupyter-install"], 2, "HOME is not set"),
    (["--jupyter-install", "--prefix", "/proc/nowhere"], 4, "cannot be written"), (["--jupyter-uninstall", "--prefix", "/nowhere"], 4, "there is no kernel"),
    (["--jupyter-install", "--user", "--prefix", "/tmp"], 2, "exclude each other"), (["--user"], 2, "go with --jupyter-install"),
    (["--jupyter", "/nowhere/c.json"], 4, "cannot be read"), (["--jupyter", "c.json", "-e", "1"], 2, "--jupyter takes no script"),
  ] as [([String], Int32, String)])
  func wrongCommandLinesSaySo(_ words: [String], _ status: Int32, _ text: String) throws {
    let run = try program(words)
    #expect(run.status == status && run.text.contains(text), "\(run.text)")
  }
}
