// How an error looks: head, excerpt with carets, notes, hint, traceback (language.md section 5).

extension Diagnostic {
  /// Excerpts longer than this are cut around the caret.
  private static let widest = 100
  private static let shownCalls = 8

  /// The full text, several lines, no newline at the end.
  public func rendered(coloured: Bool = false) -> String {
    let paint = Paint(isOn: coloured)
    var lines = [paint.head(self) + " " + paint.bold(message)]
    let shown = ([primary].compactMap { $0 } + secondary).filter { !$0.span.source.bytes.isEmpty }
    if let first = primary ?? shown.first {
      lines.append(paint.faint("  --> ") + first.span.place)
      lines += excerpts(shown, paint)
    }
    lines += notes.map { paint.faint("  = ") + $0 }
    if let hint { lines.append(paint.hint("  hint:") + " " + hint) }
    if !traceback.isEmpty {
      lines.append(paint.faint("  calls, innermost first:"))
      let calls = Self.grouped(traceback)
      lines += calls.prefix(Self.shownCalls).map { "    \($0)" }
      let more = calls.count - Self.shownCalls
      if more > 0 { lines.append("    and \(more) more") }
    }
    return lines.joined(separator: "\n")
  }

  /// A line a call; a recursion's equal ones are one line.
  private static func grouped(_ calls: [CallSite]) -> [String] {
    var groups: [(line: String, count: Int)] = []
    for call in calls {
      let line = "\(call.function) at \(call.span.place)"
      if groups.last?.line == line { groups[groups.count - 1].count += 1 } else { groups.append((line, 1)) }
    }
    return groups.map { $0.count == 1 ? $0.line : "\($0.line), \($0.count) times" }
  }

  /// One line: kind, message, place.
  public func short(coloured: Bool = false) -> String {
    let head = Paint(isOn: coloured).head(self)
    return "\(head) \(message)" + (place.isEmpty ? "" : " (\(place))")
  }

  /// The excerpts of every line that carries a label, in the order of the text.
  private func excerpts(_ labels: [Label], _ paint: Paint) -> [String] {
    var rows: [(source: Source, line: Int, labels: [Label])] = []
    for label in labels {
      let line = label.span.source.position(of: label.span.range.lowerBound).line
      if let index = rows.firstIndex(where: { $0.source === label.span.source && $0.line == line }) {
        rows[index].labels.append(label)
      } else {
        rows.append((label.span.source, line, [label]))
      }
    }
    rows = rows.filter { $0.source === (primary ?? labels.first)?.span.source }
    rows.sort { $0.line < $1.line }
    let width = rows.map { String($0.line).count }.max() ?? 1
    let bar = paint.faint(String(repeating: " ", count: width) + " | ")
    var lines: [String] = []
    for (index, row) in rows.enumerated() {
      if index > 0, row.line > rows[index - 1].line + 1 { lines.append(paint.faint("...")) }
      let caret = (row.labels.first { $0.span.range == primary?.span.range } ?? row.labels[0]).span.range.lowerBound
      var excerpt = Excerpt(row.source, line: row.line, widest: Self.widest, caret: caret)
      for label in row.labels { excerpt.mark(label, isPrimary: label.span.range == primary?.span.range) }
      let number = String(repeating: " ", count: width - String(row.line).count) + String(row.line)
      lines.append(paint.faint(number + " | ") + excerpt.text)
      lines += excerpt.underlines().map { bar + paint.caret($0) }
    }
    return lines
  }
}

/// Colours of a terminal, or none.
private struct Paint {
  let isOn: Bool
  private func painted(_ text: String, _ code: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
  func head(_ diagnostic: Diagnostic) -> String {
    painted("\(diagnostic.severity.rawValue)[\(diagnostic.kind.rawValue)]:", diagnostic.severity == .error ? "1;31" : "1;33")
  }
  func bold(_ text: String) -> String { painted(text, "1") }
  func faint(_ text: String) -> String { painted(text, "2") }
  func hint(_ text: String) -> String { painted(text, "36") }
  func caret(_ text: String) -> String { painted(text, "31") }
}
