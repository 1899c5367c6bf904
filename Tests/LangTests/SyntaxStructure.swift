// A syntax tree as text without its places, for comparing trees of different texts.

@testable import Lang

enum SyntaxStructure {
  /// The tree of a program, nil where it has syntax errors.
  static func of(_ text: String) -> String? {
    guard let program = try? Parser.program(Source(name: "test", text: text)) else { return nil }
    var out = program.isHidden ? "hidden " : ""
    for statement in program.statements {
      write(statement, &out)
      out += "\n"
    }
    return out
  }

  private static func write(_ value: Any, _ out: inout String) {
    if value is Range<Int> { return }
    let mirror = Mirror(reflecting: value)
    if mirror.children.isEmpty {
      out += String(reflecting: value)
      return
    }
    out += "("
    for child in mirror.children where !(child.value is Range<Int>) {
      if let label = child.label { out += label + ":" }
      write(child.value, &out)
      out += " "
    }
    out += ")"
  }

  /// The comments of a text, in order; nil where it has no tokens.
  static func comments(of text: String) -> [String]? {
    let source = Source(name: "test", text: text)
    var lexer = Lexer(source)
    guard (try? lexer.tokens()) != nil else { return nil }
    return lexer.comments.map { String(source.excerpt($0).trimmingEnd()) }
  }

  /// What is wrong with a script's layout, nil where nothing is.
  static func complaintAboutLayout(of text: String) -> String? {
    let source = Source(name: "test", text: text)
    let layout = try? ScriptLayout.formatted(source)
    guard let tree = of(text) else { return layout == nil ? nil : "what has syntax errors has a layout" }
    guard let layout else { return "there is none" }
    guard of(layout) == tree else { return "it is another program:\n\(layout)" }
    guard comments(of: layout) == comments(of: text) else { return "it has other comments:\n\(layout)" }
    let again = try? ScriptLayout.formatted(Source(name: "test", text: layout))
    return again == layout ? nil : "it has another layout:\n\(layout)\n----\n\(again ?? "none")"
  }
}
