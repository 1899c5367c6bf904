// Printing, types, errors, the world outside.

import Foundation
import Tensor

extension Library {
  static let general = Library("General", [
    Builtin(
      "print(...values, sep = \" \", end = \"\\n\")", "write values, separated by spaces", example: "print(\"loss\", 0.5)"
    ) { call in
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
    Builtin("memory()", "the largest memory this process has taken so far, in MiB", example: "memory() > 1") { _ in
      var usage = rusage()
      // RUSAGE_SELF, whose C type changes between imports.
      getrusage(0, &usage)
      return .number((Double(usage.ru_maxrss) / 1024).rounded())
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
        guard count >= 1 else { throw call.error(.value, "`n` is \(count); expected at least 1", argument: "n") }
        Threads.count = count
      }
      return .number(Double(Threads.count))
    },
    Builtin(
      "precision(name = none)",
      "how products and convolutions of float32 tensors are computed: float32, or bfloat16 factors with float32 sums; with a name, set it",
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
    Builtin("profile(f)", "what f()'s tensors cost: [{operation, calls, seconds}], the dearest first", example: "profile(() -> eval(ones([64, 64]) @ ones([64, 64])))") { call in
      let function = try call.function("f")
      let (_, profile) = try Tensor::profile {
        // What f gives is computed while the clock runs.
        if let tree = try call.apply(function, []).asTree() { try evaluate(tree.leaves) }
      }
      return .list(profile.rows.map { row in
        .record(["operation": .string(row.operation), "calls": .number(Double(row.calls)), "seconds": .number(row.seconds)])
      })
    },
    Builtin("same(a, b)", "whether two values are equal, tensors compared whole", example: "same(ones([2]), ones([2]))") { call in
      .bool(try Value.equal(call["a"], call["b"]))
    },
  ])
}
