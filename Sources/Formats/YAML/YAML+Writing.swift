// YAML out: records as blocks, lists and everything inside them in flow form, texts plain where nothing else could be
// read. What is written reads back as the same value.

import OrderedCollections

/// A value as YAML, without an end of line. Tensors become lists of numbers; images have no YAML.
public func yamlText(of value: FileValue) -> String { YAML.text(of: value, indent: 0, isInFlow: false) }

extension YAML {
  fileprivate static func text(of value: FileValue, indent: Int, isInFlow: Bool) -> String {
    switch value {
    case .none: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .number(let number): return text(of: number)
    case .string(let text): return scalar(text)
    case .list(let items): return "[" + items.map { text(of: $0, indent: indent, isInFlow: true) }.joined(separator: ", ") + "]"
    case .record(let fields):
      if isInFlow || fields.isEmpty {
        return "{" + fields.map { scalar($0.key) + ": " + text(of: $0.value, indent: indent, isInFlow: true) }.joined(separator: ", ") + "}"
      }
      let pad = String(repeating: " ", count: indent)
      return fields.map { key, field in
        var isBlock = false
        if case .record(let inside) = field { isBlock = !inside.isEmpty }
        return pad + scalar(key) + (isBlock ? ":\n" : ": ") + text(of: field, indent: indent + 2, isInFlow: false)
      }.joined(separator: "\n")
    case .tensor(let tensor): return (try? tensor.nestedNumbers()).map { text(of: $0, indent: indent, isInFlow: true) } ?? "null"
    case .image: return "null"
    }
  }

  private static func text(of number: Double) -> String {
    if number.isNaN { return ".nan" }
    if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
    return number == number.rounded() && number.magnitude < 0x1p53 ? String(Int64(number)) : "\(number)"
  }

  /// Plain where it is a word, a path or a name that reads as itself; else in quotes, as JSON has them.
  private static func scalar(_ text: String) -> String {
    let isWord =
      text.first.map { $0.isASCII && ($0.isLetter || $0 == "/" || $0 == "_") } ?? false
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./".contains($0)) }
    if isWord, case .string(text) = YAMLScalar.value(text) { return text }
    return JSON.quoted(text)
  }
}
