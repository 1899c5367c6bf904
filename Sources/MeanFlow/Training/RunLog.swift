// What a run measured, as lines of JSON and for TensorBoard.

import Formats
import Foundation
public import OrderedCollections

/// The logs of a run in its folder.
struct RunLog {
  private let lines: JSONLines
  private let events: EventFile

  init(_ folder: RunFolder, from step: Int) throws {
    lines = try JSONLines(appendingTo: folder.path + "/" + Self.name)
    events = try EventFile(in: folder.path, from: step)
    try lines.append(["step": .number(Double(step)), "event": .string("started"), "time": .number(Date().timeIntervalSince1970)])
  }

  fileprivate static let name = "log.jsonl"

  /// Numbers of a step; a group's go under its name.
  func append(_ numbers: [(name: String, value: Double)], step: Int, group: String? = nil) throws {
    var fields: OrderedDictionary<String, FileValue> = ["step": .number(Double(step))]
    for (name, value) in numbers { fields[group.map { $0 + "/" + name } ?? name] = .number(value) }
    try lines.append(fields)
    try events.append(numbers.map { ((group ?? "train") + "/" + $0.name, $0.value) }, step: step)
  }

  func append(_ event: String, step: Int, _ text: String = "") throws {
    try lines.append(["step": .number(Double(step)), "event": .string(event), "text": .string(text)])
  }

  func append(_ preview: Raster, step: Int) throws { try events.append("samples", preview, step: step) }
}

/// The numbers of a run, read from its log: series by name, each with its steps.
public struct RunHistory: Sendable {
  public struct Series: Sendable {
    public var steps: [Double] = []
    public var columns: OrderedDictionary<String, [Double]> = [:]
  }

  /// What was measured of the steps.
  public var train = Series()
  /// What was judged, by the group's name.
  public var groups: OrderedDictionary<String, Series> = [:]

  /// - Throws: `FormatError` where the folder has no log.
  public init(of folder: String) throws {
    var lines: [OrderedDictionary<String, FileValue>] = []
    for line in try JSONLines.read(folder + "/" + RunLog.name) {
      guard case .number(let step)? = line["step"] else { continue }
      // A run that went on from a checkpoint made the later steps anew.
      if case .string("started")? = line["event"] {
        lines.removeAll { if case .number(let other)? = $0["step"] { other > step } else { false } }
      }
      lines.append(line)
    }
    for line in lines where line["event"] == nil {
      guard case .number(let step)? = line["step"] else { continue }
      let fields = line.filter { $0.key != "step" }
      let group = fields.keys.first.flatMap { name in name.firstIndex(of: "/").map { String(name[..<$0]) } }
      func add(to series: inout Series) {
        series.steps.append(step)
        for (name, value) in fields {
          let own = group.map { String(name.dropFirst($0.count + 1)) } ?? name
          // A number that was none when it was written is none now; series stay of one length.
          var column = series.columns[own] ?? Array(repeating: .nan, count: series.steps.count - 1)
          if case .number(let number) = value { column.append(number) } else { column.append(.nan) }
          series.columns[own] = column
        }
        for name in series.columns.keys where series.columns[name]?.count ?? 0 < series.steps.count { series.columns[name]?.append(.nan) }
      }
      if let group { add(to: &groups[group, default: Series()]) } else { add(to: &train) }
    }
  }
}
