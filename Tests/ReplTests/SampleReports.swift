// Reports for tests: cells that ran here.

import Lang

@testable import Repl

extension Report {
  /// What a script's cells show, run one by one as an export does.
  static func of(_ text: String, title: String = "sample", path: String? = nil) -> Report {
    let screen = Screen()
    let interpreter = Interpreter(libraries: Library.program) { Stage.show(.text($0)) }
    let run = RecordedRun(interpreter, targets: [], transcript: nil, title: title)
    Stage.playing(to: screen) { try? run.run(Source(name: "sample.imf", text: text, path: path), showsValue: false) }
    return run.report
  }

  /// Outputs in words, a line each.
  var words: [String] {
    cells.flatMap(\.outputs).map { output in
      switch output {
      case .text(let text), .value(let text, _): text
      case .picture(let picture): picture.captionLine
      case .plot(let plot): plot.captionLine
      case .animation(let animation): animation.captionLine
      case .error(let error): error.short()
      }
    }
  }
}
