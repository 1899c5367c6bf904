// `!command` in a notebook: what the command writes belongs to the cell, not to the terminal that Jupyter was started from.

import Foundation
import Tensor

enum ShellCell {
  /// Runs a line of the shell and shows what it writes as it comes. An interrupt goes to the command.
  static func run(_ line: String, isSafe: Bool) {
    if isSafe { return Stage.show(.text("--safe: no commands of the shell\n")) }
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", line]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    do { try process.run() } catch { return Stage.show(.text("the shell cannot be started: \(error)\n")) }
    try? pipe.fileHandleForWriting.close()
    Signals.whileComputing {
      var text = UTF8Pieces()
      let output = pipe.fileHandleForReading.fileDescriptor
      while true {
        if Interrupt.isRequested {
          Interrupt.clear()
          // What it left in the background holds the output open.
          guard process.isRunning else { break }
          process.interrupt()
        }
        guard !Terminal.wait(for: [output], milliseconds: 100).isEmpty else { continue }
        guard let bytes = Terminal.read(from: output), !bytes.isEmpty else { break }
        Stage.show(.text(text.take(bytes)))
      }
      process.waitUntilExit()
    }
    if process.terminationStatus != 0 { Stage.show(.text("the command ended with status \(process.terminationStatus)\n")) }
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
