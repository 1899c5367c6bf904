// Pictures, plots and progress.

import Lang
import Tensor

extension Library {
  static let shows = Library("Pictures and plots", [
    Builtin(
      "show(x, range = none)",
      """
      an image or a plot, inline; images [n, H, W, C] as a grid; everything else as text

      `range` [black, white] says what floats of images mean, as for `grid`. Where the terminal shows no pictures they come as
      blocks or are described: `--images` chooses.
      """,
      example: "show(grid(zeros([4, 8, 8, 1])))",
      fails: [
        .value("show(zeros([4, 8, 8, 1]), range = [1, 0])", "show: `range` needs two numbers, black and white: [-1, 1]"),
      ],
      see: ["grid", "plot", "print", "save"]
    ) { call in
      try call.display(call["x"])
      return .none
    },
    Builtin(
      "plot(x, y = none, label = \"\", title = \"\")",
      """
      a line through values, or through points x, y; a record of lists gives a line each

      `plot(y)` counts x from 0; `plot({loss_u: us, loss_v: vs})` draws a line for each field, with a legend. `label` names the line, `title`
      stands above. The value is a plot: shown at the prompt, by `show`, or written by `save("loss.png", p)`.
      """,
      example: "plot([3, 1, 2])",
      fails: [
        .type("plot(\"losses\")", "plot: a string is no list of numbers"),
        .shape("plot([1, 2, 3], [4, 5])", "x and y must be equally long, got 3 and 2"),
      ],
      see: ["scatter", "hist", "show", "save"]
    ) { call in
      var plot: Plot
      if case .record(let lines) = call["x"] {
        plot = Plot(series: try lines.map { name, values in
          let y = try call.numbers(values)
          return Plot.Series(mark: .line, label: name, x: y.indices.map(Double.init), y: y)
        })
      } else if call["y"].isNone {
        plot = .line(try call.numbers(call["x"]), label: try call.string("label"))
      } else {
        plot = try .line(x: call.numbers(call["x"]), y: call.numbers(call["y"]), label: call.string("label"))
      }
      plot.title = try call.string("title")
      return .object(plot)
    },
    Builtin(
      "scatter(points, y = none, classes = none, title = \"\")", "points [n, 2], or x and y; coloured by class",
      example: "scatter([[0, 1], [1, 2]])",
      fails: [
        .shape("scatter([1, 2, 3])", "scatter: `points` is float32[3]; expected [n, 2]"),
        .shape("scatter([[0, 1], [1, 2]], classes = [0])", "x and classes must be equally long, got 2 and 1"),
      ],
      see: ["plot"]
    ) { call in
      let classes = try call["classes"].isNone ? nil : call.numbers(call["classes"]).map { Int(max(-1e15, min($0.isNaN ? -1 : $0, 1e15))) }
      var plot: Plot
      if call["y"].isNone {
        let points = try call.tensor("points")
        guard points.rank == 2, points.shape[1] == 2 else {
          throw call.error(.shape, "`points` is \(points); expected [n, 2]", argument: "points")
        }
        let numbers = try points.scalars(Double.self)
        let x = stride(from: 0, to: numbers.count, by: 2).map { numbers[$0] }
        let y = stride(from: 1, to: numbers.count, by: 2).map { numbers[$0] }
        plot = try .scatter(x: x, y: y, classes: classes)
      } else {
        plot = try .scatter(x: call.numbers(call["points"]), y: call.numbers(call["y"]), classes: classes)
      }
      plot.title = try call.string("title")
      return .object(plot)
    },
    Builtin(
      "hist(x, bins = none, title = \"\")",
      """
      how many values fall where

      `bins` is how many bars, 1 to 512; without it as many as the values fill.
      """,
      example: "hist(normal(key(0), [100]))",
      fails: [
        .type("hist(\"a\")", "hist: a string is no list of numbers"),
        .value("hist([1, 2], bins = 0)", "hist: `bins` is 0; expected a whole number from 1 to 512"),
      ],
      see: ["plot", "describe"]
    ) { call in
      var plot = Plot.histogram(try call.numbers(call["x"]), bins: try call["bins"].isNone ? nil : call.integer("bins", in: 1...512))
      plot.title = try call.string("title")
      return .object(plot)
    },
    Builtin(
      "progress(xs, title = \"progress\")", "walks xs and shows how far it has come",
      example: "for x in progress([1, 2]) { x }",
      fails: [
        .type("progress(100)", "progress: `xs` is a number; expected something to walk: a list, range or tensor"),
      ],
      see: ["enumerate"]
    ) { call in
      let xs = call["xs"]
      let title = try call.string("title")
      _ = try call.iterator("xs")
      return .object(LazySequence("progress", count: xs.count) {
        let next = try xs.iterator()
        let progress = Progress(title, total: xs.count)
        var done = 0
        return {
          if done > 0 { progress.update(done) }
          guard let item = try next?() else {
            progress.finish()
            return nil
          }
          done += 1
          return item
        }
      })
    },
  ])
}

extension Call {
  fileprivate func numbers(_ value: Value) throws -> [Double] {
    if case .list(let items) = value {
      let plain = items.compactMap { if case .number(let number) = $0 { number } else { nil } }
      if plain.count == items.count { return plain }
    }
    guard let tensor = try value.asTensor() else {
      throw error(.type, "\(value.kindInWords) is no list of numbers")
    }
    return try tensor.scalars(Double.self)
  }

  /// As `show` does: pictures as pictures, tensors that hold images as a grid.
  fileprivate func display(_ value: Value) throws {
    switch value {
    case .object(let object):
      if let picture = object as? Picture { return Stage.show(.picture(picture)) }
      if let plot = object as? Plot { return Stage.show(.plot(plot)) }
    case .tensor(let tensor) where tensor.rank >= 3 && Picture.isImageShape(tensor):
      var picture = try Picture.grid(Picture.pictures(of: tensor.shown(valueRange()), limit: 256))
      picture.caption = Picture.describe(tensor)
      return Stage.show(.picture(picture))
    case .list(let items) where !items.isEmpty && items.allSatisfy(\.isPicture):
      return Stage.show(.picture(try Picture.grid(items.map { try picture($0, "x") })))
    default: break
    }
    print(value.text + "\n")
  }
}

extension Value {
  fileprivate var isPicture: Bool {
    if case .object(let object) = self { object is Picture } else { false }
  }
}
