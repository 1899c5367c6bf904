// Printing, types, errors, the world outside.

import Foundation
import Tensor

extension Library {
  static let general = Library("General", [
    Builtin(
      "print(...values, sep = \" \", end = \"\\n\")",
      """
      write values, separated by spaces

      Strings come without quotes, tensors with dtype and shape. `sep` stands between the values, `end` after the last.
      A formatted string says how many digits: `print(f"loss {x:.4f}")`.
      """,
      example: "print(\"loss\", 0.5)",
      fails: [.argument("print(\"loss\", 0.5, seperator = \" \")", "print has no argument `seperator`")],
      see: ["str", "show"]
    ) { call in
      // A tensor that cannot be computed is an error, not a text.
      for case .tensor(let tensor) in call.rest { try tensor.evaluated() }
      call.print(try call.rest.map(\.text).joined(separator: call.string("sep")) + call.string("end"))
      return .none
    },
    Builtin(
      "type(x)", "the name of a value's type",
      example: "type([1, 2])",
      fails: [.argument("type(1, 2)", "type takes one argument, not 2")]
    ) { call in
      .string(call["x"].typeName)
    },
    Builtin(
      "help(...names)",
      """
      explain a builtin or a function; without a name, list them all

      Takes functions and values, or text: the name of a builtin, of a library (`help("tensors")`), a keyword or an operator
      (`help("for")`, `help("|>")`). At the prompt `?name` does the same.
      """,
      example: "help(softmax)",
      fails: [.name("help(\"sofmax\")", "help: nothing is named `sofmax`")],
      see: ["reference", "type"]
    ) { call in
      let interpreter = call.interpreter
      let texts = try call.rest.map { try interpreter.help(on: $0, call) }
      call.print((texts.isEmpty ? interpreter.overview : texts.joined(separator: "\n\n")) + "\n")
      return .none
    },
    Builtin(
      "reference()", "every builtin's signature, line and example, as Markdown",
      example: "len(reference()) > 1000",
      fails: []
    ) { call in
      .string(call.interpreter.reference)
    },
    Builtin(
      "fail(message, hint = none)",
      """
      stop with an error

      The error's kind is value; `hint` is shown below it. `try ... catch err { ... }` takes it: err has kind, message, hint, where.
      """,
      example: "try fail(\"no data\") catch err { err.message }",
      fails: [.type("fail(404)", "fail: `message` is a number; expected a string")]
    ) { call in
      var error = call.error(.value, "", hint: try call.optionalString("hint"))
      error.message = try call.string("message")
      throw error
    },
    Builtin(
      "clock()", "seconds of a steady clock, for measuring",
      example: "clock() > 0",
      fails: []
    ) { _ in
      .number(Double(DispatchTime.now().uptimeNanoseconds) * 1e-9)
    },
    Builtin(
      "sleep(seconds)", "wait; Ctrl-C ends it",
      example: "sleep(0)",
      fails: [.type("sleep(\"1\")", "sleep: `seconds` is a string; expected a number")]
    ) { call in
      let end = Date().addingTimeInterval(try call.number("seconds"))
      while end.timeIntervalSinceNow > 0 {
        try Interrupt.check()
        Thread.sleep(forTimeInterval: min(0.05, max(end.timeIntervalSinceNow, 0)))
      }
      return .none
    },
    Builtin(
      "env(name, default = none)",
      """
      an environment variable

      `default` is what it gives where the variable is not set.
      """,
      example: "env(\"HOME\", \"\")",
      fails: [.name("env(HOME)", "nothing is named `HOME`")]
    ) { call in
      ProcessInfo.processInfo.environment[try call.string("name")].map { .string($0) } ?? call["default"]
    },
    Builtin(
      "args()",
      """
      the arguments after the script's name

      Values with a name and a default are better declared: `param steps = 500`, set by `--steps 2000`.
      """,
      example: "args()",
      fails: []
    ) { call in
      .list(call.session.arguments.map { .string($0) })
    },
    Builtin(
      "exit(code = 0)",
      """
      end the program

      0 tells the shell that all went well, 1 to 255 that something did not.
      """,
      example: "if false { exit(1) }",
      fails: [.value("exit(256)", "exit: `code` is 256; expected a whole number from 0 to 255")]
    ) { call in
      var request = Diagnostic(.exit, "exit")
      request.exitCode = try call.integer("code", in: 0...255)
      throw request
    },
    Builtin(
      "threads(n = none)", "how many cores tensors use; with a number, set it",
      example: "threads() >= 1",
      fails: [.value("threads(0)", "threads: `n` is 0; expected 1 to 256")]
    ) { call in
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
      """
      how products of float32 are computed: float32, or bfloat16 (rounded factors, float32 sums); with a name, set it

      bfloat16 rounds the factors and sums in float32: half the memory traffic, and three digits instead of seven.
      """,
      example: "precision()",
      fails: [.value("precision(\"float16\")", "precision: `name` is \"float16\"; expected \"float32\", \"bfloat16\"")],
      options: ["name": ProductPrecision.names]
    ) { call in
      if !call["name"].isNone,
        let chosen = ProductPrecision(rawValue: try call.choice("name", ProductPrecision.names))
      {
        ProductPrecision.current = chosen
      }
      return .string(ProductPrecision.current.rawValue)
    },
    Builtin(
      "same(a, b)",
      """
      whether two values are equal, tensors compared whole

      Unlike `==`, which compares tensors element by element and gives a tensor.
      """,
      example: "same(ones([2]), ones([2]))",
      fails: [.argument("same([1, 2])", "same needs `b`")],
      see: ["allclose"]
    ) { call in
      .bool(try Value.equal(call["a"], call["b"]))
    },
  ])
}
