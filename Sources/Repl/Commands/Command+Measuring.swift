// How long code takes and where the time goes.

import Lang

extension Command {
  static let measuring = [
    .ending(":time code", "run a cell and say how long it took") { prompt, argument in
      guard !argument.isEmpty else { throw Failure("expected code: :time randn(100, 100) @ randn(100, 100)") }
      if let status = prompt.runCell(argument) { return status }
      if let cell = prompt.notebook.cells.last { prompt.say("\(NumberText.short(cell.seconds)) s\n") }
      return nil
    },
    Command(":bench code", "run code again and again; the least, the median and the longest time") { prompt, argument in
      guard !argument.isEmpty else { throw Failure("expected code: :bench randn(100, 100) @ randn(100, 100)") }
      let timing = try RepeatedTiming(of: argument, in: prompt.interpreter)
      prompt.say(timing.text + "\n")
    },
    Command(":prof code", "run code once and list its tensor operations by cost") { prompt, argument in
      guard !argument.isEmpty else { throw Failure("expected code: :prof randn(100, 100) @ randn(100, 100)") }
      let value = try Signals.whileComputing { () throws(Diagnostic) in
        try prompt.interpreter.profile(Source(name: ":prof", text: argument))
      }
      Stage.show(.value(value.quoted, cell: nil))
    },
  ]
}

/// The times of code that ran again and again, its output thrown away and its names put back.
struct RepeatedTiming {
  /// Sorted.
  let seconds: [Double]

  init(of text: String, in interpreter: Interpreter) throws {
    let source = Source(name: ":bench", text: text)
    let before = CellNames(source).bound.map { ($0, interpreter[$0]) }
    let last = interpreter["_"]
    defer {
      for (name, value) in before { interpreter[name] = value }
      interpreter["_"] = last
    }
    var times: [Double] = []
    let began = Terminal.monotonicSeconds()
    try Stage.playing(to: SilentFront()) { try Signals.whileComputing { () throws(Diagnostic) in
      // The first run may have to make what the others find made.
      _ = try interpreter.run(source)
      repeat {
        let start = Terminal.monotonicSeconds()
        _ = try interpreter.run(source)
        times.append(Terminal.monotonicSeconds() - start)
      } while times.count < 3 || (Terminal.monotonicSeconds() - began < 1 && times.count < 10_000)
    } }
    seconds = times.sorted()
  }

  var text: String {
    "\(Self.shown(seconds[0])) at best, \(Self.shown(seconds[seconds.count / 2])) median, \(Self.shown(seconds[seconds.count - 1])) at worst of \(seconds.count) runs"
  }

  static func shown(_ seconds: Double) -> String {
    for (unit, factor) in [("s", 1.0), ("ms", 1e3), ("us", 1e6)] where seconds * factor >= 1 || unit == "us" {
      return NumberText.short(seconds * factor) + " " + unit
    }
    return ""
  }
}

/// Shows nothing.
struct SilentFront: FrontEnd {
  func show(_ output: Output) {}
}
