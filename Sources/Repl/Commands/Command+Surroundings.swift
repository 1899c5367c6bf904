// The terminal.

import Lang

extension Command {
  static let surroundings = [
    Command(":redraw", "show the last picture again, in the present size; :redraw 1 the one before", needsTerminal: true) { prompt, argument in
      guard let back = argument.isEmpty ? 0 : Int(argument), back >= 0 else { throw Failure("expected how many pictures back: :redraw 1") }
      guard (Stage.frontEnd as? TerminalFront)?.display.redraw(back) == true else {
        throw Failure(back == 0 ? "no picture was shown yet" : "so many pictures are not kept")
      }
    },
    Command(":term", "what is known of the terminal, and what would let it show more", needsTerminal: true) { prompt, _ in
      prompt.say(TerminalReport(ImageSurroundings.current(mode: .auto)).text)
    },
  ]
}
