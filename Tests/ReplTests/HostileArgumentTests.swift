// Every builtin and operator with arguments nobody should give it: the answer is a value or an error of the language,
// never the end of the process. Seeds are fixed, memory and time bounded. IMF_HOSTILE_TRACE=1 prints each call before it
// is made, so that the last line before a crash is the culprit.

import Foundation
import Lang
import Tensor
import Testing

@testable import Repl

/// Repeatable choices.
private struct Choices {
  private var state: UInt64
  init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func below(_ count: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state >> 33) % count
  }

  mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }
}

/// As the language writes them.
private let hostile = [
  "none", "true", "false", "nan", "inf", "-inf", "1e300", "-1e300", "-1", "0", "1", "2", "3", "7", "0.5", "-0.0", "9007199254740993",
  "9223372036854775807", "-9223372036854775808", "4611686018427387904", "2147483647", "2147483648", "4294967296", "1e15",
  "1e-320", "\"\"", "\"a\"", "\"float32\"", "\"int64\"", "\"bool\"", "\"/\"", "\"\\u0000\"", "\"1e999\"", "\"π\"", "[]", "[[]]", "[[], [1]]", "[[1, 2], [3]]",
  "[1, 2, 3]", "[nan, inf]", "[true, false]", "[\"a\", 1]", "[none]", "[[[1]]]", "[1e300]", "[-1]", "[0]", "[0, 0]", "[2, -1]", "[-1, -1]",
  "[4294967296, 4294967296]", "[1e15]", "[1048576, 1048576]", "[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", "{}", "{a: 1}", "{a: [1, {b: none}]}", "x -> x", "() -> 1",
  "x -> none", "(x, y) -> x + y", "x -> x.nothing", "x -> zeros([0])", "sum", "grad", "key(0)", "0..3", "0..1e15", "range(0, 1, 1e-300)",
  "range(nan, 3)", "range(0, inf)", "3..0", "zeros([0])", "zeros([0, 3])", "zeros([3, 0])", "ones([2, 3])", "tensor(5)", "tensor([1, 2], dtype = \"int64\")",
  "tensor([0, 1], dtype = \"int32\")", "tensor([3, 0], dtype = \"uint8\")", "tensor([true, false])", "tensor([9223372036854775807], dtype = \"int64\")",
  "tensor([-9223372036854775808, 0], dtype = \"int64\")", "full([2], nan)", "full([3, 3], inf)", "ones([2, 3], dtype = \"bfloat16\")", "ones([4, 4], dtype = \"float64\")",
  "expand(ones([1]), [1048576, 1048576])", "zeros([4294967296, 8])", "ones([2, 3]).T", "arange(24).reshape(2, 3, 4)[::-1, :, ::2]", "enumerate([1])", "zip([1], [2])",
  "ones([1, 8, 8, 1])", "ones([2, 4, 4, 3])", "grid(zeros([1, 2, 2, 1]))", "plot([1, 2])", "hist([1, nan, 1e300])", "plot([inf, -inf, 1e300])",
  "imf({input_size: 4, in_channels: 1, hidden_size: 8, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 2})",
  "train_state(imf({input_size: 4, in_channels: 1, hidden_size: 8, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 2}))",
]

/// Not called: they end the process, wait, write files, or change what the other calls depend on.
private let excluded: Set = [
  "exit", "sleep", "write_text", "save", "memory_limit", "check_nan", "threads", "prepare", "train", "list_dir",
]

private struct Session {
  let interpreter = Interpreter(libraries: Library.program) { _ in }
  let traces = ProcessInfo.processInfo.environment["IMF_HOSTILE_TRACE"] != nil

  init() {
    interpreter.stackSize = 400 << 10
    Memory.limit = 256 << 20
    Stage.frontEnd = TerminalFront(display: Display(console: Console(isTerminal: false, isColoured: false, columns: 80) { _ in }) {
      .init(form: .caption, theme: .light)
    })
  }

  /// Runs a cell, a second at most, and shows what it gives; errors are welcome.
  func run(_ text: String) {
    if traces { FileHandle.standardError.write(Data((text + "\n").utf8)) }
    let stop = DispatchWorkItem { Interrupt.request() }
    DispatchQueue.global().asyncAfter(deadline: .now() + 1, execute: stop)
    if let outcome = try? interpreter.run(Source(name: "hostile", text: text)) { _ = outcome.value.quoted }
    stop.cancel()
    Interrupt.clear()
  }
}

@Suite(.serialized) struct HostileArgumentTests {
  /// Calls of builtins, by position and by name.
  @Test(arguments: 1...3) func builtinsAnswerOrFail(seed: Int) async {
    await #expect(processExitsWith: .success) { [seed] in
      var choices = Choices(seed: seed)
      let session = Session()
      let rows = session.interpreter.builtins.filter { !excluded.contains($0.name) }
      let end = Date().addingTimeInterval(12)
      for _ in 0..<1500 where Date() < end {
        let row = choices.pick(rows)
        let parameters = row.signature.parameters
        let count = choices.below(4) == 0 ? choices.below(5) : Swift.max(1, Swift.min(parameters.count, 1 + choices.below(4)))
        var arguments = (0..<count).map { _ in choices.pick(hostile) }
        if let last = parameters.last, count > 0, choices.below(3) == 0 {
          arguments[arguments.count - 1] = "\(last.name) = \(choices.pick(hostile))"
        }
        session.run("\(row.name)(\(arguments.joined(separator: ", ")))")
      }
    }
  }

  /// Operators, indices, slices, fields, loops and assignments.
  @Test(arguments: 1...2) func operatorsAnswerOrFail(seed: Int) async {
    await #expect(processExitsWith: .success) { [seed] in
      var choices = Choices(seed: 100 + seed)
      let session = Session()
      let operators = ["+", "-", "*", "/", "//", "%", "@", "^", "==", "<", ">=", "in", "..", "and", "|>"]
      let end = Date().addingTimeInterval(12)
      for _ in 0..<1500 where Date() < end {
        let (a, b, c, d) = ("(\(choices.pick(hostile)))", "(\(choices.pick(hostile)))", "(\(choices.pick(hostile)))", "(\(choices.pick(hostile)))")
        let field = choices.pick(["T", "shape", "dtype", "size", "rows", "params", "model", "loss"])
        session.run(
          choices.pick([
            "\(a) \(choices.pick(operators)) \(b)", "\(a)[\(b)]", "\(a)[\(b), \(c)]", "\(a)[\(b):\(c):\(d)]", "\(a)[..., \(b), new]",
            "\(a).\(field)", "x = \(a); x[\(b)] = \(c); x", "x = \(a); x[\(b):\(c)] = \(d); x", "x = \(a); x += \(b); x",
            "for i in \(a) { if i == \(b) { break } }", "if \(a) { 1 }", "f\"{\(a)} {\(b):.3f}\"", "-\(a)", "p, q = \(a); p", "[...\(a), \(b)]",
            "grad(x -> sum(x * \(a)))(\(b))", "jvp(x -> x \(choices.pick(operators)) \(a), [\(b)], [\(c)])", "vjp(x -> x[\(a)], [\(b)])[1](\(c))",
          ]))
      }
    }
  }
}
