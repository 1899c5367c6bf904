// What Tab adds: the part that all fitting names share, or a list of them.

enum Completion {
  /// What to do about a word before the cursor.
  enum Answer: Equatable {
    case nothing
    /// Text to put in at the cursor.
    case insert(String)
    /// Several names fit and share no more than was typed.
    case choices([String])
  }

  /// - Parameters:
  ///   - names: all names that could stand here, in any order.
  ///   - offersAll: whether an empty word is answered too.
  static func answer(for word: String, among names: [String], offersAll: Bool = false) -> Answer {
    guard offersAll || !word.isEmpty else { return .nothing }
    let fitting = Set(names.filter { $0.hasPrefix(word) }).sorted()
    guard let first = fitting.first, let last = fitting.last else { return .nothing }
    // Sorted, so what the first and the last share, all share.
    let shared = zip(first, last).prefix { $0 == $1 }.map(\.0)
    let added = String(shared.dropFirst(word.count))
    if !added.isEmpty { return .insert(added) }
    return fitting.count > 1 ? .choices(fitting) : .nothing
  }

  /// Names in columns, as many as fit into the width.
  static func columns(_ names: [String], width: Int) -> String {
    let cell = (names.map(\.count).max() ?? 0) + 2
    let perRow = max(1, width / cell)
    let rows = (names.count + perRow - 1) / perRow
    return (0..<rows).map { row in
      stride(from: row, to: names.count, by: rows).map { index in
        names[index] + String(repeating: " ", count: cell - names[index].count)
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
}
