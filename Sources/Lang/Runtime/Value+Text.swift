// Values as text: as `print` shows them (`text`) and as the prompt does (`quoted`), bounded in length.

import Tensor

extension Double {
  /// Whole numbers without a point, everything else in its shortest exact form; read again, the text gives the number.
  public var shown: String {
    if self == rounded(), magnitude <= 0x1p53 {
      return self == 0 && sign == .minus ? "-0" : String(Int64(self))
    }
    if isNaN { return "nan" }
    if isInfinite { return self < 0 ? "-inf" : "inf" }
    return "\(self)"
  }
}

extension Value {
  /// As `print` shows it: a string bare, a tensor without axes as its number.
  public var text: String {
    switch self {
    case .string(let text): text
    // `print(-x)` of 0 shows no sign, which nobody asked about; where values are shown to be read again it stays.
    case .number(0): "0"
    case .tensor(let tensor) where tensor.rank == 0: TensorText(tensor).brief
    default: quoted
    }
  }

  /// As the prompt shows it: a string in quotes.
  public var quoted: String {
    var writer = ValueWriter()
    writer.write(self, indent: 0)
    return writer.text
  }
}

/// Writes one value; stops adding elements once the text is long.
private struct ValueWriter {
  /// A value that prints longer than this is shown with `...`.
  private static let longest = 20_000
  private static let lineWidth = 100
  private static let shownElements = 200

  var text = ""

  mutating func write(_ value: Value, indent: Int) {
    switch value {
    case .none: text += "none"
    case .bool(let flag): text += flag ? "true" : "false"
    case .number(let number): text += number.shown
    case .string(let string): text += string.jsonQuoted
    case .list(let items): writeList(items, indent)
    case .record(let record): writeRecord(record, indent)
    case .range(let range):
      text +=
        range.step == 1
        ? "\(range.start.shown)..\(range.end.shown)"
        : "range(\(range.start.shown), \(range.end.shown), \(range.step.shown))"
    case .tensor(let tensor): text += indent == 0 ? TensorText(tensor).full : TensorText(tensor).brief
    case .function(let function): text += (function.isBuiltin ? "builtin " : "fn ") + function.signature.text
    case .key(let key): text += "key(\(key.high), \(key.low))"
    case .error(let error): text += error.short()
    case .object(let object): text += indent == 0 ? object.details : object.summary
    }
  }

  private mutating func writeList(_ items: [Value], _ indent: Int) {
    writeParts(items.count, indent, "[", "]") { writer, index, inner in writer.write(items[index], indent: inner) }
  }

  private mutating func writeRecord(_ record: Record, _ indent: Int) {
    let fields = Array(record)
    writeParts(fields.count, indent, "{", "}") { writer, index, inner in
      let key = fields[index].key
      writer.text += (key.isIdentifier ? key : key.jsonQuoted) + ": "
      writer.write(fields[index].value, indent: inner)
    }
  }

  /// On one line where it fits, else an element a line.
  private mutating func writeParts(
    _ count: Int, _ indent: Int, _ open: String, _ close: String,
    _ part: (inout ValueWriter, Int, Int) -> Void
  ) {
    guard text.utf8.count < Self.longest, indent < 40 else {
      text += open + "..." + close
      return
    }
    let shown = min(count, Self.shownElements)
    var parts: [String] = []
    for index in 0..<shown {
      var writer = ValueWriter()
      part(&writer, index, indent + 1)
      parts.append(writer.text)
    }
    if shown < count { parts.append("... \(count - shown) more") }
    let line = open + parts.joined(separator: ", ") + close
    let isShort = line.count + 2 * indent <= Self.lineWidth && !line.contains("\n")
    let areAtoms = open == "[" && parts.allSatisfy { $0.count < 12 && !$0.contains("\n") }
    if isShort {
      text += line
    } else if areAtoms {
      text += open + Self.wrapped(parts, indent) + close
    } else {
      let pad = String(repeating: "  ", count: indent + 1)
      text += open + "\n" + parts.map { pad + $0 }.joined(separator: ",\n")
      text += "\n" + String(repeating: "  ", count: indent) + close
    }
  }

  private static func wrapped(_ parts: [String], _ indent: Int) -> String {
    var lines = [""]
    for (index, part) in parts.enumerated() {
      let piece = part + (index + 1 < parts.count ? ", " : "")
      if lines[lines.count - 1].count + piece.count > lineWidth - 2 * indent { lines.append("") }
      lines[lines.count - 1] += piece
    }
    return lines.joined(separator: "\n" + String(repeating: "  ", count: indent) + " ")
  }
}

extension String {
  /// Whether it can stand as a name.
  var isIdentifier: Bool {
    guard let first = utf8.first, first.startsName, Keyword(rawValue: self) == nil else { return false }
    return utf8.allSatisfy(\.continuesName) && unicodeScalars.allSatisfy(\.mayStandInName)
  }
}
