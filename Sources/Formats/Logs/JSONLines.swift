// Logs as lines of JSON, one object a line: appended to by runs, read by `history` and by everybody's tools.

import Foundation
public import OrderedCollections

/// A log of records.
public struct JSONLines: Sendable {
  private let file: AppendedFile

  /// Goes on with a file, or begins one. A torn last line of a process that died is ended first.
  public init(appendingTo path: String) throws {
    let torn = (try? FileHandle(forReadingFrom: URL(fileURLWithPath: path))).map { handle in
      let end = (try? handle.seekToEnd()) ?? 0
      guard end > 0, (try? handle.seek(toOffset: end - 1)) != nil else { return false }
      return (try? handle.read(upToCount: 1)) != Data([0x0A])
    }
    file = try AppendedFile(path)
    if torn ?? false { try file.append(Data([0x0A])) }
  }

  public func append(_ fields: OrderedDictionary<String, FileValue>) throws {
    try file.append(Data((JSON.line(of: .record(fields)) + "\n").utf8))
  }

  /// The records of a log; lines that are none, torn ones among them, are left out.
  public static func read(_ path: String) throws -> [OrderedDictionary<String, FileValue>] {
    let bytes = try File.bytes(path)
    return bytes.split(separator: 0x0A).compactMap { line in
      guard let text = String(validating: line, as: UTF8.self), case .record(let fields)? = try? JSON.parse(text) else { return nil }
      return fields
    }
  }
}
