// Cells shown at a terminal, or in the plain text of a pipe.

import Lang

/// Text and pictures to standard output, errors to the error output.
struct TerminalFront: FrontEnd {
  var display: Display
  /// Errors as a line of JSON each.
  var isJSON: Bool
  var errors: ErrorStyle

  init(display: Display = .standard(images: .auto), isJSON: Bool = false, errors: ErrorStyle = ErrorStyle()) {
    self.display = display
    self.isJSON = isJSON
    self.errors = errors
  }

  func show(_ output: Output) {
    switch output {
    case .text(let text): display.console.write(text)
    case .value(let text, let cell): display.console.write(cell.map { label($0, of: text) } ?? text + "\n")
    case .picture(let picture): display.show(picture)
    case .plot(let plot): display.show(plot)
    case .animation(let animation): display.show(animation)
    case .error(let error):
      let console = Console.errors
      console.write((isJSON ? error.json : errors.text(of: error, coloured: console.isColoured)) + "\n")
    }
  }

  private func label(_ cell: Int, of text: String) -> String {
    let label = "out[\(cell)]: "
    let painted = display.console.isColoured ? "\u{1B}[1;34m\(label)\u{1B}[0m" : label
    return painted + (text.contains("\n") ? "\n" : "") + text + "\n"
  }
}
