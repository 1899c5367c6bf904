// `!command`: a command of the shell in the middle of a session.

import Glibc

enum Shell {
  /// Runs a line of the shell with the session's terminal, and waits for its end; Ctrl-C goes to the command.
  /// - Throws: `Command.Failure` where it cannot be started, must not, or says that it failed.
  static func run(_ line: String, isSafe: Bool) throws {
    guard !isSafe else { throw Command.Failure("--safe: no commands of the shell") }
    guard !line.allSatisfy(\.isWhitespace) else { throw Command.Failure("expected a command: !ls") }
    let status = try ChildProcess.run("/bin/sh", ["-c", line])
    if status != 0 { throw Command.Failure("the command ended with status \(status)") }
  }
}
