// What keys ask for, and what the editor does about it: the words between libedit (Editline) and the prompt (LineEditor).

/// What a key asks for. Each is a libedit function of its own, because libedit tells a callback the key
/// but not the function it was bound to.
enum EditAction: String, CaseIterable {
  case enter, newLine, up, down, lineStart, lineEnd
  case deleteBackward, deleteForward, deleteOrEnd
  case killToLineEnd, killToLineStart, killWordBackward, killWordForward, yank, undo
  case complete, unindent, closeBrace, paste
  case searchOlder, searchNewer, openEditor
  /// Goes on with what an earlier action or a signal left to do; no key of the keyboard's.
  case step

  /// Its name among libedit's functions.
  var function: String { "imf-\(rawValue)" }
}

/// What the editor does after an action.
enum EditReaction {
  /// Draw what changed.
  case nothing
  /// Draw the prompt, too: it may have changed.
  case draw
  case refuse
  case endInput
  /// Something was written below the text: draw prompt and text anew.
  case redraw
}
