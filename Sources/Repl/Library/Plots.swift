// Plots.

import Lang
import Tensor

extension Library {
  static let plots = Library("Drawing", [
    Builtin(
      "plot(x, y = none, label = \"\", title = \"\", xlabel = \"\", ylabel = \"\", log = \"\")",
      """
      a line through values, or through points x, y; a record of lists gives a line each

      `plot(y)` counts x from 0; `plot({loss_u: us, loss_v: vs})` draws a line for each field, with a legend, and `plot(x, {a: ..., b: ...})`
      along the same x; a tensor [n, 2] to [n, 10] gives a line a column. An image is drawn with axes. `label` names the line, `title`
      stands above, `xlabel` and `ylabel` name the axes, `log` "x", "y" or "xy" makes them logarithmic. What has no place on an axis
      leaves a gap and is counted below the plot. The value is a plot: shown at the prompt, by `show`, or written by
      `save("loss.png", p)` or `save("loss.svg", p)`.
      """,
      example: "plot([3, 1, 2], title = \"loss\", log = \"y\")",
      fails: [
        .type("plot(\"losses\")", "plot: a string is no list of numbers"),
        .shape("plot([1, 2, 3], [4, 5])", "x and y must be equally long, got 3 and 2"),
        .value("plot([1, 2], log = \"z\")", "plot: `log` is \"z\"; expected \"x\", \"y\", \"xy\" or \"\""),
        .shape("plot(zeros([3, 50]))", "plot: `x` is float32[3, 50]; expected at most 10 columns, a line each"),
      ],
      see: ["scatter", "hist", "heatmap", "plots", "show", "save"]
    ) { call in
      if let picture = try call.pictureToPlot() { return try call.labelled(Plot(surface: .picture(picture))) }
      let label = try call.string("label")
      if call["y"].isNone {
        let lines = try call.lines("x")
        return try call.labelled(
          Plot(series: lines.map { name, y in
            Plot.Series(mark: .line, label: name ?? label, x: y.indices.map(Double.init), y: y)
          }))
      }
      let x = try call.numbers(call["x"])
      var plot = Plot()
      for (name, y) in try call.lines("y") { plot.series += try Plot.line(x: x, y: y, label: name ?? label).series }
      return try call.labelled(plot)
    },
    Builtin(
      "scatter(points, y = none, classes = none, title = \"\", xlabel = \"\", ylabel = \"\", log = \"\")",
      """
      points [n, 2], or x and y; coloured by class

      Up to ten classes get a legend. The rest is as for `plot`.
      """,
      example: "scatter([[0, 1], [1, 2]], classes = [0, 1])",
      fails: [
        .shape("scatter([1, 2, 3])", "scatter: `points` is float32[3]; expected [n, 2]"),
        .shape("scatter([[0, 1], [1, 2]], classes = [0])", "x and classes must be equally long, got 2 and 1"),
      ],
      see: ["plot"]
    ) { call in
      let classes = try call["classes"].isNone ? nil : call.numbers(call["classes"]).map { Int(max(-1e15, min($0.isNaN ? -1 : $0, 1e15))) }
      guard call["y"].isNone else {
        return try call.labelled(.scatter(x: call.numbers(call["points"]), y: call.numbers(call["y"]), classes: classes))
      }
      let points = try call.tensor("points")
      guard points.rank == 2, points.shape[1] == 2 else {
        throw call.error(.shape, "`points` is \(points); expected [n, 2]", argument: "points")
      }
      let numbers = try points.scalars(Double.self)
      let x = stride(from: 0, to: numbers.count, by: 2).map { numbers[$0] }
      let y = stride(from: 1, to: numbers.count, by: 2).map { numbers[$0] }
      return try call.labelled(.scatter(x: x, y: y, classes: classes))
    },
    Builtin(
      "hist(x, bins = none, title = \"\", xlabel = \"\", ylabel = \"count\", log = \"\")",
      """
      how many values fall where

      `bins` is how many bars, 1 to 512; without it as many as the values fill. `log = "y"` shows small counts beside large ones.
      """,
      example: "hist(normal(key(0), [100]))",
      fails: [
        .type("hist(\"a\")", "hist: a string is no list of numbers"),
        .value("hist([1, 2], bins = 0)", "hist: `bins` is 0; expected a whole number from 1 to 512"),
      ],
      see: ["plot", "describe"]
    ) { call in
      try call.labelled(
        .histogram(try call.numbers(call["x"]), bins: try call["bins"].isNone ? nil : call.integer("bins", in: 1...512)))
    },
    Builtin(
      "heatmap(x, title = \"\", xlabel = \"\", ylabel = \"\", range = none)",
      """
      a matrix in colours, with a bar that says which colour is which number

      Row 0 is at the top. `range` [low, high] says which numbers the ends of the colours are; without it the smallest and the
      largest. What is not finite is grey and counted. The colours are viridis.
      """,
      example: "heatmap(eye(4))",
      fails: [
        .shape("heatmap([1, 2, 3])", "heatmap: `x` is float32[3]; expected a matrix [rows, columns]"),
        .value("heatmap(eye(2), range = [1, 0])", "heatmap: `range` needs two numbers, low and high: [-1, 1]"),
      ],
      see: ["plot", "show"]
    ) { call in
      let x = try call.tensor("x")
      guard x.rank == 2 else { throw call.error(.shape, "`x` is \(x); expected a matrix [rows, columns]", argument: "x") }
      let range = try call.valueRange("low and high")
      return try call.labelled(
        .heatMap(Matrix(rows: x.shape[0], columns: x.shape[1], values: x.scalars(Double.self), range: range)), hasScales: false)
    },
    Builtin(
      "plots(items, columns = none, title = \"\")",
      """
      plots side by side, as one

      `columns` is how many stand in a row; without it up to three. Where there are only characters they stand below one another.
      """,
      example: "plots([plot([1, 2]), hist([1, 2, 2])])",
      fails: [
        .type("plots([1, 2])", "plots: `items` holds a number; expected plots"),
        .shape("plots([])", "there are no plots to put side by side"),
      ],
      see: ["plot", "grid"]
    ) { call in
      guard case .list(let items) = call["items"] else {
        throw call.error(.type, "`items` is \(call["items"].kindInWords); expected a list of plots", argument: "items")
      }
      let plots = try items.map { item in
        guard case .object(let object) = item, let plot = object as? Plot else {
          throw call.error(.type, "`items` holds \(item.kindInWords); expected plots", argument: "items")
        }
        return plot
      }
      var plot = try Plot.panels(plots, columns: call["columns"].isNone ? nil : call.integer("columns", in: 1...64))
      plot.title = try call.string("title")
      return .object(plot)
    },
  ])
}

