// $VISUAL or $EDITOR on a text.

import Glibc

enum ExternalEditor {
  /// Opens the editor on a text and waits for its end; what the text became.
  /// - Throws: `Command.Failure` where the editor cannot be started or says that it failed; the text is then as it was.
  static func edit(_ text: String, isSafe: Bool = false) throws -> String {
    guard !isSafe else { throw Command.Failure("--safe: no other programs") }
    let editor = Terminal.environment("VISUAL") ?? Terminal.environment("EDITOR") ?? "vi"
    let folder = Terminal.environment("TMPDIR") ?? "/tmp"
    var name = Array("\(folder)/imf-cell-XXXXXX.imf".utf8CString)
    let descriptor = mkstemps(&name, 4)
    guard descriptor >= 0 else { throw Command.Failure("\(folder): \(String(cString: strerror(errno)))") }
    let path = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    defer { unlink(path) }
    let written = Terminal.write(Array(text.utf8), to: descriptor)
    close(descriptor)
    guard written else { throw Command.Failure("\(path) cannot be written") }
    // By way of the shell: the variable may hold arguments, `code --wait`.
    let status = try ChildProcess.run("/bin/sh", ["-c", "\(editor) \"$1\"", "sh", path])
    // What the shell says of a program that it cannot start.
    guard status != 126, status != 127 else { throw Command.Failure("the editor `\(editor)` cannot be started; set EDITOR to another") }
    guard status == 0 else { throw Command.Failure("the editor `\(editor)` ended with status \(status); the cell is as it was") }
    let edited = open(path, O_RDONLY)
    guard edited >= 0 else { throw Command.Failure("\(path) is gone; the cell is as it was") }
    defer { close(edited) }
    var bytes: [UInt8] = []
    while let more = Terminal.read(from: edited), !more.isEmpty { bytes += more }
    guard let result = String(validating: bytes, as: UTF8.self) else { throw Command.Failure("the text is no longer UTF-8; the cell is as it was") }
    return result
  }
}
