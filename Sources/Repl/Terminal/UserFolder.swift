// Where a user's files lie, by the XDG base directory specification.

enum UserFolder {
  /// $XDG_STATE_HOME, else ~/.local/state; nil without a home.
  static var state: String? { path("XDG_STATE_HOME", else: "/.local/state") }
  /// $XDG_CONFIG_HOME, else ~/.config; nil without a home.
  static var configuration: String? { path("XDG_CONFIG_HOME", else: "/.config") }

  /// The specification has relative paths passed over.
  private static func path(_ variable: String, else folder: String) -> String? {
    Terminal.environment(variable).flatMap { $0.hasPrefix("/") ? $0 : nil } ?? Terminal.environment("HOME").map { $0 + folder }
  }
}
