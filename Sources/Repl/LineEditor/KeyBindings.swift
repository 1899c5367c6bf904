// Every key the prompt relies on, bound here: libedit's manual and its defaults disagree, and terminals send
// different sequences for the same key. Notation is libedit's: ^X is Control-X, \e is Escape.

/// Rows of (key sequences, what they do): an action of ours or a function of libedit's.
enum KeyBindings {
  static let table: [(keys: [String], function: String)] = [
    (["^M", "^J"], EditAction.enter.function),
    // Alt-Enter; Shift-Enter of terminals that tell it apart.
    (["\\e^M", "\\e^J", "\\e[13;2u", "\\e[27;2;13~"], EditAction.newLine.function),
    (["\\e[A", "\\eOA", "^P", "\\ep"], EditAction.up.function),
    (["\\e[B", "\\eOB", "^N", "\\en"], EditAction.down.function),
    (["\\e[H", "\\eOH", "\\e[1~", "\\e[7~", "^A"], EditAction.lineStart.function),
    (["\\e[F", "\\eOF", "\\e[4~", "\\e[8~", "^E"], EditAction.lineEnd.function),
    (["^D"], EditAction.deleteOrEnd.function),
    (["\\e[3~"], EditAction.deleteForward.function),
    (["^?", "^H"], EditAction.deleteBackward.function),
    (["^K"], EditAction.killToLineEnd.function),
    (["^U"], EditAction.killToLineStart.function),
    (["^W", "\\e^?", "\\e^H"], EditAction.killWordBackward.function),
    (["\\ed", "\\e[3;5~", "\\e[3;3~"], EditAction.killWordForward.function),
    (["^Y"], EditAction.yank.function),
    (["^_", "^X^U"], EditAction.undo.function),
    (["^I"], EditAction.complete.function),
    (["\\e[Z"], EditAction.unindent.function),
    (["}"], EditAction.closeBrace.function),
    (["\\e[200~"], EditAction.paste.function),
    (["^R"], EditAction.searchOlder.function),
    (["^S"], EditAction.searchNewer.function),
    (["^X^E"], EditAction.openEditor.function),

    (["\\e[D", "\\eOD", "^B"], "ed-prev-char"),
    (["\\e[C", "\\eOC", "^F"], "ed-next-char"),
    (["\\e[1;5D", "\\e[1;3D", "\\e[5D", "\\eOd", "\\eb"], "ed-prev-word"),
    (["\\e[1;5C", "\\e[1;3C", "\\e[5C", "\\eOc", "\\ef"], "em-next-word"),
    (["^T"], "ed-transpose-chars"),
    (["^L"], "ed-clear-screen"),

    // Keys that would otherwise type their own tail: Insert, Page Up, Page Down; and libedit's own command line.
    (["\\e[2~", "\\e[5~", "\\e[6~", "\\ex", "\\eX"], "ed-unassigned"),
  ]

  /// The sequences of the table that begin with an Escape.
  static let sequences = Set(table.flatMap(\.keys).map(scalars).filter { $0.first == KeyReader.escape })

  /// What libedit's notation stands for.
  static func scalars(of notation: String) -> [Unicode.Scalar] {
    var scalars: [Unicode.Scalar] = []
    var rest = notation.unicodeScalars[...]
    while let first = rest.popFirst() {
      switch first {
      case "\\":
        rest.removeFirst()
        scalars.append(KeyReader.escape)
      case "^" where !rest.isEmpty:
        let key = rest.removeFirst()
        scalars.append(Unicode.Scalar(UInt8(key.value) ^ 0x40))
      default: scalars.append(first)
      }
    }
    return scalars
  }
}
