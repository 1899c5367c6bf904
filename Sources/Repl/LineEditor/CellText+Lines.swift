// Lines and words of a cell: where they begin and end, and what the keys that kill them take away.

extension CellText {
  /// Where the cursor's line begins, and where it ends (before its newline).
  var lineStart: Int { (scalars[..<cursor].lastIndex(of: "\n") ?? -1) + 1 }
  var lineEnd: Int { scalars[cursor...].firstIndex(of: "\n") ?? scalars.count }

  /// The text from the line's beginning to the cursor.
  var lineBeforeCursor: String { String(Array(scalars[lineStart..<cursor])) }

  /// The spaces that the cursor's line begins with, up to the cursor.
  var indentation: String { String(Array(scalars[lineStart..<cursor].prefix { $0 == " " })) }

  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar.isCombining
  }

  /// Where the word before the cursor begins, and where the one after it ends.
  var previousWord: Int {
    var place = cursor
    while place > 0, !Self.isWord(scalars[place - 1]) { place -= 1 }
    while place > 0, Self.isWord(scalars[place - 1]) { place -= 1 }
    return place
  }

  var nextWord: Int {
    var place = cursor
    while place < scalars.count, !Self.isWord(scalars[place]) { place += 1 }
    while place < scalars.count, Self.isWord(scalars[place]) { place += 1 }
    return place
  }

  /// To the line's beginning, from there to the cell's.
  mutating func moveToLineStart() { cursor = cursor == lineStart ? 0 : lineStart }

  /// To the line's end, from there to the cell's.
  mutating func moveToLineEnd() { cursor = cursor == lineEnd ? scalars.count : lineEnd }

  /// Moves to the same column of the line above (or its end); false on the first line.
  mutating func moveUp() -> Bool {
    let start = lineStart
    guard start > 0 else { return false }
    let column = cursor - start
    let above = (scalars[..<(start - 1)].lastIndex(of: "\n") ?? -1) + 1
    cursor = min(above + column, start - 1)
    return true
  }

  /// Moves to the same column of the line below (or its end); false on the last line.
  mutating func moveDown() -> Bool {
    let column = cursor - lineStart
    let end = lineEnd
    guard end < scalars.count else { return false }
    let belowEnd = scalars[(end + 1)...].firstIndex(of: "\n") ?? scalars.count
    cursor = min(end + 1 + column, belowEnd)
    return true
  }

  /// Takes away what lies between the cursor and another place; nil where that is nothing.
  mutating func take(to place: Int) -> String? {
    let range = min(place, cursor)..<max(place, cursor)
    guard !range.isEmpty else { return nil }
    let taken = String(Array(scalars[range]))
    scalars.removeSubrange(range)
    cursor = range.lowerBound
    return taken
  }

  /// Takes the rest of the line; at its end the newline.
  mutating func takeToLineEnd() -> String? { take(to: cursor == lineEnd ? min(cursor + 1, scalars.count) : lineEnd) }

  /// Takes the line up to the cursor; at its beginning the newline before it.
  mutating func takeToLineStart() -> String? { take(to: cursor == lineStart ? max(cursor - 1, 0) : lineStart) }

  /// How many rows of a screen it takes, behind a prompt of so many columns.
  func rows(columns: Int, prompt: Int = 0) -> Int {
    var rows = 0
    for (index, line) in scalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      rows += max(0, line.count + (index == 0 ? prompt : 0)) / max(1, columns) + 1
    }
    return rows
  }
}

extension Unicode.Scalar {
  /// Whether it changes the scalar before it.
  var isCombining: Bool { properties.canonicalCombiningClass != .notReordered }
}
