// Every call to the operating system that concerns a terminal: is it one, how large, read, write, wait,
// raw mode, locale. Nothing here knows what the bytes mean. `TerminalName` and `TerminalReplies` hold
// the decisions as plain functions, `Console` is where text goes out.

import CEditShim
import Glibc

enum Terminal {
  /// Whether the descriptor is a terminal. The C function is isatty.
  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Size of a terminal in character cells and, where it tells, in pixels (0 where it does not).
  struct Size: Sendable, Equatable {
    var columns: Int
    var rows: Int
    var pixelWidth: Int
    var pixelHeight: Int
  }

  /// The size of the terminal behind a descriptor, nil where there is none or it does not say.
  /// The C function is ioctl TIOCGWINSZ.
  static func size(of descriptor: Int32) -> Size? {
    var window = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0 else { return nil }
    return Size(
      columns: Int(window.ws_col), rows: Int(window.ws_row),
      pixelWidth: Int(window.ws_xpixel), pixelHeight: Int(window.ws_ypixel))
  }

  /// Writes all bytes; false when the reader is gone. The C function is write.
  @discardableResult
  static func write(_ bytes: some Collection<UInt8>, to descriptor: Int32) -> Bool {
    let written = bytes.withContiguousStorageIfAvailable { write(UnsafeRawBufferPointer($0), to: descriptor) }
    return written ?? Array(bytes).withUnsafeBytes { write($0, to: descriptor) }
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var rest = bytes
    while let base = rest.baseAddress, rest.count > 0 {
      let count = Glibc.write(descriptor, base, rest.count)
      if count >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      } else if errno == EAGAIN {
        _ = wait(for: [descriptor], writing: true, milliseconds: 1000)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }

  /// Reads what is there, at most 64 KiB: empty at the end of input, nil on an error.
  /// The C function is read.
  static func read(from descriptor: Int32) -> [UInt8]? {
    var result: [UInt8]?
    let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
      var got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      while got < 0, errno == EINTR || errno == EAGAIN {
        if errno == EAGAIN { _ = wait(for: [descriptor], milliseconds: 1000) }
        got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      count = max(0, got)
      result = got < 0 ? nil : []
    }
    return result == nil ? nil : bytes
  }

  /// Waits until one of the descriptors is ready and tells which are. Empty: time is up, or a signal
  /// came. The C function is poll.
  static func wait(for descriptors: [Int32], writing: Bool = false, milliseconds: Int?) -> [Int32] {
    var requests = descriptors.map {
      pollfd(fd: $0, events: Int16(writing ? POLLOUT : POLLIN), revents: 0)
    }
    let ready = poll(&requests, nfds_t(requests.count), Int32(milliseconds ?? -1))
    guard ready > 0 else { return [] }
    return requests.filter { $0.revents != 0 }.map(\.fd)
  }

  /// Runs `body` with the controlling terminal in raw mode: no echo, no line gathering, Ctrl-C still a
  /// signal. Nil where the process has no terminal. The C functions are tcgetattr and tcsetattr.
  static func withRawControllingTerminal<Result>(_ body: (Int32) -> Result) -> Result? {
    let descriptor = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var settings = termios()
    guard tcgetattr(descriptor, &settings) == 0 else { return nil }
    var raw = settings
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    tcsetattr(descriptor, TCSADRAIN, &raw)
    defer { tcsetattr(descriptor, TCSADRAIN, &settings) }
    return body(descriptor)
  }

  /// Chooses a UTF-8 locale for characters and leaves numbers alone: in any other locale libedit drops
  /// what is not ASCII without a word. The C function is setlocale.
  static func useUTF8Locale() {
    setlocale(LC_ALL, "")
    setlocale(LC_NUMERIC, "C")
    let codeset = nl_langinfo(nl_item(CODESET)).map { String(cString: $0) }
    if codeset != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }
  }

  /// Takes over the terminal behind standard input: what is typed while nobody reads is kept without an echo, for the prompt
  /// to show it once. The settings come back at exit and after a crash; see terminal_guard.c.
  static func takeOver(escapes: Bool) {
    terminal_guard_install(STDIN_FILENO, escapes ? 1 : 0)
    terminal_guard_quieten()
  }

  /// Runs `body` with the terminal as the user had it: for programs that the session starts.
  static func asTheUserHadIt<Result>(_ body: () throws -> Result) rethrows -> Result {
    terminal_guard_lend()
    defer { terminal_guard_quieten() }
    return try body()
  }

  /// The value of an environment variable, nil when unset or empty. The C function is getenv.
  static func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// Sets an environment variable. The C function is setenv.
  static func setEnvironment(_ name: String, _ value: String) { setenv(name, value, 1) }

  /// Whether a file is there. The C function is access.
  static func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Seconds on a clock that only goes forward. The C function is clock_gettime.
  static func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
