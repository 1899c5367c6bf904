// What $TERM says, made usable: an entry that terminfo lacks makes libedit print a warning and work as a
// dumb terminal, although kitty, foot and their kin understand everything xterm does.

/// A terminal's kind, from its name.
struct TerminalName: Sendable, Equatable {
  let name: String

  /// Understands cursor movement, colour and bracketed paste.
  var understandsEscapes: Bool { name != "dumb" && name != "unknown" }

  /// Colours a name promises; the environment's COLORTERM may promise more.
  var has256Colours: Bool {
    name.contains("256color") || name.hasPrefix("xterm") || name.hasPrefix("tmux")
      || name.hasPrefix("screen")
  }

  /// Whether the locale's characters are UTF-8, as the environment says it. Where it says nothing (containers), they are
  /// taken to be: the program writes UTF-8.
  static func usesUTF8(_ environment: (String) -> String?) -> Bool {
    guard let locale = environment("LC_ALL") ?? environment("LC_CTYPE") ?? environment("LANG") else { return true }
    let name = locale.lowercased()
    return name.contains("utf-8") || name.contains("utf8")
  }

  var isScreen: Bool { name.hasPrefix("screen") }

  /// Terminals that understand xterm's language though their terminfo entry often is not installed.
  private static let modern = ["kitty", "foot", "alacritty", "ghostty", "wezterm", "contour", "tmux", "konsole"]

  /// The name to work under: `name` where terminfo knows it, else xterm-256color for the modern
  /// terminals, else dumb.
  /// - Parameter isKnown: whether terminfo has an entry.
  static func usable(_ name: String?, isKnown: (String) -> Bool) -> TerminalName {
    guard let name, !name.isEmpty else { return TerminalName(name: "dumb") }
    if isKnown(name) { return TerminalName(name: name) }
    let isModern = modern.contains { name.contains($0) } || name.hasPrefix("xterm")
    return TerminalName(name: isModern ? "xterm-256color" : "dumb")
  }

  /// Whether terminfo has an entry, looked up where ncurses looks: $TERMINFO, the home directory,
  /// $TERMINFO_DIRS, the system's places.
  static func isInstalled(_ name: String) -> Bool {
    guard let first = name.first, !name.contains("/") else { return false }
    var places: [String] = []
    if let place = Terminal.environment("TERMINFO") { places.append(place) }
    if let home = Terminal.environment("HOME") { places.append(home + "/.terminfo") }
    if let list = Terminal.environment("TERMINFO_DIRS") {
      places += list.split(separator: ":").map(String.init)
    }
    places += ["/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/lib/terminfo"]
    return places.contains { Terminal.fileExists("\($0)/\(first)/\(name)") }
  }

  /// The terminal this process runs in.
  static let current = usable(Terminal.environment("TERM"), isKnown: isInstalled)
}
