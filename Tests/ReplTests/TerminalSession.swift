// The built program behind a pseudo-terminal, as a user has it: keys go in, and what its screen shows is looked at.

import Foundation
import Glibc
import Testing

@testable import Repl

final class TerminalSession {
  private let terminal: Int32
  private let process: pid_t
  private(set) var screen: TerminalScreen
  /// Everything that came.
  private(set) var output: [UInt8] = []
  private var status: Int32?
  let home: String

  /// The program beside the tests; nil where they were built without it.
  static let program: String? = {
    guard let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else { return nil }
    let path = (tests as NSString).deletingLastPathComponent + "/imf-repl"
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  /// Starts the program and waits for its first prompt.
  /// - Parameters:
  ///   - home: the folder in which it keeps its history; one of its own unless told.
  ///   - typedAhead: typed before it starts.
  ///   - firstPrompt: the number of the first cell.
  init(
    terminal name: String = "xterm", columns: Int = 80, rows: Int = 24, arguments: [String] = [], home: String? = nil,
    environment: [String: String] = [:], typedAhead: String = "", firstPrompt: Int = 1
  ) throws {
    let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // What unlockpt and ptsname do, which Swift does not see.
    var number: Int32 = 0, isLocked: Int32 = 0
    try #require(terminal >= 0 && ioctl(terminal, 0x4004_5431, &isLocked) == 0 && ioctl(terminal, 0x8004_5430, &number) == 0)
    let slave = "/dev/pts/\(number)"
    let home = home ?? FileManager.default.temporaryDirectory.path + "/imf-prompt-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(terminal, UInt(TIOCSWINSZ), &size)
    // Before the program has a terminal, this is what its shell would have let through.
    let early = Array(typedAhead.utf8)
    _ = write(terminal, early, early.count)

    var actions = posix_spawn_file_actions_t(), attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    // The leader of a session takes the first terminal it opens for its own. Threads that run tests may hold signals back.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, 0x80 | Int16(POSIX_SPAWN_SETSIGMASK))  // 0x80: POSIX_SPAWN_SETSID
    posix_spawn_file_actions_addopen(&actions, 0, slave, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var variables = ["PATH": "/usr/bin:/bin", "HOME": home, "TERM": name, "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"]
    variables.merge(environment) { $1 }
    var words = ([try #require(Self.program)] + arguments).map { strdup($0) } + [nil]
    var settings = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { (words + settings).forEach { free($0) } }
    var process: pid_t = 0
    try #require(posix_spawn(&process, words[0]!, &actions, &attributes, &words, &settings) == 0)
    self.terminal = terminal
    self.process = process
    self.home = home
    screen = TerminalScreen(columns: columns, rows: rows)
    try wait { $0.text.contains("in [\(firstPrompt)]>") }
  }

  deinit {
    if status == nil {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    close(terminal)
    try? FileManager.default.removeItem(atPath: home)
  }

  // MARK: in

  func type(_ keys: String) { type(bytes: Array(keys.utf8)) }

  /// Bytes as the terminal sends them. The program reads while we write, and we read what it answers: neither waits for the other.
  func type(bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = Array(rest.prefix(1000))
      rest.removeFirst(piece.count)
      _ = piece.withUnsafeBytes { write(terminal, $0.baseAddress, piece.count) }
      read(milliseconds: 0)
    }
  }

  func paste(_ text: String) { type("\u{1b}[200~" + text + "\u{1b}[201~") }

  /// Types a cell and Enter, and waits for the next prompt.
  func run(_ cell: String) throws {
    let next = number + 1
    type(cell + "\r")
    try wait("the prompt after \(cell)") { $0.text.contains("in [\(next)]>") }
  }

  /// The number of the prompt that is shown.
  private var number: Int {
    screen.text.matches(of: /in \[(\d+)\]>/).compactMap { Int($0.1) }.max() ?? 1
  }

  func resize(columns: Int, rows: Int) {
    screen.resize(columns: columns, rows: rows)
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(terminal, UInt(TIOCSWINSZ), &size)
  }

  func signal(_ number: Int32) { kill(process, number) }

  /// Memory of the program that is in use now.
  var residentBytes: Int? {
    let words = (try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8))?.split(separator: " ") ?? []
    return words.count > 1 ? Int(words[1]).map { $0 * 4096 } : nil
  }

  // MARK: out

  /// Reads until the screen is as expected.
  func wait(
    _ what: String = "the screen", seconds: Double = 20, sourceLocation: SourceLocation = #_sourceLocation, until isThere: (TerminalScreen) -> Bool
  ) throws {
    let end = Date().addingTimeInterval(seconds)
    while !isThere(screen) {
      if Date() > end || !read(milliseconds: 50), !isThere(screen) {
        Issue.record("waited for \(what), and it is\n\(screen.text)", sourceLocation: sourceLocation)
        throw CancellationError()
      }
    }
  }

  /// Reads for a while, whatever comes.
  func look(seconds: Double) {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end, read(milliseconds: 20) {}
  }

  /// Waits for the lines of the cell under edit: those from the last prompt on.
  func expect(cell: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try wait("the cell\n\(cell)", sourceLocation: sourceLocation) { Self.cell(of: $0) == cell }
  }

  static func cell(of screen: TerminalScreen) -> String? {
    let lines = screen.lines
    guard let first = lines.lastIndex(where: { $0.hasPrefix("in [") }) else { return nil }
    let prompt = lines[first].firstIndex(of: ">").map { lines[first].index(after: $0) } ?? lines[first].endIndex
    return ([String(lines[first][prompt...].drop { $0 == " " })] + lines[(first + 1)...]).joined(separator: "\n")
  }

  /// Waits for a line of output.
  func expect(line: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try wait("the line \(line)", sourceLocation: sourceLocation) { $0.lines.contains(line) }
  }

  /// False where the terminal's other end is closed.
  @discardableResult
  private func read(milliseconds: Int32) -> Bool {
    var request = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
    guard Glibc.poll(&request, 1, milliseconds) > 0 else { return true }
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = Glibc.read(terminal, &bytes, bytes.count)
    guard count > 0 else { return false }
    output += bytes[..<count]
    screen.feed(Array(bytes[..<count]))
    return true
  }

  /// Waits for the end of the program; its exit status, or its signal as a negative number.
  func end() throws -> Int32 {
    let limit = Date().addingTimeInterval(20)
    var ended: Int32 = 0
    while waitpid(process, &ended, WNOHANG) == 0 {
      guard Date() < limit else { throw CancellationError() }
      read(milliseconds: 20)
    }
    while hasMore, read(milliseconds: 0) {}
    let result = ended & 0x7F == 0 ? (ended >> 8) & 0xFF : -(ended & 0x7F)
    status = result
    return result
  }

  private var hasMore: Bool {
    var request = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&request, 1, 0) > 0
  }

  /// Whether the terminal echoes and gathers lines, as the user left it.
  var isCooked: Bool {
    var settings = termios()
    return tcgetattr(terminal, &settings) == 0 && settings.c_lflag & tcflag_t(ECHO) != 0 && settings.c_lflag & tcflag_t(ICANON) != 0
  }

  /// The history as it stands on disk.
  var history: [String] { HistoryFile(path: home + "/.local/state/imf-repl/history.jsonl").read().map(\.cell) }
}
