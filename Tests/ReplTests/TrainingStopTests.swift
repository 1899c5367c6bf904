// Training that is stopped: at the prompt, where the state is the answer, and in scripts, where it is on disk.

import Foundation
import Glibc
import Testing

@testable import Repl

private let network =
  "m = imf({input_size: 4, in_channels: 1, hidden_size: 8, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 2}); "
  + "x = normal(key(0), [16, 4, 4, 1]); y = range(16) |> map(i -> i % 2)"

@Suite(.enabled(if: TerminalSession.program != nil), .serialized) struct TrainingStopTests {
  /// The first Ctrl-C ends the step under way and gives the state, which goes on to the bit.
  @Test func aStoppedRunIsAValue() throws {
    let session = try TerminalSession(columns: 120)
    try session.run(network)
    session.type("s = train(train_state(m, lr = 1e-3), x, y, steps = 1000000, size = 4)\r")
    try session.wait("progress") { $0.text.contains("/1000000") }
    session.type("\u{3}")
    try session.wait("the prompt") { $0.text.contains("in [3]>") }
    #expect(session.screen.text.contains("resume with train(_, ...)"))
    try session.run("n = s.step; s = train(s, x, y, steps = 5, size = 4); a = train(train_state(m, lr = 1e-3), x, y, steps = n + 5, size = 4)")
    try session.run("[n > 0, s.step == n + 5, same(s.params, a.params), same(s.ema_params, a.ema_params)]")
    try session.expect(line: "out[4]: [true, true, true, true]")
  }

  /// A second one within a second ends the cell, and names are as before it.
  @Test func twoEndTheCell() throws {
    let session = try TerminalSession(columns: 120)
    try session.run(network + "; s = train(train_state(m), x, y, steps = 2, size = 4)")
    session.type("s = train(s, x, y, steps = 100000, size = 4, each = s -> sleep(0.5), every = 1)\r")
    try session.wait("progress") { $0.text.contains("/100000") }
    session.type("\u{3}")
    Thread.sleep(forTimeInterval: 0.1)
    session.type("\u{3}")
    try session.wait("the prompt") { $0.text.contains("in [3]>") }
    #expect(session.screen.text.contains("interrupted"))
    try session.run("s.step")
    try session.expect(line: "out[3]: 2")
    try session.run("train(s, x, y, steps = 1, size = 4).step")
    try session.expect(line: "out[4]: 3")
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)]) func aScriptLeavesACheckpoint(signal: Int32, status: Int32) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/imf-stop-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func stop(_ arguments: String, when isThere: () -> Bool) throws -> ProgramRun {
      try ProgramRun(["-e", network + "; train(train_state(m), x, y, steps = 1000000, size = 4\(arguments))"], folder: folder) { process in
        for _ in 0..<200 where !isThere() { Thread.sleep(forTimeInterval: 0.05) }
        kill(process.processIdentifier, signal)
      }
    }
    let place = folder + "/run"
    let run = try stop(", run = \"run\", checkpoint_per_step = 5") { FileManager.default.fileExists(atPath: place + "/state_00000005.safetensors") }
    #expect(run.status == status && run.errors.contains("resume(\"run\") goes on"))
    let resumed = try ProgramRun(["-e", "s = resume(\"run\"); s.step >= 5"], folder: folder)
    #expect(resumed.output == "true\n", "\(resumed.errors)")
    // Without a folder a kill leaves a file all the same; Ctrl-C does not.
    let began = Date()
    let bare = try stop("") { Date().timeIntervalSince(began) > 1 }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("interrupted_") }
    #expect(bare.status == status && names.count == (signal == SIGTERM ? 1 : 0))
  }

  @Test func aFolderInUseIsRefused() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/imf-stop-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var second: ProgramRun?
    let first = try ProgramRun(["-e", network + "; train(train_state(m), x, y, steps = 1000000, size = 4, run = \"\(folder)\", checkpoint_per_step = 5)"]) { process in
      for _ in 0..<200 where !FileManager.default.fileExists(atPath: folder + "/state_00000005.safetensors") { Thread.sleep(forTimeInterval: 0.05) }
      second = try? ProgramRun(["-e", "train(resume(\"\(folder)\"), normal(key(0), [16, 4, 4, 1]), steps = 1, size = 4, run = \"\(folder)\")"])
      kill(process.processIdentifier, SIGKILL)
    }
    #expect(first.status == -SIGKILL)
    #expect(second?.status == 4 && second?.errors.contains("another run writes to this folder") == true, "\(second?.errors ?? "")")
    // A killed process holds no lock.
    #expect(try ProgramRun(["-e", "train(resume(\"\(folder)\"), normal(key(0), [16, 4, 4, 1]), steps = 1, size = 4, run = \"\(folder)\").step > 5"]).output == "true\n")
  }
}
