// Strings.

extension Library {
  static let text = Library("Text", [
    Builtin(
      "str(x, format = \"\")",
      """
      a value as text

      `format` is what stands behind the colon in f"{x:.2f}", as in Python: `.3f` digits, `>8` width, `05d`, `.2e`, `,`, `.1%`.
      """,
      example: "str(0.5, \".2f\")",
      fails: [
        .type("str(\"half\", \".2f\")", "the format `f` needs a number"),
        .value("str(0.5, \"2q\")", "`2q` is no format"),
      ],
      see: ["num", "int"]
    ) { call in
      .string(try call["x"].formatted(call.string("format")))
    },
    Builtin(
      "int(x)", "a whole number from text, a number (towards zero) or a truth value",
      example: "int(\"42\")",
      fails: [.value("int(\"4.5\")", "int: \"4.5\" is no whole number")],
      see: ["num", "round", "floor"]
    ) { call in
      switch call["x"] {
      case .bool(let flag): return .number(flag ? 1 : 0)
      case .string(let text):
        let trimmed = text.filter { !$0.isWhitespace }
        guard let number = Int(trimmed), number.magnitude <= 1 << 53 else {
          throw call.error(.value, "\"\(text)\" is no whole number", argument: "x", hint: "`num` reads fractions")
        }
        return .number(Double(number))
      default:
        let number = try call.number("x")
        guard number.isFinite else { throw call.error(.value, "\(number.shown) is no whole number", argument: "x") }
        return .number(number.rounded(.towardZero))
      }
    },
    Builtin(
      "num(x)", "a number from text",
      example: "num(\"1e-3\")",
      fails: [.value("num(\"one\")", "num: \"one\" is no number")],
      see: ["int", "str"]
    ) { call in
      guard case .string(let text) = call["x"] else { return .number(try call.number("x")) }
      guard let number = Double(text.filter { !$0.isWhitespace }) else {
        throw call.error(.value, "\"\(text)\" is no number", argument: "x")
      }
      return .number(number)
    },
    Builtin(
      "join(parts, separator = \"\")", "a list as one string",
      example: "join([1, 2, 3], \", \")",
      fails: [.type("join(\", \", [\"a\", \"b\"])", "join: `parts` is a string and `separator` a list")],
      see: ["split"]
    ) { call in
      if case .string(let text) = call["parts"], case .list = call["separator"] { throw call.joinedBackwards(text) }
      let parts = try call.list("parts").map(\.text), separator = try call.string("separator")
      let between = separator.utf8.count.multipliedReportingOverflow(by: max(parts.count - 1, 0))
      try Operators.admitText(
        between.overflow ? .max : parts.reduce(between.partialValue) { $0 &+ $1.utf8.count }, for: "join")
      return .string(parts.joined(separator: separator))
    },
    Builtin(
      "replace(text, old, new)", "text with every `old` as `new`",
      example: "replace(\"a-b\", \"-\", \"+\")",
      fails: [.value("replace(\"a-b\", \"\", \"+\")", "replace: `old` is empty")]
    ) { call in
      let old = try call.string("old")
      guard !old.isEmpty else { throw call.error(.value, "`old` is empty", argument: "old") }
      let text = try call.string("text"), new = try call.string("new")
      let most = (text.utf8.count / old.utf8.count).multipliedReportingOverflow(by: new.utf8.count)
      if most.overflow || most.partialValue > Operators.longestText {
        let growth = text.ranges(of: old).count.multipliedReportingOverflow(by: new.utf8.count)
        try Operators.admitText(growth.overflow ? .max : growth.partialValue, for: "replace")
      }
      return .string(text.replacing(old, with: new))
    },
    Builtin(
      "starts_with(text, part)", "whether text begins so",
      example: "starts_with(\"net/u\", \"net\")",
      fails: [.type("starts_with([\"net/u\"], \"net\")", "starts_with: `text` is a list; expected a string")]
    ) { call in
      .bool(try call.string("text").hasPrefix(call.string("part")))
    },
    Builtin(
      "ends_with(text, part)", "whether text ends so",
      example: "ends_with(\"a.npz\", \".npz\")",
      fails: [.type("ends_with(\"a.npz\", 3)", "ends_with: `part` is a number; expected a string")]
    ) { call in
      .bool(try call.string("text").hasSuffix(call.string("part")))
    },
    Builtin(
      "upper(text)", "in capitals",
      example: "upper(\"imf\")",
      fails: [.type("upper(7)", "upper: `text` is a number; expected a string")]
    ) { call in .string(try call.string("text").uppercased()) },
    Builtin(
      "lower(text)", "in small letters",
      example: "lower(\"FID\")",
      fails: [.type("lower(none)", "lower: `text` is none; expected a string")]
    ) { call in .string(try call.string("text").lowercased()) },
    Builtin(
      "trim(text)", "without blanks at both ends",
      example: "trim(\"  a \")",
      fails: [.type("trim([\"a \"])", "trim: `text` is a list; expected a string")]
    ) { call in
      .string(try call.string("text")[...].trimmed)
    },
    Builtin(
      "contains(x, part)", "whether a string, list, record or range holds it",
      example: "contains(\"meanflow\", \"flow\")",
      fails: [
        .type("contains(\"meanflow\", 7)", "a number cannot be looked for in a string"),
        .type("contains(7, 7)", "a number cannot be looked for in a number"),
      ]
    ) { call in
      .bool(try Operators.contains(call["x"], call["part"]))
    },
  ])
}

extension Call {
  /// Python's `", ".join(xs)`.
  fileprivate func joinedBackwards(_ separator: String) -> Diagnostic {
    error(
      .type, "`parts` is a string and `separator` a list", argument: "parts",
      hint: "the list comes first: `xs.join(\(separator.jsonQuoted))`")
  }
}
