// Every key the prompt relies on, bound here: libedit's manual and its defaults disagree, and terminals send
// different sequences for the same key. Notation is libedit's: ^X is Control-X, \e is Escape.

/// Rows of (key sequences, what they do): an action of ours or a function of libedit's.
enum KeyBindings {
  static let table: [(keys: [String], function: String)] = [
    (["^M", "^J"], EditAction.enter.rawValue),
    (["\\e^M", "\\e^J"], EditAction.newLine.rawValue),
    (["\\e[A", "\\eOA", "^P"], EditAction.up.rawValue),
    (["\\e[B", "\\eOB", "^N"], EditAction.down.rawValue),
    (["^D"], EditAction.endOrDelete.rawValue),
    (["^I"], EditAction.complete.rawValue),
    (["}"], EditAction.closeBrace.rawValue),
    (["\\e[200~"], EditAction.paste.rawValue),

    (["\\e[D", "\\eOD", "^B"], "ed-prev-char"),
    (["\\e[C", "\\eOC", "^F"], "ed-next-char"),
    (["\\e[1;5D", "\\e[1;3D", "\\e[5D", "\\eb"], "ed-prev-word"),
    (["\\e[1;5C", "\\e[1;3C", "\\e[5C", "\\ef"], "em-next-word"),
    (["\\e[H", "\\eOH", "\\e[1~", "\\e[7~", "^A"], "ed-move-to-beg"),
    (["\\e[F", "\\eOF", "\\e[4~", "\\e[8~", "^E"], "ed-move-to-end"),
    (["\\e[3~"], "ed-delete-next-char"),
    (["^?", "^H"], "ed-delete-prev-char"),
    (["^K"], "ed-kill-line"),
    (["^U"], "em-kill-line"),
    (["^W", "\\e^?", "\\e^H"], "ed-delete-prev-word"),
    (["\\ed"], "em-delete-next-word"),
    (["^Y"], "em-yank"),
    (["^T"], "ed-transpose-chars"),
    (["^L"], "ed-clear-screen"),

    // Keys that would otherwise type their own tail: Insert, Page Up, Page Down, and libedit's history.
    (["\\e[2~", "\\e[5~", "\\e[6~", "^R", "^S"], "ed-unassigned"),

    // Answers of a terminal that come when nobody waits for them any more.
    (["\\e[?", "\\e[4;", "\\e[6;", "\\e[8;"], EditAction.skipControlReply.rawValue),
    (["\\eP", "\\e_", "\\e]"], EditAction.skipStringReply.rawValue),
  ]
}
