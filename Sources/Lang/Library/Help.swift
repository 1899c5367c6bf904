// What `help` prints and the reference page holds: both made from the rows, and from the table of the syntax.

extension Interpreter {
  /// The explanation of a builtin, a library, a keyword or operator, or of a function by name; nil where nothing is named so.
  public func help(_ name: String) -> String? {
    // What the session calls so comes before the builtin that it hides.
    if case .function(let function)? = self[name] { return help(on: .function(function)) }
    if let row = builtin(name) { return row.help }
    if let note = SyntaxNote.about(name) { return note.help }
    if let library = libraries.first(where: { $0.name.lowercased() == name.lowercased() }) { return library.help }
    if let value = value(at: name) { return help(on: value) }
    return nil
  }

  /// The explanation of a value.
  func help(on value: Value) -> String {
    switch value {
    case .function(let function):
      if function.isBuiltin, let row = builtin(function.name) { return row.help }
      return ([function.signature.text] + function.doc.indented).joined(separator: "\n")
    case .object(let object):
      let fields = object.fieldNames.isEmpty ? "" : "\n  fields: " + object.fieldNames.joined(separator: ", ")
      return object.summary + (object.signature.map { "\n  call it: " + $0.text } ?? "") + fields
    default: return "\(value.kindInWords)\n  \(value.quoted.prefix(200))"
    }
  }

  /// Everything that `help` takes as text.
  private var topics: [String] {
    builtins.map(\.name) + libraries.map { $0.name.lowercased() } + SyntaxNote.all.flatMap(\.names) + names
  }

  func help(on value: Value, _ call: Call) throws -> String {
    guard case .string(let name) = value else { return help(on: value) }
    if let text = help(name) { return text }
    throw call.error(
      .name, "nothing is named `\(name)`", hint: nearestName(to: name, among: topics).map { "did you mean `\($0)`?" })
  }

  /// All names by library.
  var overview: String {
    var lines = ["help(name) explains a name; help(\"tensors\") lists a group, help(\"for\") and help(\"|>\") explain the syntax."]
    for library in libraries { lines += ["", library.name] + Self.columns(library.rows.map(\.name)) }
    return (lines + ["", "Syntax"] + Self.columns(SyntaxNote.all.map(\.title))).joined(separator: "\n")
  }

  private static func columns(_ names: [String]) -> [String] {
    var lines = [" "]
    for name in names {
      if lines[lines.count - 1].count + name.count > 96 { lines.append(" ") }
      lines[lines.count - 1] += " " + name
    }
    return lines
  }
}

extension Builtin {
  /// Signature, documentation, example and mistakes, as the prompt shows them.
  public var help: String {
    var lines = [signature.text] + doc.indented
    let example = code(of: example)
    lines += example.contains("\n") ? ["  example:"] + example.indented.map { "  " + $0 } : ["  example: " + example]
    if !fails.isEmpty { lines.append("  fails:") }
    for misuse in fails { lines += misuse.code.indented.map { "  " + $0 } + ["      " + misuse.error] }
    if !see.isEmpty { lines.append("  see: " + see.joined(separator: ", ")) }
    return lines.joined(separator: "\n")
  }
}

extension Library {
  /// Its rows, a line each.
  var help: String {
    let width = min(20, rows.map(\.name.count).max() ?? 0)
    let lines = rows.map { row in
      "  " + row.name + String(repeating: " ", count: max(width - row.name.count, 0)) + "  " + row.summary
    }
    return ([name] + lines).joined(separator: "\n")
  }
}

extension String {
  /// Its lines, two blanks before each that is not empty; none of an empty text.
  var indented: [String] {
    isEmpty ? [] : split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  " + $0 }
  }
}
