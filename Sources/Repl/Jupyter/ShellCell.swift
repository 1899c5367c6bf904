// `!command` in a notebook: what the command writes belongs to the cell, not to the terminal that Jupyter was started from.

import Glibc
import Lang
import Tensor

enum ShellCell {
  /// Runs a line of the shell and shows what it writes as it comes. An interrupt goes to all that the line started; the
  /// second one asks them to end.
  static func run(_ line: String, isSafe: Bool) {
    if isSafe { return fail("--safe: no commands of the shell") }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return fail("no pipe to a command: \(String(cString: strerror(errno)))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let group = start(line, output: ends[1])
    close(ends[1])
    defer { close(ends[0]) }
    guard let group else { return fail("the shell cannot be started") }
    var (text, interrupts) = (UTF8Pieces(), 0)
    Signals.whileComputing {
      while true {
        if Interrupt.isRequested {
          Interrupt.clear()
          interrupts += 1
          kill(-group, interrupts == 1 ? SIGINT : SIGTERM)
        }
        guard !Terminal.wait(for: [ends[0]], milliseconds: 50).isEmpty else { continue }
        guard let bytes = Terminal.read(from: ends[0]), !bytes.isEmpty else { break }
        Stage.show(.text(text.take(bytes)))
      }
    }
    var status: Int32 = 0
    while waitpid(group, &status, 0) < 0, errno == EINTR {}
    let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    if code != 0 { say("the command ended with status \(code)") }
  }

  private static func say(_ line: String) { Stage.show(.text(line + "\n")) }

  private static func fail(_ why: String) { Stage.show(.error(Diagnostic(.io, why))) }

  /// Starts the shell in a group of its own, with nothing to read and its output into a pipe; nil where that fails. The C
  /// function is posix_spawn.
  private static func start(_ line: String, output: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setpgroup(&attributes, 0)
    var plain = sigset_t()
    sigemptyset(&plain)
    for number in [SIGINT, SIGQUIT, SIGTERM, SIGPIPE] { sigaddset(&plain, number) }
    posix_spawnattr_setsigdefault(&attributes, &plain)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
    let parts = ["/bin/sh", "-c", line]
    var words: [UnsafeMutablePointer<CChar>?] = parts.map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var child = pid_t()
    return posix_spawn(&child, "/bin/sh", &actions, &attributes, &words, environ) == 0 ? child : nil
  }
}

/// Text from bytes that come in pieces, which may end in the middle of a character.
struct UTF8Pieces {
  private var rest: [UInt8] = []

  mutating func take(_ bytes: [UInt8]) -> String {
    rest += bytes
    // The last character begins at most three bytes before the end.
    let start = rest.suffix(3).lastIndex { $0 >= 0xC0 } ?? rest.endIndex
    let isCut = start < rest.endIndex && rest.endIndex - start < (rest[start] >= 0xF0 ? 4 : rest[start] >= 0xE0 ? 3 : 2)
    let end = isCut ? start : rest.endIndex
    defer { rest.removeFirst(end) }
    return String(decoding: rest[..<end], as: UTF8.self)
  }
}
