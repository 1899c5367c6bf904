// The text being edited and where the cursor is: a value, changed by functions that know no terminal.
// Scalars, not characters, because libedit counts in them.

/// A cell under the editor's hands: any number of lines and a cursor between two scalars.
struct CellText: Equatable {
  var scalars: [Unicode.Scalar]
  var cursor: Int

  init(_ text: String = "", cursor: Int? = nil) {
    scalars = Array(text.unicodeScalars)
    self.cursor = min(cursor ?? scalars.count, scalars.count)
  }

  init(scalars: [Unicode.Scalar], cursor: Int) {
    self.scalars = scalars
    self.cursor = cursor
  }

  var text: String { String(scalars) }
  var isEmpty: Bool { scalars.isEmpty }

  /// Where the cursor's line begins, and where it ends (before its newline).
  var lineStart: Int { (scalars[..<cursor].lastIndex(of: "\n") ?? -1) + 1 }
  var lineEnd: Int { scalars[cursor...].firstIndex(of: "\n") ?? scalars.count }

  /// The text from the line's beginning to the cursor.
  var lineBeforeCursor: String { String(Array(scalars[lineStart..<cursor])) }

  /// The text from the beginning to the cursor.
  var textBeforeCursor: String { String(Array(scalars[..<cursor])) }

  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }

  /// Puts text in at the cursor and the cursor behind it.
  mutating func insert(_ text: String) {
    let added = Array(text.unicodeScalars)
    scalars.insert(contentsOf: added, at: cursor)
    cursor += added.count
  }

  /// Takes away scalars before the cursor, at most what is there.
  mutating func deleteBackward(_ count: Int) {
    let start = max(0, cursor - count)
    scalars.removeSubrange(start..<cursor)
    cursor = start
  }

  /// Takes away the scalar behind the cursor, if there is one.
  mutating func deleteForward() {
    if cursor < scalars.count { scalars.remove(at: cursor) }
  }

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
}

extension String {
  init(_ scalars: [Unicode.Scalar]) {
    self = ""
    unicodeScalars.append(contentsOf: scalars)
  }
}
