// Strings.

extension Library {
  static let text = Library("Text", [
    Builtin("str(x, format = \"\")", "a value as text", example: "str(0.5, \".2f\")") { call in
      .string(try call["x"].formatted(call.string("format")))
    },
    Builtin("int(x)", "a whole number from text, a number (towards zero) or a truth value", example: "int(\"42\")") { call in
      switch call["x"] {
      case .bool(let flag): return .number(flag ? 1 : 0)
      case .string(let text):
        let trimmed = text.filter { !$0.isWhitespace }
        guard let number = Int(trimmed), number.magnitude <= 1 << 53 else {
          throw call.error(.value, "\"\(text)\" is no whole number", argument: "x", hint: "`num` reads fractions")
        }
        return .number(Double(number))
      default: return .number(try call.number("x").rounded(.towardZero))
      }
    },
    Builtin("num(x)", "a number from text", example: "num(\"1e-3\")") { call in
      guard case .string(let text) = call["x"] else { return .number(try call.number("x")) }
      guard let number = Double(text.filter { !$0.isWhitespace }) else {
        throw call.error(.value, "\"\(text)\" is no number", argument: "x")
      }
      return .number(number)
    },
    Builtin("join(parts, separator = \"\")", "a list as one string", example: "join([1, 2, 3], \", \")") { call in
      if case .string(let text) = call["parts"], case .list = call["separator"] { throw call.joinedBackwards(text) }
      return .string(try call.list("parts").map(\.text).joined(separator: call.string("separator")))
    },
    Builtin("replace(text, old, new)", "text with every `old` as `new`", example: "replace(\"a-b\", \"-\", \"+\")") { call in
      let old = try call.string("old")
      guard !old.isEmpty else { throw call.error(.value, "`old` is empty", argument: "old") }
      return .string(try call.string("text").replacing(old, with: call.string("new")))
    },
    Builtin("starts_with(text, part)", "whether text begins so", example: "starts_with(\"net/u\", \"net\")") { call in
      .bool(try call.string("text").hasPrefix(call.string("part")))
    },
    Builtin("ends_with(text, part)", "whether text ends so", example: "ends_with(\"a.npz\", \".npz\")") { call in
      .bool(try call.string("text").hasSuffix(call.string("part")))
    },
    Builtin("upper(text)", "in capitals", example: "upper(\"imf\")") { call in .string(try call.string("text").uppercased()) },
    Builtin("lower(text)", "in small letters", example: "lower(\"FID\")") { call in .string(try call.string("text").lowercased()) },
    Builtin("trim(text)", "without blanks at both ends", example: "trim(\"  a \")") { call in
      let text = try call.string("text")
      let start = text.firstIndex { !$0.isWhitespace } ?? text.endIndex
      let end = text.lastIndex { !$0.isWhitespace }.map { text.index(after: $0) } ?? start
      return .string(String(text[start..<end]))
    },
    Builtin("contains(x, part)", "whether a string, list, record or range holds it", example: "contains(\"meanflow\", \"flow\")") { call in
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