extension Call {
  /// With title and labels, and where the builtin has them scales, as the arguments of these names say.
  fileprivate func labelled(_ plot: Plot, hasScales: Bool = true) throws -> Value {
    var plot = plot
    plot.title = try string("title")
    plot.xLabel = try string("xlabel")
    plot.yLabel = try string("ylabel")
    guard hasScales else { return .object(plot) }
    let log = try string("log")
    guard ["", "x", "y", "xy", "yx"].contains(log) else {
      throw error(.value, "`log` is \(Value.string(log).quoted); expected \"x\", \"y\", \"xy\" or \"\"", argument: "log")
    }
    if log.contains("x") { plot.xScale = .logarithmic }
    if log.contains("y") { plot.yScale = .logarithmic }
    return .object(plot)
  }

  /// The image that `plot` is given instead of numbers.
  fileprivate func pictureToPlot() throws -> Picture? {
    switch self["x"] {
    case .object(let object): return object as? Picture
    case .tensor(let tensor) where tensor.rank == 3 && Picture.isImageShape(tensor): return try picture(self["x"], "x")
    default: return nil
    }
  }

  /// The numbers of an argument: a line, or from a record or a matrix several; their names where they have some.
  fileprivate func lines(_ argument: String) throws -> [(name: String?, numbers: [Double])] {
    let value = self[argument]
    if case .record(let record) = value { return try record.map { ($0, try numbers($1)) } }
    guard let tensor = try value.asTensor(), tensor.rank == 2, tensor.shape[1] > 1, tensor.shape[0] > 1 else {
      return [(nil, try numbers(value))]
    }
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    guard columns <= 10 else {
      throw error(
        .shape, "`\(argument)` is \(tensor); expected at most 10 columns, a line each", argument: argument,
        hint: "heatmap(\(argument)) shows a matrix")
    }
    let all = try tensor.scalars(Double.self)
    return (0..<columns).map { column in ("\(column)", (0..<rows).map { all[$0 * columns + column] }) }
  }

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
}
