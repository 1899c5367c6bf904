// The transcripts that are kept of sessions at the prompt: the newest twenty, for who lost the connection or closed the window.

import FoundationEssentials
import Glibc
import Lang

struct TranscriptFolder {
  let path: String
  /// Older files go.
  var limit = 20
  /// A session that prints without end must not fill the disk.
  static let mostBytes = 32 << 20

  /// $XDG_STATE_HOME/imf-repl/transcripts, else under ~/.local/state; nil without a home.
  static func standard() -> TranscriptFolder? {
    UserFolder.state.map { TranscriptFolder(path: $0 + "/imf-repl/transcripts") }
  }

  /// The files, oldest first.
  var files: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasPrefix("session-") && $0.hasSuffix(".txt") }.sorted().map { path + "/" + $0 }
  }

  /// Begins a file for this session and drops those beyond the limit; nil where nothing can be written here.
  func begin() -> Transcript? {
    let old = files
    // 0700: sessions may show anything.
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    var seconds = time(nil)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var stamp = [CChar](repeating: 0, count: 32)
    let count = strftime(&stamp, stamp.count, "%Y%m%dT%H%M%S", &parts)
    let name = String(decoding: stamp.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let transcript = try? Transcript(path: "\(path)/session-\(name)-\(getpid()).txt", mostBytes: Self.mostBytes, permissions: 0o600) else { return nil }
    for file in old.dropLast(limit - 1) { unlink(file) }
    return transcript
  }

  /// The newest file before another one, or of all.
  func last(before other: String?) -> String? { files.last { file in other.map { file < $0 } ?? true } }
}
