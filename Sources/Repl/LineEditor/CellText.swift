// The text being edited and where the cursor is: a value, changed by functions that know no terminal.
// Scalars, not characters, because libedit counts in them.

import Foundation

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

  /// The text from the beginning to the cursor.
  var textBeforeCursor: String { String(Array(scalars[..<cursor])) }

  /// Puts text in at the cursor and the cursor behind it.
  mutating func insert(_ text: String) {
    let added = Array(text.unicodeScalars)
    scalars.insert(contentsOf: added, at: cursor)
    cursor += added.count
  }

  /// Puts a mark in that changes the scalar before it: one scalar of both where Unicode has it, since libedit counts a column
  /// for each.
  mutating func compose(_ mark: Unicode.Scalar) {
    let start = scalars[..<cursor].lastIndex { !$0.isCombining } ?? 0
    let whole = String(Array(scalars[start..<cursor]) + [mark]).normalized
    scalars.replaceSubrange(start..<cursor, with: whole.unicodeScalars)
    cursor = start + whole.unicodeScalars.count
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
}

extension String {
  init(_ scalars: [Unicode.Scalar]) {
    self = ""
    unicodeScalars.append(contentsOf: scalars)
  }

  /// Letters and their marks as one scalar each where Unicode has it (normal form C), so that equal names are equal texts.
  var normalized: String { utf8.allSatisfy { $0 < 0x80 } ? self : precomposedStringWithCanonicalMapping }
}
