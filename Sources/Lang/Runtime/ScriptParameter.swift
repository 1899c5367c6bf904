// What a script's `param` statements say: for the command line, which sets them, and for `script.imf --help`, which lists them.

/// One `param name = default` of a script.
public struct ScriptParameter: Sendable {
  /// What its texts on the command line are read as. A default that has to be computed decides it only when it runs.
  public enum Kind: String, Sendable {
    case number, text, computed
    case flag = "true or false"
    case list = "list, with commas"
    case record
  }

  public let name: String
  /// The default, as written.
  public let initial: String
  public let kind: Kind
  /// The comment at its line's end, else the one right above it; empty where there is none.
  public let doc: String

  /// Whether the command line's text can be one of its values, as far as that shows before it runs.
  public func accepts(_ text: String) -> Bool {
    switch kind {
    case .number: Value(parameter: text, like: .number(0)) != nil
    case .flag: Value(parameter: text, like: .bool(false)) != nil
    case .list: Value(parameter: text, like: .list([])) != nil
    case .record: Value(parameter: text, like: .record(Record())) != nil
    case .text, .computed: true
    }
  }

  /// Fields given one by one as the text of a record, later ones winning: `a.b` is a field of a field. A value that is no number,
  /// truth value, list or record is a text.
  /// - Parameter whole: a record's text that was given besides.
  public static func recordText(_ fields: [(path: String, value: String)], over whole: String? = nil) -> String {
    func quoted(_ text: String) -> String {
      "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }
    func literal(_ text: String) -> String {
      let isValue = ["true", "false", "none"].contains(text) || text.hasPrefix("[") || text.hasPrefix("{") || Value(parameter: text, like: .number(0)) != nil
      return isValue && Value(literalText: text) != nil ? text : quoted(text)
    }
    var record = whole.flatMap { Value(literalText: $0) }.flatMap { if case .record(let record) = $0 { record } else { nil } } ?? Record()
    for (path, value) in fields {
      let names = path.split(separator: ".").map(String.init)
      let inner = names.reversed().reduce(literal(value)) { "{\(quoted($1)): \($0)}" }
      if case .record(let field)? = Value(literalText: inner) { record = record.merging(field) }
    }
    return Value.record(record).quoted
  }

  /// The parameters of a source, in its order; none where it has mistakes.
  public static func all(in source: Source) -> [ScriptParameter] {
    guard let program = try? Parser.program(source) else { return [] }
    return program.statements.compactMap { statement in
      guard case .parameter(let name, let value) = statement.form else { return nil }
      return ScriptParameter(
        name: name, initial: source.excerpt(value.range), kind: Kind(of: value), doc: source.comment(about: statement.range))
    }
  }
}

extension ScriptParameter.Kind {
  fileprivate init(of initial: Expression) {
    switch initial.form {
    case .number: self = .number
    case .negation(let value): self = Self(of: value) == .number ? .number : .computed
    case .bool: self = .flag
    case .string: self = .text
    case .list: self = .list
    case .record: self = .record
    default: self = .computed
    }
  }
}

extension Source {
  /// The comment that a script begins with, without its marks: what it is for.
  public var headComment: String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    if lines.first?.hasPrefix("#!") == true { lines.removeFirst() }
    return lines.prefix { $0.hasPrefix("#") && !$0.hasPrefix("#%%") }.map(Self.uncommented).joined(separator: "\n")
  }

  /// The comment that belongs to a statement: at its line's end, else in the lines right above.
  fileprivate func comment(about range: Range<Int>) -> String {
    let first = position(of: range.lowerBound).line, last = position(of: max(range.lowerBound, range.upperBound - 1)).line
    let behind = excerpt(range.upperBound..<max(range.upperBound, self.range(ofLine: last).upperBound))
    if let mark = behind.firstIndex(of: "#") { return Self.uncommented(behind[mark...]) }
    var lines: [String] = []
    var line = first - 1
    while line >= 1 {
      let text = excerpt(self.range(ofLine: line)).drop { $0 == " " || $0 == "\t" }
      guard text.hasPrefix("#"), !text.hasPrefix("#%%"), !text.hasPrefix("#!") else { break }
      lines.insert(Self.uncommented(text), at: 0)
      line -= 1
    }
    return lines.joined(separator: " ")
  }

  private static func uncommented(_ line: Substring) -> String { line.drop { $0 == "#" }.trimmed }
}
