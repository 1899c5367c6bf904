// Printing, types, errors, the world outside.

import Foundation
import Tensor

extension Library {
  static let general = Library("General", [
    Builtin(
      "print(...values, sep = \" \", end = \"\\n\")", "write values, separated by spaces", example: "print(\"loss\", 0.5)"
    ) { call in
      // A tensor that cannot be computed is an error, not a text.
      for case .tensor(let tensor) in call.rest { try tensor.evaluated() }
      call.print(try call.rest.map(\.text).joined(separator: call.string("sep")) + call.string("end"))
      return .none
    },
    Builtin("type(x)", "the name of a value's type", example: "type([1, 2])") { call in
      .string(call["x"].typeName)
    },
    Builtin("help(...names)", "explain a builtin or a function; without a name, list them all", example: "help(softmax)") { call in
      call.print(try call.interpreter.help(on: call.rest.first, call) + "\n")
      return .none
    },
    Builtin("reference()", "every builtin's signature, line and example, as Markdown", example: "len(reference()) > 1000") { call in
      .string(call.interpreter.reference)
    },
    Builtin("fail(message, hint = none)", "stop with an error", example: "try fail(\"no data\") catch err { err.message }") { call in
      var error = call.error(.value, "", hint: try call.optionalString("hint"))
      error.message = try call.string("message")
      throw error
    },
    Builtin("clock()", "seconds of a steady clock, for measuring", example: "clock() > 0") { _ in
      .number(Double(DispatchTime.now().uptimeNanoseconds) * 1e-9)
    },
    Builtin("sleep(seconds)", "wait; Ctrl-C ends it", example: "sleep(0)") { call in
      let end = Date().addingTimeInterval(try call.number("seconds"))
      while end.timeIntervalSinceNow > 0 {
        try Interrupt.check()
        Thread.sleep(forTimeInterval: min(0.05, max(end.timeIntervalSinceNow, 0)))
      }
      return .none
    },
    Builtin("env(name, default = none)", "an environment variable", example: "env(\"HOME\", \"\")") { call in
      ProcessInfo.processInfo.environment[try call.string("name")].map { .string($0) } ?? call["default"]
    },
    Builtin("args()", "the arguments after the script's name", example: "args()") { call in
      .list(call.session.arguments.map { .string($0) })
    },
    Builtin("exit(code = 0)", "end the program", example: "if false { exit(1) }") { call in
      var request = Diagnostic(.exit, "exit")
      request.exitCode = try call.integer("code", in: 0...255)
      throw request
    },
    Builtin("threads(n = none)", "how many cores tensors use; with a number, set it", example: "threads() >= 1") { call in
      if let count = try call.optionalInteger("n") {
        guard (1...Threads.most).contains(count) else {
          throw call.error(.value, "`n` is \(count); expected 1 to \(Threads.most)", argument: "n")
        }
        Threads.count = count
      }
      return .number(Double(Threads.count))
    },
    Builtin(
      "precision(name = none)",
      "how products of float32 are computed: float32, or bfloat16 (rounded factors, float32 sums); with a name, set it",
      example: "precision()"
    ) { call in
      if let name = try call.optionalString("name") {
        guard let chosen = ProductPrecision(rawValue: name) else {
          throw call.error(
            .value, "there is no precision \"\(name)\"", argument: "name",
            hint: nearestName(to: name, among: ProductPrecision.allCases.map(\.rawValue)).map { "did you mean \"\($0)\"?" }
              ?? "it is \"float32\" or \"bfloat16\"")
        }
        ProductPrecision.current = chosen
      }
      return .string(ProductPrecision.current.rawValue)
    },
    Builtin("same(a, b)", "whether two values are equal, tensors compared whole", example: "same(ones([2]), ones([2]))") { call in
      .bool(try Value.equal(call["a"], call["b"]))
    },
  ])
}
