// The line that describes a plot, and the count of what could not be drawn.

/// Numbers that have no place on their axis.
struct LeftOut: Sendable, Hashable {
  var nan = 0
  var infinite = 0
  /// Zero or less on a logarithmic axis.
  var notPositive = 0

  /// Whether the number has a place; counted if it has not.
  mutating func admits(_ value: Double, on scale: Axis.Scale) -> Bool {
    if scale.draws(value) { return true }
    if value.isNaN {
      nan += 1
    } else if value.isInfinite {
      infinite += 1
    } else {
      notPositive += 1
    }
    return false
  }

  static func + (one: LeftOut, other: LeftOut) -> LeftOut {
    LeftOut(
      nan: one.nan + other.nan, infinite: one.infinite + other.infinite,
      notPositive: one.notPositive + other.notPositive)
  }

  /// `2 nan and 3 not above 0 left out`; nil for nothing.
  var text: String? {
    let parts = [(nan, "nan"), (infinite, "infinite"), (notPositive, "not above 0")].filter { $0.0 > 0 }
    if parts.isEmpty { return nil }
    return parts.map { "\($0.0) \($0.1)" }.joined(separator: " and ") + " left out"
  }
}

extension Plot {
  /// `[plot losses, 2 series, 100 points, 3 nan left out]`.
  var captionLine: String { "[" + caption + "]" }

  var caption: String {
    let parts = [title, what, scales, allLeftOut.text ?? ""].filter { !$0.isEmpty }
    return "plot " + parts.joined(separator: ", ")
  }

  private var what: String {
    if !panels.isEmpty { return panels.count == 1 ? panels[0].what : "\(panels.count) side by side" }
    switch surface {
    case .matrix(let matrix):
      return "heat map \(matrix.columns)x\(matrix.rows), \(NumberText.short(matrix.range.lowerBound)) to "
        + NumberText.short(matrix.range.upperBound)
    case .picture(let picture): return "image \(picture.width)x\(picture.height)"
    case nil: break
    }
    let points = series.reduce(0) { $0 + $1.y.count }
    let count = points == 1 ? "1 point" : "\(points) points"
    if series.count == 1 { return series[0].mark == .bars ? "histogram, \(points) bins" : count }
    return "\(series.count) series, \(count)"
  }

  private var scales: String {
    switch (xScale, yScale) {
    case (.linear, .linear): ""
    case (.logarithmic, .linear): "log x"
    case (.linear, .logarithmic): "log y"
    case (.logarithmic, .logarithmic): "log x and y"
    }
  }

  /// What is not drawn: points of which either number has no place.
  var allLeftOut: LeftOut {
    var found = panels.reduce(leftOut) { $0 + $1.allLeftOut }
    for one in series where one.mark != .bars {
      for (x, y) in zip(one.x, one.y) where found.admits(x, on: xScale) { _ = found.admits(y, on: yScale) }
    }
    return found
  }
}
