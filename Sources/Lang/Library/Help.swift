// What `help` prints, made from the rows.

extension Interpreter {
  /// The explanation of a name, nil where nothing is named so.
  public func help(_ name: String) -> String? {
    if let row = builtin(name) {
      return "\(row.signature.text)\n  \(row.doc)\n  example: \(row.example)"
    }
    guard case .function(let function)? = value(at: name) else { return nil }
    return function.signature.text + (function.doc.isEmpty ? "" : "\n  " + function.doc.replacing("\n", with: "\n  "))
  }

  func help(on value: Value?, _ call: Call) throws -> String {
    switch value {
    case nil: return overview
    case .string(let name):
      if let text = help(name) { return text }
      let known = builtins.map(\.name) + names
      throw call.error(
        .name, "nothing is named `\(name)`", hint: nearestName(to: name, among: known).map { "did you mean `\($0)`?" })
    case .function(let function):
      if function.isBuiltin, let text = help(function.name) { return text }
      return function.signature.text
        + (function.doc.isEmpty ? "" : "\n  " + function.doc.replacing("\n", with: "\n  "))
    case .object(let object)?:
      let fields = object.fieldNames.isEmpty ? "" : "\n  fields: " + object.fieldNames.joined(separator: ", ")
      return object.summary + (object.signature.map { "\n  call it: " + $0.text } ?? "") + fields
    case let other?: return "\(other.kindInWords)\n  \(other.quoted.prefix(200))"
    }
  }

  /// The reference page: every row, by library.
  public var reference: String {
    var lines = ["# Reference", "", "Made from the builtins' own rows by `print(reference())`; `help(name)` shows the same at the prompt."]
    for library in libraries {
      lines += ["", "## \(library.name)", ""]
      for row in library.rows {
        lines += ["### `\(row.signature.text)`", "\(row.doc)", "```", row.example, "```"]
      }
    }
    return lines.joined(separator: "\n")
  }

  /// All names by library.
  private var overview: String {
    var lines = ["help(name) explains a name."]
    for library in libraries {
      lines.append("\n\(library.name)")
      var line = " "
      for name in library.rows.map(\.name) {
        if line.count + name.count > 96 {
          lines.append(line)
          line = " "
        }
        line += " " + name
      }
      lines.append(line)
    }
    return lines.joined(separator: "\n")
  }
}
