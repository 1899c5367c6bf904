// Whether text is coloured: --color, else what the environment says by the names that most programs heed.

/// A person's wish.
enum ColourChoice: String, CaseIterable {
  /// Where it is a terminal that can.
  case auto
  case always, never

  /// NO_COLOR and CLICOLOR_FORCE, as no-color.org and bixense.com/clicolors describe them; the first is the stronger.
  static var current: ColourChoice {
    if Terminal.environment("NO_COLOR") != nil { return .never }
    return Terminal.environment("CLICOLOR_FORCE").map { $0 == "0" ? .auto : .always } ?? .auto
  }

  /// Makes this the wish, for programs started from here as well.
  func apply() {
    guard self != .auto else { return }
    Terminal.setEnvironment("NO_COLOR", self == .never ? "1" : "")
    Terminal.setEnvironment("CLICOLOR_FORCE", self == .always ? "1" : "")
  }

  func allows(isTerminal: Bool) -> Bool {
    switch self {
    case .auto: isTerminal
    case .always: true
    case .never: false
    }
  }
}
