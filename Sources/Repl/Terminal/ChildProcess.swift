// Another program that has the terminal for a while: the shell, an editor.

import Glibc

enum ChildProcess {
  /// Runs a program, waits for its end and gives its status; 128 and the signal where one ended it. Ctrl-C is the
  /// program's meanwhile.
  /// - Throws: `Command.Failure` where it cannot be started.
  static func run(_ program: String, _ arguments: [String]) throws -> Int32 {
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    // The program begins with the signals as a shell would give them; we do not hear of Ctrl-C while it runs.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var plain = sigset_t()
    sigemptyset(&plain)
    for number in [SIGINT, SIGQUIT, SIGTSTP, SIGTERM, SIGPIPE] { sigaddset(&plain, number) }
    posix_spawnattr_setsigdefault(&attributes, &plain)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    var child = pid_t()
    let former = signal(SIGINT, SIG_IGN)
    defer { signal(SIGINT, former) }
    var status: Int32 = 0
    let failure = Terminal.asTheUserHadIt {
      let failure = posix_spawnp(&child, program, nil, &attributes, &words, environ)
      while failure == 0, waitpid(child, &status, 0) < 0 { guard errno == EINTR else { break } }
      return failure
    }
    guard failure == 0 else { throw Command.Failure("\(program): \(String(cString: strerror(failure)))") }
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }
}
