// The built program on a pseudo-terminal whose terminal the test plays: what it is asked, answers, late answers, its end.
// `TerminalSession` beside it is for what a user types and sees.

import Foundation
import Glibc
import Testing

/// A terminal and the program on it.
final class GraphicsTerminal {
  private let pid: pid_t
  private var master: Int32
  /// All that the program has sent.
  private(set) var received: [UInt8] = []

  var text: String { String(decoding: received, as: UTF8.self) }

  /// - Parameters:
  ///   - size: columns, rows, and the pixels of all, as the terminal says them.
  init(
    _ arguments: [String], size: (UInt16, UInt16, UInt16, UInt16) = (80, 24, 800, 480),
    environment: [String: String] = [:]
  ) throws {
    let program = try #require(TerminalSession.program)
    var window = winsize(ws_row: size.1, ws_col: size.0, ws_xpixel: size.2, ws_ypixel: size.3)
    var name = [CChar](repeating: 0, count: 128)
    var (here, there): (Int32, Int32) = (-1, -1)
    try #require(openpty(&here, &there, &name, nil, &window) == 0)
    // No other test's program may hold this terminal open.
    _ = fcntl(here, F_SETFD, FD_CLOEXEC)
    master = here
    defer { close(there) }
    _ = fcntl(there, F_SETFD, FD_CLOEXEC)

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    // Pipes of other tests would stay open as long as the program runs.
    for descriptor in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap({ Int32($0) }) where descriptor > 2 {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // No signal held back, as the threads of tests hold them; and a session of its own, whose terminal is the first that
    // it opens (glibc's POSIX_SPAWN_SETSID).
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGINT)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) | 0x80)
    var variables = ["TERM": "xterm-256color", "HOME": "/nonexistent", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"]
    variables.merge(environment) { $1 }
    var arguments: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { (arguments + settings).forEach { free($0) } }
    var child: pid_t = 0
    let status = posix_spawn(&child, program, &actions, &attributes, &arguments, &settings)
    pid = child
    try #require(status == 0)
  }

  deinit {
    hangUp()
    kill(pid, SIGKILL)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
  }

  /// Types, or answers.
  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(master, bytes, bytes.count)
  }

  /// Reads until the text holds `wanted` beyond what was read before; false when it does not come.
  @discardableResult
  func read(until wanted: String, seconds: Double = 20) -> Bool {
    let wanted = Array(wanted.utf8)
    let end = Date().addingTimeInterval(seconds)
    var isOpen = true
    while true {
      if let found = received[sought...].firstRange(of: wanted) {
        sought = found.upperBound
        return true
      }
      guard isOpen, Date() < end else { return false }
      isOpen = readSome(milliseconds: 50)
    }
  }

  /// What lies before was found already.
  private var sought = 0

  /// Reads at least so many more bytes.
  func read(count: Int, seconds: Double = 20) -> Bool {
    let wanted = received.count + count
    let end = Date().addingTimeInterval(seconds)
    while received.count < wanted, Date() < end, readSome(milliseconds: 50) {}
    return received.count >= wanted
  }

  /// Reads whatever comes in that time.
  func read(seconds: Double) {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end, readSome(milliseconds: 20) {}
  }

  /// False at the end.
  private func readSome(milliseconds: Int32) -> Bool {
    var request = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, milliseconds) > 0 else { return true }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = Glibc.read(master, &buffer, buffer.count)
    guard count > 0 else { return false }
    received += buffer.prefix(count)
    return true
  }

  /// The terminal is gone.
  func hangUp() {
    if master >= 0 { close(master) }
    master = -1
  }

  /// How the program ended: its status, or 128 and the signal; nil while it runs.
  func end(seconds: Double = 20) -> Int32? {
    let end = Date().addingTimeInterval(seconds)
    var status: Int32 = 0
    repeat {
      if waitpid(pid, &status, WNOHANG) == pid {
        // What it wrote last is still on its way.
        read(seconds: 0.2)
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
      }
      if master >= 0 { _ = readSome(milliseconds: 20) } else { usleep(20_000) }
    } while Date() < end
    return nil
  }
}
