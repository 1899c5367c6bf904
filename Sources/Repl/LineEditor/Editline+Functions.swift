// The functions that libedit calls, one for each action: a C function carries no context, so each names its own.

extension Editline {
  typealias Function = @convention(c) (OpaquePointer?, Int32) -> UInt8

  static let functions: [(EditAction, Function)] = [
    (.enter, { editor, _ in perform(.enter, editor) }),
    (.newLine, { editor, _ in perform(.newLine, editor) }),
    (.up, { editor, _ in perform(.up, editor) }),
    (.down, { editor, _ in perform(.down, editor) }),
    (.lineStart, { editor, _ in perform(.lineStart, editor) }),
    (.lineEnd, { editor, _ in perform(.lineEnd, editor) }),
    (.deleteBackward, { editor, _ in perform(.deleteBackward, editor) }),
    (.deleteForward, { editor, _ in perform(.deleteForward, editor) }),
    (.deleteOrEnd, { editor, _ in perform(.deleteOrEnd, editor) }),
    (.killToLineEnd, { editor, _ in perform(.killToLineEnd, editor) }),
    (.killToLineStart, { editor, _ in perform(.killToLineStart, editor) }),
    (.killWordBackward, { editor, _ in perform(.killWordBackward, editor) }),
    (.killWordForward, { editor, _ in perform(.killWordForward, editor) }),
    (.yank, { editor, _ in perform(.yank, editor) }),
    (.undo, { editor, _ in perform(.undo, editor) }),
    (.complete, { editor, _ in perform(.complete, editor) }),
    (.unindent, { editor, _ in perform(.unindent, editor) }),
    (.closeBrace, { editor, _ in perform(.closeBrace, editor) }),
    (.paste, { editor, _ in perform(.paste, editor) }),
    (.searchOlder, { editor, _ in perform(.searchOlder, editor) }),
    (.searchNewer, { editor, _ in perform(.searchNewer, editor) }),
    (.openEditor, { editor, _ in perform(.openEditor, editor) }),
    (.step, { editor, _ in perform(.step, editor) }),
  ]
}
