// What stands between the program and the terminal: tmux and screen answer for themselves, and hand on what they do not
// know only when asked to.

/// A program that shows several terminals in one.
enum Multiplexer: Sendable, Equatable {
  case tmux, screen

  /// The one this process runs in. Over ssh only TERM tells.
  static func around(_ terminal: TerminalName, environment: (String) -> String?) -> Multiplexer? {
    if environment("TMUX") != nil || terminal.name.hasPrefix("tmux") { return .tmux }
    return environment("STY") != nil || terminal.isScreen ? .screen : nil
  }
}

enum Tmux {
  /// Bytes that tmux hands to the terminal around it, where its option allow-passthrough is on; else it drops them.
  static func passedThrough(_ bytes: [UInt8]) -> [UInt8] {
    var wrapped = Array("\u{1b}Ptmux;".utf8)
    wrapped.reserveCapacity(bytes.count + 16)
    for byte in bytes {
      if byte == 0x1B { wrapped.append(byte) }
      wrapped.append(byte)
    }
    return wrapped + Array("\u{1b}\\".utf8)
  }
}
