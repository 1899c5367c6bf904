// Plots and animations as values, and back. Numbers are tensors: a curve of a million points takes eight megabytes.

import Lang
import OrderedCollections
import Tensor

extension Plot: FreezableObject {
  static let frozenKind = "plot"

  var frozenParts: Record {
    get throws {
      [
        "series": .list(try series.map { .record(try $0.frozenParts) }), "surface": try surface?.frozenPart ?? .none,
        "panels": .list(panels.map { .object($0) }), "columns": .number(Double(columns)),
        "title": .string(title), "xlabel": .string(xLabel), "ylabel": .string(yLabel),
        "xscale": .string(xScale.rawValue), "yscale": .string(yScale.rawValue),
        "left_out": .list([leftOut.nan, leftOut.infinite, leftOut.notPositive].map { .number(Double($0)) }),
      ]
    }
  }

  init(frozenParts parts: Record) throws {
    series = try parts.records("series").map { try Series(frozenParts: $0) }
    surface = try Surface(frozenPart: parts.part("surface"))
    panels = try parts.list("panels").map { try $0.object(Plot.self, "a panel") }
    // Layout divides by it.
    columns = max(1, try parts.whole("columns"))
    (title, xLabel, yLabel) = (try parts.text("title"), try parts.text("xlabel"), try parts.text("ylabel"))
    (xScale, yScale) = (try parts.scale("xscale"), try parts.scale("yscale"))
    let counts = try parts.list("left_out").map { $0.number.flatMap { Int(exactly: $0) } ?? 0 }
    guard counts.count == 3 else { throw FreezingFailure("`left_out` has \(counts.count) numbers") }
    leftOut = LeftOut(nan: counts[0], infinite: counts[1], notPositive: counts[2])
  }
}

extension Plot.Series {
  fileprivate var frozenParts: Record {
    get throws {
      [
        "mark": .string(mark.rawValue), "label": .string(label), "x": .tensor(try Tensor(x, shape: [x.count])),
        "y": .tensor(try Tensor(y, shape: [y.count])),
        "classes": try classes.map { .tensor(try Tensor($0.map(Double.init), shape: [$0.count])) } ?? .none,
      ]
    }
  }

  fileprivate init(frozenParts parts: Record) throws {
    guard let mark = Plot.Mark(rawValue: try parts.text("mark")) else { throw FreezingFailure("no series is drawn as `\(try parts.text("mark"))`") }
    let (x, y) = (try parts.numbers("x"), try parts.numbers("y"))
    let classes = try parts.part("classes").isNone ? nil : parts.numbers("classes").map { Int(exactly: $0) ?? 0 }
    guard x.count == y.count + (mark == .bars ? 1 : 0), classes.map({ $0.count == y.count }) ?? true else {
      throw FreezingFailure("a series has \(x.count) places for \(y.count) values")
    }
    self.init(mark: mark, label: try parts.text("label"), x: x, y: y, classes: classes)
  }
}

extension Surface {
  fileprivate var frozenPart: Value {
    get throws {
      switch self {
      case .picture(let picture): .object(picture)
      case .matrix(let matrix):
        .record([
          "values": .tensor(try Tensor(matrix.values, shape: [matrix.rows, matrix.columns])),
          "low": .number(matrix.range.lowerBound), "high": .number(matrix.range.upperBound),
        ])
      }
    }
  }

  fileprivate init?(frozenPart part: Value) throws {
    switch part {
    case .none: return nil
    case .record(let record):
      let values = try record.tensor("values")
      let (low, high) = (try record.part("low").number ?? .nan, try record.part("high").number ?? .nan)
      guard values.rank == 2, low <= high else { throw FreezingFailure("a heat map has shape \(values.shape) from \(low) to \(high)") }
      self = .matrix(
        try Matrix(rows: values.shape[0], columns: values.shape[1], values: values.scalars(Double.self), range: low...high))
    default: self = .picture(try part.object(Picture.self, "what fills a plot"))
    }
  }
}

extension Animation: FreezableObject {
  static let frozenKind = "animation"

  var frozenParts: Record { ["frames": .list(frames.map { .object($0) }), "fps": .number(framesPerSecond)] }

  init(frozenParts parts: Record) throws {
    guard let rate = try parts.part("fps").number, rate > 0, rate.isFinite else { throw FreezingFailure("`fps` is no rate") }
    try self.init(parts.list("frames").map { try $0.object(Picture.self, "a frame") }, framesPerSecond: rate)
  }
}

extension Record {
  fileprivate func list(_ name: String) throws -> [Value] {
    guard case .list(let items) = try part(name) else { throw FreezingFailure("`\(name)` is no list") }
    return Array(items)
  }

  fileprivate func records(_ name: String) throws -> [Record] {
    try list(name).map {
      guard case .record(let record) = $0 else { throw FreezingFailure("`\(name)` holds \($0.kindInWords)") }
      return record
    }
  }

  fileprivate func numbers(_ name: String) throws -> [Double] { try tensor(name).scalars(Double.self) }

  fileprivate func scale(_ name: String) throws -> Axis.Scale {
    guard let scale = Axis.Scale(rawValue: try text(name)) else { throw FreezingFailure("`\(try text(name))` is no scale of an axis") }
    return scale
  }
}

extension Value {
  fileprivate var number: Double? { if case .number(let number) = self { number } else { nil } }

  fileprivate func object<Kind: LanguageObject>(_ kind: Kind.Type, _ what: String) throws -> Kind {
    guard case .object(let object) = self, let found = object as? Kind else { throw FreezingFailure("\(what) cannot be \(kindInWords)") }
    return found
  }
}
