// Programs drawn by lot, the same for the same seed: every form of the grammar, with line breaks, blank lines and comments
// wherever the grammar lets them stand.

struct ProgramGenerator {
  private var lots: SeededGenerator
  private var text = ""
  /// Whether line breaks mean nothing here: inside brackets and not in a block of theirs.
  private var ignoresBreaks = [false]
  private var comments = 0

  init(seed: UInt64) { lots = SeededGenerator(seed: seed) }

  /// A program without syntax errors; its names are bound to nothing.
  static func program(seed: UInt64) -> String {
    var generator = ProgramGenerator(seed: seed)
    generator.statements(1 + generator.below(4), depth: 3)
    return generator.text
  }

  private mutating func below(_ n: Int) -> Int { lots.below(n) }
  private mutating func one<T>(of choices: [T]) -> T { choices[below(choices.count)] }

  // MARK: words and what stands between them

  private mutating func comment() -> String {
    comments += 1
    return one(of: ["#", "# ", "## ", "#%% ", "#! ", "# (", "# \"", "# é "]) + "\(comments)" + one(of: ["", "", " ", "  \t"])
  }

  /// A word. `mayBreak`: a line may end before it although no bracket is open.
  private mutating func put(_ words: String..., mayBreak: Bool = false) {
    for (index, word) in words.enumerated() {
      // The parser wants an arrow beside its parameters.
      let canBreak = (ignoresBreaks.last == true || (mayBreak && index == 0)) && word != "->"
      switch below(canBreak ? 40 : 12) {
      case 0: text += "\t"
      case 1: text += "   "
      case 2: text += " \\\n"
      case 12, 13: text += "\n"
      case 14: text += "\n\n\n   "
      case 15: text += "  \(comment())\n"
      case 16: text += "\n\(comment())\n\n\(comment())\n"
      case 17 where "([{,".contains(text.last ?? " "): text += "\n"
      default: text += " "
      }
      text += word
    }
  }

  private mutating func bracketed(_ open: String, _ close: String, _ body: (inout ProgramGenerator) -> Void) {
    put(open)
    ignoresBreaks.append(true)
    body(&self)
    put(close)
    ignoresBreaks.removeLast()
  }

  /// Zero to three elements with commas between them, and sometimes after the last.
  private mutating func listed(atLeast least: Int = 0, _ element: (inout ProgramGenerator, Int) -> Void) {
    let count = least + one(of: [0, 1, 1, 2, 2, 3, 6])
    for index in 0..<count {
      element(&self, index)
      if index + 1 < count || below(6) == 0 { put(",") }
    }
  }

  private mutating func name() -> String { one(of: ["a", "b", "x", "loss", "velocity_field", "σ", "e1", "new_value", "data"]) }

  // MARK: statements

  private mutating func statements(_ count: Int, depth: Int) {
    for _ in 0..<count {
      switch below(8) {
      case 0: text += "\n\(comment())\n"
      case 1: text += "\n\n\n"
      default: break
      }
      statement(depth)
      text += one(of: ["\n", "\n", "\n", ";\n", "; ", " ;;\n", "  \(comment())\n", "   \(comment())\n\n\n\(comment())\n", ";  \(comment())\n"])
    }
  }

  private mutating func block(_ depth: Int, mayBreak: Bool = true) {
    if mayBreak, below(8) == 0 { text += "\n" }
    put("{")
    ignoresBreaks.append(false)
    if below(2) == 0 {
      for index in 0..<below(3) {
        if index > 0 { put(";") }
        statement(depth - 1)
      }
    } else {
      text += one(of: ["\n", "  \(comment())\n", "\n\n\(comment())\n"])
      statements(below(3), depth: depth - 1)
      if below(4) == 0 { text += "\n\(comment())\n" }
    }
    put("}")
    ignoresBreaks.removeLast()
  }

  private mutating func statement(_ depth: Int) {
    switch below(depth > 0 ? 16 : 6) {
    case 0, 1, 2: assignment(depth)
    case 3, 4: expression(depth)
    case 5:
      put("assert")
      logic(depth)
      put(",")
      expression(depth)
    case 6:
      put(name(), ",", name(), "=")
      expression(depth)
      if below(2) == 0 {
        put(",")
        expression(depth)
      }
    case 7:
      put(name(), one(of: ["+=", "-=", "*=", "/=", "//=", "^=", "%=", "@="]))
      expression(depth)
    case 8, 9: function(depth)
    case 10:
      put("for", name(), ",", name(), "in")
      logic(depth - 1)
      block(depth)
    case 11:
      put("while")
      logic(depth - 1)
      block(depth)
    case 12: put("import", "\"lib.imf\"", "as", name())
    case 13:
      put("param", name(), "=")
      expression(depth)
    case 14: pipe(depth)
    default: conditional(depth)
    }
  }

  private mutating func assignment(_ depth: Int) {
    put(name())
    if below(4) == 0 { put(".", name()) }
    if below(4) == 0 { index(depth - 1) }
    put("=")
    expression(depth)
  }

  private mutating func function(_ depth: Int) {
    if below(2) == 0 { text += "\n## Of \(name()).\n" }
    put("fn", name())
    bracketed("(", ")") { generator in
      let firstDefault = generator.below(5)
      generator.listed { generator, index in
        generator.put("p\(index)")
        if generator.below(3) == 0 { generator.put(":", "[", "b", ",", "3", ",", "_", "]") }
        if index >= firstDefault { generator.put("=", "1") }
      }
    }
    if below(2) == 0 {
      block(depth)
    } else {
      put("=")
      expression(depth - 1)
    }
  }

