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

  /// Nil where the line is none of ours.
  init?(line: some Collection<UInt8>) {
    guard let entry = try? JSONDecoder().decode(HistoryEntry.self, from: Data(line)) else { return nil }
    self = entry
  }

  init(time: Int, cell: String, status: String, milliseconds: Int, directory: String) {
    self.time = time
    self.cell = cell
    self.status = status
    self.milliseconds = milliseconds
    self.directory = directory
  }
}

/// A file of cells, readable by its owner only.
struct HistoryFile {
  let path: String
  /// Entries kept in memory; the file is cut to them when it has grown to twice as many.
  var limit = 20_000

  /// $XDG_STATE_HOME/imf-repl/history.jsonl, else under ~/.local/state; nil without a home.
  static func standard() -> HistoryFile? {
    UserFolder.state.map { HistoryFile(path: $0 + "/imf-repl/history.jsonl") }
  }

  /// The newest entries, oldest first; empty where there is no file.
  func read() -> [HistoryEntry] { lines().compactMap { HistoryEntry(line: $0) } }

  /// The newest lines as they are, oldest first.
  func lines() -> [ArraySlice<UInt8>] {
    guard let descriptor = openFile(O_RDONLY) else { return [] }
    defer { close(descriptor) }
    flock(descriptor, LOCK_SH)
    let lines = Self.bytes(descriptor).split(separator: 10)
    flock(descriptor, LOCK_UN)
    if lines.count > 2 * limit { cut() }
    return lines.suffix(limit)
  }

  /// Adds an entry. History is a convenience: when the disk refuses, the session goes on without.
  func append(_ entry: HistoryEntry) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let line = try? encoder.encode(entry) else { return }
    makeFolders()
    guard let descriptor = openFile(O_RDWR | O_APPEND | O_CREAT) else { return }
    defer { close(descriptor) }
    flock(descriptor, LOCK_EX)
    // A session that died while it wrote, or a full disk, left half a line: ours is not to be lost with it.
    var last: UInt8 = 10
    if lseek(descriptor, -1, SEEK_END) >= 0 { _ = Glibc.read(descriptor, &last, 1) }
    Terminal.write((last == 10 ? [] : [10]) + Array(line) + [10], to: descriptor)
    flock(descriptor, LOCK_UN)
  }

  /// Drops the oldest lines, in place: another session may hold the same file open.
  private func cut() {
    guard let descriptor = openFile(O_RDWR) else { return }
    defer { close(descriptor) }
    flock(descriptor, LOCK_EX)
    defer { flock(descriptor, LOCK_UN) }
    let kept = Self.bytes(descriptor).split(separator: 10).suffix(limit)
    guard lseek(descriptor, 0, SEEK_SET) == 0, ftruncate(descriptor, 0) == 0 else { return }
    Terminal.write(Array(kept.joined(separator: [10])) + [10], to: descriptor)
  }

  private static func bytes(_ descriptor: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    while let more = Terminal.read(from: descriptor), !more.isEmpty { bytes += more }
    return bytes
  }

  /// Only a plain file: a pipe of that name would be waited for.
  private func openFile(_ flags: Int32) -> Int32? {
    let descriptor = open(path, flags | O_CLOEXEC | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG { return descriptor }
    close(descriptor)
    return nil
  }

  private func makeFolders() {
    let parts = path.split(separator: "/").dropLast()
    for count in 1...max(1, parts.count) {
      mkdir("/" + parts.prefix(count).joined(separator: "/"), 0o700)
    }
  }
}
