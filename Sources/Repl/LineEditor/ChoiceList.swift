// The list under the cell when several names fit: one a row with its note where they are few, in columns where they are many.

import Lang

enum ChoiceList {
  /// More than so many are shown only when the user says so.
  static let askedBeyond = 100

  /// The list, no row wider than the screen.
  static func text(_ choices: [Completion.Choice], columns: Int, rows: Int) -> String {
    let hasNotes = choices.contains { !$0.note.isEmpty }
    guard hasNotes, choices.count <= max(8, rows - 4) else { return table(choices.map(\.name), columns: columns) }
    let width = min(choices.map(\.name.displayWidth).max() ?? 0, max(8, columns / 2))
    return choices.map { choice in
      let name = choice.name.cut(to: width)
      let row = name + String(repeating: " ", count: max(0, width - name.displayWidth) + 2) + choice.note
      return row.trimmedEnd().cut(to: columns - 1)
    }.joined(separator: "\n")
  }

  /// Names in columns, as many as fit into the width, read downwards.
  static func table(_ names: [String], columns: Int) -> String {
    let names = names.map { $0.cut(to: columns - 1) }
    let cell = (names.map(\.displayWidth).max() ?? 0) + 2
    let perRow = max(1, columns / cell)
    let rows = (names.count + perRow - 1) / perRow
    return (0..<rows).map { row in
      stride(from: row, to: names.count, by: rows).map { index in
        names[index] + String(repeating: " ", count: max(0, cell - names[index].displayWidth))
      }.joined().trimmedEnd()
    }.joined(separator: "\n")
  }
}

extension String {
  /// Without the spaces at its end.
  func trimmedEnd() -> String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// At most so many columns wide, an ellipsis last where something is missing.
  func cut(to width: Int) -> String {
    guard displayWidth > width else { return self }
    var text = ""
    var used = 0
    for character in self {
      used += character.displayWidth
      guard used < width else { break }
      text.append(character)
    }
    return text + "…"
  }
}
