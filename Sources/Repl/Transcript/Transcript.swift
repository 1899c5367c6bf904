// A session or a run as it looked, written while it goes on: what scrolled away, or was lost with a connection, can be read here.
// Every piece is handed to the system at once, so that even a killed program leaves all that it showed.

import Glibc
import Lang
import Synchronization
import Tensor

/// A file that listens to the stage.
final class Transcript: FrontEnd {
  enum Form { case text, markdown }

  let path: String
  private let form: Form
  private let mostBytes: Int

  private struct State {
    var descriptor: Int32
    var written = 0
    var isAtLineStart = true
    /// Between the beginning and the end of an input; in Markdown, inside a fence.
    var isOpen = false
  }
  private let state: Mutex<State>

  /// Begins a file. The C function is open.
  /// - Parameters:
  ///   - mostBytes: where it ends.
  ///   - permissions: of a new file.
  /// - Throws: `Diagnostic` where it cannot be written.
  init(path: String, mostBytes: Int = .max, permissions: mode_t = 0o644) throws(Diagnostic) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, permissions)
    guard descriptor >= 0 else { throw Diagnostic(.io, "\(path) cannot be written: \(String(cString: strerror(errno)))") }
    self.path = path
    self.mostBytes = mostBytes
    form = path.lowercased().hasSuffix(".md") ? .markdown : .text
    state = Mutex(State(descriptor: descriptor))
  }

  deinit { close(state.withLock { $0.descriptor }) }

  // MARK: what happens

  /// What the run begins with; enough to have the same random numbers again.
  func head(_ title: String, _ session: Session) {
    let key = session.random.key
    let lines = [
      (form == .markdown ? "# " : "") + title, "",
      (Report.settings(of: session) + ["random state \(key.high) \(key.low)", Self.now]).joined(separator: ", "), "",
    ]
    state.withLock { Self.send(lines.joined(separator: "\n") + "\n", &$0, mostBytes) }
  }

  func prose(_ text: String) {
    state.withLock { Self.send(ShownText.visible(text) + "\n\n", &$0, mostBytes) }
  }

  /// A cell begins to run, or a command, which may run cells.
  func begin(_ text: String, number: Int) {
    state.withLock { state in
      finish(&state)
      if form == .markdown { Self.send("````text\n", &state, mostBytes) }
      state.isOpen = true
      send(ShownText.visible("in [\(number)]> \(text.trimming(\.isNewline))\n"), &state)
    }
  }

  /// A cell has ended, or a command.
  func end(_ cell: Cell? = nil) {
    state.withLock { state in
      finishLine(&state)
      if let cell {
        let memory = cell.peakBytes > 0 ? ", \(Memory.shown(cell.peakBytes)) at most" : ""
        send("(\(RepeatedTiming.shown(cell.seconds))\(memory))\n", &state)
      }
      finish(&state)
    }
  }

  func show(_ output: Output) {
    state.withLock { state in
      // Only text may go on in the middle of a line.
      if case .text = output {} else { finishLine(&state) }
      send(ShownText.visible(ShownText.uncoloured(Self.words(output))), &state)
    }
  }

  private static func words(_ output: Output) -> String {
    switch output {
    case .text(let text): text
    case .value(let text, let cell): (cell.map { "out[\($0)]:" + (text.contains("\n") ? "\n" : " ") } ?? "") + text + "\n"
    case .picture(let picture): picture.captionLine + "\n"
    case .plot(let plot): plot.captionLine + "\n"
    case .animation(let animation): animation.captionLine + "\n"
    case .error(let error): error.rendered() + "\n"
    }
  }

  // MARK: writing

  private func finish(_ state: inout State) {
    guard state.isOpen else { return }
    finishLine(&state)
    Self.send((form == .markdown ? "````\n" : "") + "\n", &state, mostBytes)
    state.isOpen = false
  }

  private func finishLine(_ state: inout State) { if !state.isAtLineStart { send("\n", &state) } }

  /// What the run says, as opposed to our own marks.
  private func send(_ text: String, _ state: inout State) {
    guard form == .markdown, state.isOpen else { return Self.send(text, &state, mostBytes) }
    // A line of the run must not end the fence: indented by four it is none.
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for index in lines.indices where (index > 0 || state.isAtLineStart) && lines[index].drop(while: { $0 == " " }).hasPrefix("`") {
      lines[index] = "    " + lines[index]
    }
    Self.send(lines.joined(separator: "\n"), &state, mostBytes)
  }

  private static func send(_ text: String, _ state: inout State, _ mostBytes: Int) {
    guard !text.isEmpty, state.written < mostBytes else { return }
    state.isAtLineStart = text.hasSuffix("\n")
    state.written += text.utf8.count
    // A full disk ends the transcript, not the session.
    Terminal.write(Array((state.written < mostBytes ? text : "\n[the transcript ends here: it is long enough]\n").utf8), to: state.descriptor)
  }

  /// The time of the clock on the wall. The C functions are localtime_r and strftime.
  private static var now: String {
    var seconds = time(nil)
    var parts = tm()
    localtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let count = strftime(&text, text.count, "%Y-%m-%d %H:%M:%S %z", &parts)
    return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
