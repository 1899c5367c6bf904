// The terminal.

import Lang

extension Command {
  static let surroundings = [
    Command(":term", "what is known of the terminal, and what would let it show more") { prompt, _ in
      prompt.console.write(TerminalReport(ImageSurroundings.current(mode: .auto)).text)
    },
  ]
}
