// What a terminal is asked before the first picture: everything in one write, last what every terminal answers, so that
// its answer ends the wait. What a terminal might print or misread is left out.

/// A batch of queries and how long to wait for the answers.
struct TerminalQuestion: Equatable {
  let text: String
  let milliseconds: Int
  /// The terminal around tmux was asked, too: its answer comes after tmux's own.
  let asksAroundTmux: Bool

  /// The number of the picture in the query for kitty's protocol; the answer carries it.
  static let kittyNumber = 4207

  /// - Parameter milliseconds: the longest wait.
  init(terminal: TerminalName, multiplexer: Multiplexer?, milliseconds: Int) {
    // Cell size, text area, colour registers, largest sixel picture, background colour.
    var text = "\u{1b}[16t\u{1b}[14t\u{1b}[?1;1;0S\u{1b}[?2;1;0S\u{1b}]11;?\u{1b}\\"
    let kitty = "\u{1b}_Gi=\(Self.kittyNumber),s=1,v=1,a=q,t=d,f=24;AAAA\u{1b}\\"
    if multiplexer == .tmux {
      // Bare, it would become the pane's title.
      text += String(decoding: Tmux.passedThrough(Array(kitty.utf8)), as: UTF8.self)
    } else if multiplexer == nil, terminal.name != "linux" {
      // And the terminal's name and version. Old Linux consoles print both queries.
      text += kitty + "\u{1b}[>q"
    }
    self.text = text + "\u{1b}[c"
    self.milliseconds = milliseconds
    asksAroundTmux = multiplexer == .tmux
  }

  /// Whether nothing more is worth waiting for.
  func isAnswered(by replies: TerminalReplies) -> Bool {
    guard replies.isComplete else { return false }
    return !asksAroundTmux || replies.hasSixel || replies.hasKitty != nil
  }
}
