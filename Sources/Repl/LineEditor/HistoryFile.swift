// The history on disk: one JSON object a line, appended under a lock, so that two sessions at once lose
// nothing. A line that cannot be read is skipped, never thrown away.

import FoundationEssentials
import Glibc

/// One cell as the history keeps it.
struct HistoryEntry: Codable, Equatable {
  /// Seconds since 1970.
  var time: Int
  var cell: String
  /// "ok", "error" or "interrupt".
  var status: String
  var milliseconds: Int
  var directory: String
}

/// A file of cells, readable by its owner only.
struct HistoryFile {
  let path: String
  /// Entries kept in memory; the file is cut to them when it has grown to twice as many.
  var limit = 20_000

  /// $XDG_STATE_HOME/imf-repl/history.jsonl, else under ~/.local/state; nil without a home.
  static func standard() -> HistoryFile? {
    let state = Terminal.environment("XDG_STATE_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
    let home = Terminal.environment("HOME").map { $0 + "/.local/state" }
    return (state ?? home).map { HistoryFile(path: $0 + "/imf-repl/history.jsonl") }
  }

  /// The newest entries, oldest first; empty where there is no file.
  func read() -> [HistoryEntry] {
    guard let descriptor = openFile(O_RDONLY) else { return [] }
    defer { close(descriptor) }
    flock(descriptor, LOCK_SH)
    var bytes: [UInt8] = []
    while let more = Terminal.read(from: descriptor), !more.isEmpty { bytes += more }
    flock(descriptor, LOCK_UN)
    let lines = bytes.split(separator: 10)
    if lines.count > 2 * limit { cut() }
    let decoder = JSONDecoder()
    return lines.suffix(limit).compactMap { try? decoder.decode(HistoryEntry.self, from: Data($0)) }
  }

  /// Adds an entry. History is a convenience: when the disk refuses, the session goes on without.
  func append(_ entry: HistoryEntry) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let line = try? encoder.encode(entry) else { return }
    makeFolders()
    guard let descriptor = openFile(O_WRONLY | O_APPEND | O_CREAT) else { return }
    defer { close(descriptor) }
    flock(descriptor, LOCK_EX)
    Terminal.write(Array(line) + [10], to: descriptor)
    flock(descriptor, LOCK_UN)
  }

  /// Drops the oldest lines, in place: another session may hold the same file open.
  private func cut() {
    guard let descriptor = openFile(O_RDWR) else { return }
    defer { close(descriptor) }
    flock(descriptor, LOCK_EX)
    defer { flock(descriptor, LOCK_UN) }
    var bytes: [UInt8] = []
    while let more = Terminal.read(from: descriptor), !more.isEmpty { bytes += more }
    let kept = bytes.split(separator: 10).suffix(limit)
    guard lseek(descriptor, 0, SEEK_SET) == 0, ftruncate(descriptor, 0) == 0 else { return }
    Terminal.write(Array(kept.joined(separator: [10])) + [10], to: descriptor)
  }

  private func openFile(_ flags: Int32) -> Int32? {
    let descriptor = open(path, flags | O_CLOEXEC, 0o600)
    return descriptor >= 0 ? descriptor : nil
  }

  private func makeFolders() {
    let parts = path.split(separator: "/").dropLast()
    for count in 1...max(1, parts.count) {
      mkdir("/" + parts.prefix(count).joined(separator: "/"), 0o700)
    }
  }
}
