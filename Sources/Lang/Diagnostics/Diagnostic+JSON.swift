// Diagnostics for programs: one line of JSON each, the same facts as the rendered text has (language.md lists the fields).

extension Diagnostic {
  /// One line of JSON: severity, kind, message, then where they are known file, line, column and end of the place, hint, notes, labels
  /// and the calls under way, innermost first.
  public var json: String {
    var fields = ["\"severity\":\"\(severity.rawValue)\"", "\"kind\":\(kind.rawValue.jsonQuoted)", "\"message\":\(message.jsonQuoted)"]
    if let primary { fields.append(primary.span.json) }
    if let hint { fields.append("\"hint\":\(hint.jsonQuoted)") }
    if !notes.isEmpty { fields.append("\"notes\":[\(notes.map(\.jsonQuoted).joined(separator: ","))]") }
    if !secondary.isEmpty {
      let labels = secondary.map { "{\"text\":\($0.text.jsonQuoted),\($0.span.json)}" }
      fields.append("\"labels\":[\(labels.joined(separator: ","))]")
    }
    if !traceback.isEmpty {
      let calls = traceback.map { "{\"function\":\($0.function.jsonQuoted),\($0.span.json)}" }
      fields.append("\"traceback\":[\(calls.joined(separator: ","))]")
    }
    return "{\(fields.joined(separator: ","))}"
  }
}

extension Span {
  /// `"file":"train.imf","line":3,"column":7,"end":{"line":3,"column":8}`: counted from 1, columns in characters; the end is
  /// the place behind the last character.
  fileprivate var json: String {
    let (line, column) = source.position(of: range.lowerBound)
    let end = source.position(of: range.upperBound)
    return "\"file\":\(source.name.jsonQuoted),\"line\":\(line),\"column\":\(column),"
      + "\"end\":{\"line\":\(end.line),\"column\":\(end.column)}"
  }
}

extension String {
  /// As JSON writes it.
  var jsonQuoted: String {
    var out = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
