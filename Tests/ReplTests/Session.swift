// A session for tests: cells and commands in, what was shown out.

import Foundation
import Lang
import Synchronization
import Testing

@testable import Repl

/// Keeps text and errors, in order.
final class Screen: FrontEnd {
  private let bytes = Mutex<[UInt8]>([])

  var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
  func clear() { bytes.withLock { $0 = [] } }
  func write(_ more: [UInt8]) { bytes.withLock { $0 += more } }

  func show(_ output: Output) {
    switch output {
    case .text(let text): write(Array(text.utf8))
    case .value(let text, let cell): write(Array(((cell.map { "out[\($0)]: " } ?? "") + text + "\n").utf8))
    case .picture(let picture): write(Array((picture.captionLine + "\n").utf8))
    case .plot(let plot): write(Array((plot.captionLine + "\n").utf8))
    case .animation(let animation): write(Array((animation.captionLine + "\n").utf8))
    case .error(let error): write(Array((error.short() + "\n").utf8))
    }
  }
}

final class TestSession {
  let screen = Screen()
  let prompt: Prompt
  var notebook: Notebook { prompt.notebook }
  var interpreter: Interpreter { prompt.interpreter }

  init(seed: Int = 0, isSafe: Bool = false) {
    let interpreter = Interpreter(libraries: Library.program, session: Session(seed: seed, isSafe: isSafe)) { Stage.show(.text($0)) }
    let screen = screen
    let console = Console(isTerminal: false, isColoured: false, columns: 100) { screen.write($0) }
    prompt = Prompt(Notebook(interpreter), errors: ErrorStyle(), console: console, isTerminal: false)
  }

  /// Cells and commands one after the other; what the last one showed.
  @discardableResult
  func take(_ inputs: String...) -> String {
    for input in inputs {
      screen.clear()
      _ = Stage.playing(to: screen) { prompt.take(input) }
    }
    return screen.text
  }

  func value(_ name: String) -> String? { interpreter[name]?.quoted }
}

/// A folder that goes with the test.
final class ScratchFolder {
  let path: String
  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("imf-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }
  func file(_ name: String) -> String { "\(path)/\(name)" }
}
