// The one file that holds libedit's pointers. It hands each key that the program itself acts on to
// `LineEditor` as an action on a `CellText`, and carries the changed text back into libedit.
// Recipes (pushed keys, own reader, prompt literals): libedit 3.1-20221030 as tried.

import CEditShim
import CEditline
import Glibc

/// An open libedit.
final class Editline {
  /// Carries out an action on the text.
  var onAction: (EditAction, inout CellText) -> EditReaction = { _, _ in .nothing }
  /// Brings the next scalar; nil ends the reading of this cell.
  var onRead: () -> Unicode.Scalar? = { nil }

  /// What stands before the text; its parts without width are bracketed by `literal`.
  var prompt = "" {
    didSet {
      free(shownPrompt)
      shownPrompt = strdup(prompt)
    }
  }

  private let editor: OpaquePointer
  private var shownPrompt: UnsafeMutablePointer<CChar>?

  /// Brackets the parts of a prompt that take no room.
  static let literal: Unicode.Scalar = "\u{1}"
  /// Read in place of a key, it performs `EditAction.step`. Control-^.
  static let stepKey: Unicode.Scalar = "\u{1e}"
  /// Read in place of a key, it ends the cell and moves below it: libedit's own end of line. Control-\.
  static let runKey: Unicode.Scalar = "\u{1c}"

  /// Opens the editor on standard input and output; nil when libedit cannot.
  /// The C function is el_init.
  init?(program: String) {
    guard let opened = edit_open(program) else { return nil }
    editor = opened
    edit_set_client(editor, Unmanaged.passUnretained(self).toOpaque())
    edit_set_editor(editor, "emacs")
    edit_set_signal(editor, 0)
    edit_set_prompt(editor, { Editline.of($0)?.shownPrompt }, CChar(Self.literal.value))
    edit_set_reader(editor, { Editline.read($0, into: $1) })
    for (action, function) in Self.functions {
      edit_add_function(editor, action.function, action.function, function)
    }
    bind("^\\", to: "ed-newline")
    bind("^^", to: EditAction.step.function)
    // While editing, Ctrl-C, Ctrl-Z and Ctrl-\ are keys - in a paste they are nothing - and Ctrl-S and Ctrl-Q as well.
    for flag in ["-isig", "-ixon"] { edit_set_terminal(editor, "-d", flag) }
    // Otherwise what is typed waits unseen, and the next prompt shows it; Ctrl-\ ends nothing (terminal_guard.c has the same).
    for flag in ["-icanon", "-echo", "quit="] { edit_set_terminal(editor, "-x", flag) }
  }

  deinit {
    el_end(editor)
    free(shownPrompt)
  }

  /// Binds a key sequence, in libedit's notation, to a function of libedit's or an action's name.
  func bind(_ keys: String, to function: String) { edit_bind(editor, keys, function) }

  /// Edits until a cell is ready; nil when `onRead` or an action ended it.
  /// The C function is el_wgets.
  func edit() -> String? {
    var count: Int32 = 0
    guard let line = el_wgets(editor, &count), count > 0 else { return nil }
    let scalars = UnsafeBufferPointer(start: line, count: Int(count))
      .compactMap { Unicode.Scalar(UInt32(bitPattern: $0)) }
    return String(scalars.last == "\n" ? Array(scalars.dropLast()) : scalars)
  }

  /// The text under edit.
  var text: CellText {
    guard let line = el_wline(editor)?.pointee, let start = line.buffer else { return CellText() }
    let all = UnsafeBufferPointer(start: start, count: line.lastchar - start)
    return CellText(
      scalars: all.map { Unicode.Scalar(UInt32(bitPattern: $0)) ?? "\u{FFFD}" },
      cursor: line.cursor - start)
  }

  /// Makes libedit's text this one, touching only what differs.
  /// The C functions are el_cursor, el_deletestr and el_winsertstr.
  func setText(_ wanted: CellText) {
    let present = text
    let limit = min(present.scalars.count, wanted.scalars.count)
    var head = 0
    while head < limit, present.scalars[head] == wanted.scalars[head] { head += 1 }
    var tail = 0
    while tail < limit - head,
      present.scalars[present.scalars.count - 1 - tail] == wanted.scalars[wanted.scalars.count - 1 - tail]
    { tail += 1 }
    let removed = present.scalars.count - tail - head
    let added = wanted.scalars[head..<(wanted.scalars.count - tail)]
    var cursor = present.cursor
    if removed > 0 {
      el_cursor(editor, Int32(head + removed - cursor))
      el_deletestr(editor, Int32(removed))
      cursor = head
    }
    if !added.isEmpty {
      el_cursor(editor, Int32(head - cursor))
      el_winsertstr(editor, added.map { wchar_t(bitPattern: $0.value) } + [0])
      cursor = head + added.count
    }
    el_cursor(editor, Int32(wanted.cursor - cursor))
  }

  /// Draws prompt and text anew at the screen's cursor.
  func refresh() { edit_refresh(editor) }

  /// Takes over a new window size. The C function is el_resize.
  func resize() { el_resize(editor) }

  /// Raw for editing, or as the user had it. The C function is el_set EL_PREP_TERM.
  func prepareTerminal(raw: Bool) { edit_prepare_terminal(editor, raw ? 1 : 0) }

  // MARK: Callbacks

  private static func of(_ editor: OpaquePointer?) -> Editline? {
    guard let editor, let client = edit_client(editor) else { return nil }
    return Unmanaged<Editline>.fromOpaque(client).takeUnretainedValue()
  }

  private static func read(_ editor: OpaquePointer?, into place: UnsafeMutablePointer<wchar_t>?) -> Int32 {
    guard let scalar = of(editor)?.onRead() else {
      errno = EINTR
      return -1
    }
    place?.pointee = wchar_t(bitPattern: scalar.value)
    return 1
  }

  static func perform(_ action: EditAction, _ editor: OpaquePointer?) -> UInt8 {
    guard let line = of(editor) else { return UInt8(CC_ERROR) }
    let before = line.text
    var text = before
    let reaction = line.onAction(action, &text)
    if text != before { line.setText(text) }
    switch reaction {
    case .nothing: return UInt8(text.scalars == before.scalars ? CC_CURSOR : CC_REFRESH)
    case .draw: return UInt8(CC_REFRESH)
    case .refuse: return UInt8(CC_ERROR)
    case .endInput: return UInt8(CC_EOF)
    case .redraw:
      // Not CC_REDISPLAY, which would clear as many lines above as the text has.
      line.refresh()
      return UInt8(CC_NORM)
    }
  }
}
