// What :term says: what was found out about the terminal, and the one thing that would let it show more.

/// The terminal in words.
struct TerminalReport {
  let text: String

  /// - Parameter ask: asks the terminal; nil where there is none.
  init(_ surroundings: ImageSurroundings, asking ask: (TerminalQuestion) -> TerminalReplies? = TerminalReplies.ask) {
    var replies: TerminalReplies?
    let form = surroundings.form { question in
      replies = ask(question)
      return replies
    }
    var lines: [(String, String)] = [("TERM", surroundings.terminal.name)]
    if let version = replies?.version { lines.append(("terminal", version)) }
    if let multiplexer = surroundings.multiplexer { lines.append(("inside", "\(multiplexer)")) }
    if let size = surroundings.size { lines.append(("size", "\(size.columns) x \(size.rows) characters")) }
    lines.append(("pictures", Self.words(form)))
    if let room = form.room {
      lines.append(("room", "\(room.width) x \(room.height) pixels" + (room.cell.map { ", characters of \($0.width) x \($0.height)" } ?? "")))
    }
    if surroundings.isRemote { lines.append(("ssh", "pictures are kept below 256 KiB")) }
    let hint = Self.hint(surroundings, form)
    text = lines.map { "  \($0.0)" + String(repeating: " ", count: 10 - $0.0.count) + "\($0.1)\n" }.joined() + (hint.map { "  \($0)\n" } ?? "")
  }

  private static func words(_ form: ImageForm) -> String {
    switch form {
    case .sixel(let room): "sixel, \(room.colours) colours"
    case .kitty: "kitty's protocol"
    case .iterm: "iTerm2's protocol"
    case .blocks(.trueColour): "half blocks in 24-bit colour"
    case .blocks(.palette256): "half blocks in 256 colours"
    case .ascii: "characters"
    case .caption: "described in words"
    }
  }

  private static func hint(_ surroundings: ImageSurroundings, _ form: ImageForm) -> String? {
    switch form {
    case .sixel, .kitty, .iterm: nil
    case _ where !surroundings.isTerminal: "the output is no terminal: --images sixel writes pictures all the same"
    case _ where surroundings.multiplexer == .tmux:
      "in a terminal with kitty's protocol, `set -g allow-passthrough on` in .tmux.conf lets pictures through; tmux 3.4 built with sixel shows sixel"
    case _ where surroundings.multiplexer == .screen: "screen lets no pictures through; tmux can"
    case _ where surroundings.refusesColour: "NO_COLOR is set: without it pictures come in half blocks"
    case .blocks(.palette256): "COLORTERM=truecolor lets half blocks have 24-bit colour, where the terminal has it; xterm shows sixel with -ti vt340"
    case .blocks, .ascii, .caption: "terminals with sixel, kitty's or iTerm2's protocol show every pixel: xterm -ti vt340, foot, kitty, WezTerm"
    }
  }
}
