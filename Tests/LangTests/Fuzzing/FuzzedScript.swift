// What every text gets: an answer. Bytes go through the lexer, parser, check, layout and evaluator, bounded in time and memory;
// the fuzzer (Fuzzer.swift, `make fuzz-language`) makes such bytes, and the tests replay those of Corpus.

import Foundation
import Tensor

@testable import Lang

enum FuzzedScript {
  /// A program may run so long before it is asked to stop.
  private static let patience = 0.05
  /// Whatever is not a program's own loop, and stopping, takes less than this.
  private static let bound = 1.0

  /// Rows that must not do here what they do: wait, touch files, change what all sessions share.
  private static let inert = Library(
    "Inert",
    [
      "sleep(seconds)", "read_text(path)", "write_text(path, text)", "list_dir(path = \".\")", "threads(n = none)",
      "precision(name = none)", "memory_limit(limit = none)",
    ].map { Builtin($0, "does nothing", example: "none", fails: []) { _ in .none } })

  /// Seconds that this thread has computed: on a busy machine it may have waited for longer.
  private static func computingTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// What is wrong with the answer that bytes get, nil where nothing is. Not for use beside other evaluations: it interrupts.
  static func complaint(about bytes: [UInt8]) -> String? {
    let source = Source(name: "fuzzed", text: String(decoding: bytes, as: UTF8.self))
    let start = computingTime()
    func isLate(after allowed: Double) -> Bool { computingTime() - start > allowed + bound }
    if let complaint = SyntaxStructure.complaintAboutLayout(of: source.text) { return "the layout is wrong: \(complaint)" }
    if isLate(after: 0) { return "parsing and laying out took too long" }
    _ = Interpreter.completeness(of: source.text)
    let interpreter = Interpreter(libraries: [inert], session: Session(isSafe: true)) { _ in }
    // Test threads have small stacks.
    interpreter.stackSize = 400 << 10
    for problem in interpreter.check(source) { _ = problem.rendered() + problem.json }
    if isLate(after: 0) { return "checking took too long" }
    Memory.limit = 64 << 20
    let stop = DispatchWorkItem { Interrupt.request() }
    DispatchQueue.global().asyncAfter(deadline: .now() + patience, execute: stop)
    do {
      _ = try interpreter.run(source).value.quoted
    } catch {
      _ = error.rendered() + error.json
    }
    stop.cancel()
    Interrupt.clear()
    return isLate(after: patience) ? "running was not stopped" : nil
  }
}