  // MARK: expressions

  private mutating func expression(_ depth: Int) {
    switch below(depth > 0 ? 8 : 3) {
    case 3:
      if below(2) == 0 { put(name(), "->") } else { put("(", "p", ",", "q", ")", "->") }
      if below(2) == 0 { block(depth - 1) } else { expression(depth - 1) }
    case 4: pipe(depth - 1)
    default: logic(depth)
    }
  }

  private mutating func pipe(_ depth: Int) {
    logic(depth)
    for _ in 0...below(3) {
      put("|>", mayBreak: true)
      put(name())
      if below(2) == 0 { arguments(depth - 1) }
    }
  }

  private mutating func logic(_ depth: Int) {
    for index in 0...one(of: [0, 0, 0, 1, 2]) {
      if index > 0 { put(one(of: ["and", "or"])) }
      if below(5) == 0 { put("not") }
      sum(depth)
      if below(4) == 0 {
        put(one(of: ["==", "!=", "<", "<=", ">", ">=", "in"]))
        sum(depth - 1)
      }
    }
  }

  private mutating func sum(_ depth: Int) {
    for index in 0...one(of: [0, 0, 0, 1, 1, 2, 5]) {
      if index > 0 { put(one(of: ["+", "-", "*", "/", "//", "%", "@", "^", "**"])) }
      var mayBreak = index > 0
      while below(6) == 0 {
        put(one(of: ["-", "-", "+"]), mayBreak: mayBreak)
        mayBreak = false
      }
      postfix(index > 2 ? 0 : depth - 1)
    }
  }

  private mutating func postfix(_ depth: Int) {
    primary(depth)
    guard depth > 0 else { return }
    while below(3) == 0 {
      switch below(4) {
      case 0: arguments(depth - 1)
      case 1: index(depth - 1)
      case 2: put(".", one(of: ["shape", "T", "in", "e5"]))
      default:
        put(".", name())
        arguments(depth - 1)
      }
    }
  }

  private mutating func arguments(_ depth: Int) {
    bracketed("(", ")") { generator in
      generator.listed { generator, index in
        if index > 1 { generator.put(generator.below(3) == 0 ? "..." : "k\(index) =") } else if generator.below(9) == 0 { generator.put("...") }
        generator.expression(depth)
      }
    }
  }

  private mutating func index(_ depth: Int) {
    bracketed("[", "]") { generator in
      generator.listed(atLeast: 1) { generator, _ in
        switch generator.below(6) {
        case 0: generator.put("...")
        case 1: generator.put("new")
        case 2: generator.put("::", "-", "1")
        case 3:
          generator.sum(depth)
          generator.put(":")
          if generator.below(2) == 0 { generator.sum(depth) }
        default: generator.expression(depth)
        }
      }
    }
  }

  private mutating func conditional(_ depth: Int) {
    put("if")
    logic(depth - 1)
    block(depth)
    while below(3) == 0 {
      put("else", mayBreak: true)
      put("if")
      logic(depth - 1)
      block(depth)
    }
    guard below(2) == 0 else { return }
    put("else", mayBreak: true)
    block(depth)
  }

  private mutating func primary(_ depth: Int) {
    switch below(depth > 0 ? 16 : 7) {
    case 0, 1: put(one(of: ["0", "1", "3.25", "1_000", "0x1f", "1e-4", "2.", ".5", "1.5e300", "0b101", "12345678.125"]))
    case 2: put(one(of: ["\"a\"", "'b \\' c'", "\"\"\"one\n  two \n\"\"\"", "\"\\u00e9 日本 # no\"", "f\"{x:.3f} {{}} {a + {b: 1}.b}\"", "f'''\n{x}\n'''"]))
    case 3: put(one(of: ["true", "false", "none"]))
    case 4, 5, 6: put(name())
    case 7, 8:
      bracketed("[", "]") { generator in
        generator.listed { generator, _ in
          if generator.below(8) == 0 { generator.put("...") }
          generator.expression(depth - 1)
        }
      }
    case 9, 10:
      bracketed("{", "}") { generator in
        generator.listed(atLeast: 1) { generator, index in
          switch index == 0 ? 2 : generator.below(5) {
          case 0: return generator.put(generator.name())
          case 1: generator.put("...")
          case 2: generator.put("k\(index)", ":")
          case 3: generator.put("\"a/b\"", ":")
          default:
            generator.put("[")
            generator.expression(depth - 1)
            generator.put("]", ":")
          }
          generator.expression(depth - 1)
        }
      }
    case 11: bracketed("(", ")") { $0.expression(depth - 1) }
    case 12:
      bracketed("(", ")") { generator in
        generator.expression(depth - 1)
        generator.put(",")
        if generator.below(2) == 0 { generator.expression(depth - 1) }
      }
    case 13:
      bracketed("(", ")") { generator in
        generator.sum(depth - 1)
        generator.put("..")
        generator.sum(depth - 1)
      }
    case 14: conditional(depth - 1)
    default:
      put("try")
      ignoresBreaks.append(false)
      block(depth - 1, mayBreak: false)
      ignoresBreaks.removeLast()
      put("catch", mayBreak: true)
      put(name())
      block(depth - 1)
    }
  }
}
