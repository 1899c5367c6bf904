// Which form pictures take: the user's choice, else what the terminal says it can. Asked at the first picture, not
// at the start, and once.

import Synchronization

/// What decides the form: the user's choice and the surroundings. A value, so that tests can make any.
struct ImageSurroundings {
  var mode: ImageMode
  var isTerminal: Bool
  var terminal: TerminalName
  var multiplexer: Multiplexer?
  var size: Terminal.Size?
  var promisesTrueColour: Bool
  var refusesColour: Bool
  /// The locale can show more than ASCII.
  var usesUTF8: Bool
  var isRemote: Bool

  /// This process and its standard output.
  static func current(mode: ImageMode) -> ImageSurroundings {
    let colours = Terminal.environment("COLORTERM")
    return ImageSurroundings(
      mode: mode, isTerminal: Console.output.isTerminal, terminal: .current,
      multiplexer: .around(.current, environment: Terminal.environment), size: Terminal.size(of: 1),
      promisesTrueColour: colours == "truecolor" || colours == "24bit",
      refusesColour: Terminal.environment("NO_COLOR") != nil,
      usesUTF8: TerminalName.usesUTF8(Terminal.environment), isRemote: Terminal.environment("SSH_CONNECTION") != nil)
  }

  /// The form, given a way to ask the terminal. It is asked at most once, and only when its answer counts.
  func form(asking ask: (TerminalQuestion) -> TerminalReplies?) -> ImageForm {
    let question = TerminalQuestion(terminal: terminal, multiplexer: multiplexer, milliseconds: patience)
    switch mode {
    case .none: return .caption
    case .blocks: return .blocks(depth)
    case .ascii: return .ascii(AsciiArt.Paper())
    case .sixel: return .sixel(room(isTerminal ? ask(question) : nil))
    case .kitty: return .kitty(room(isTerminal ? ask(question) : nil), inTmux: multiplexer == .tmux)
    case .iterm: return .iterm(room(isTerminal ? ask(question) : nil), inTmux: multiplexer == .tmux)
    case .auto:
      guard isTerminal, terminal.understandsEscapes else { return .caption }
      return form(ask(question) ?? TerminalReplies())
    }
  }

  /// The best form a terminal of such answers shows.
  private func form(_ replies: TerminalReplies) -> ImageForm {
    if replies.hasSixel { return .sixel(room(replies)) }
    if replies.hasKitty == true { return .kitty(room(replies), inTmux: multiplexer == .tmux) }
    if replies.hasITerm { return .iterm(room(replies), inTmux: false) }
    let hasColour = !refusesColour && (promisesTrueColour || terminal.has256Colours)
    if hasColour, usesUTF8 { return .blocks(depth) }
    return .ascii(AsciiArt.Paper(isDark: (replies.background ?? 0) < 0.5, hasUnicode: usesUTF8))
  }

  /// How long to wait for answers: over ssh they travel.
  private var patience: Int { isRemote ? 1000 : 200 }

  private var depth: BlockArt.Depth { promisesTrueColour ? .trueColour : .palette256 }

  private func room(_ replies: TerminalReplies?) -> PictureRoom {
    let columns = max(1, size?.columns ?? 80)
    let rows = max(1, size?.rows ?? 24)
    let cell =
      Self.believable(replies?.cell)
      ?? Self.believable(replies?.area.map { ($0.width / columns, $0.height / rows) })
      ?? Self.believable(size.map { ($0.pixelWidth / columns, $0.pixelHeight / rows) })
    let width = columns * (cell ?? .usual).width
    let height = max(1, rows - 2) * (cell ?? .usual).height
    let registers = replies?.colourRegisters ?? 256
    return PictureRoom(
      width: max(1, min(width, replies?.largest?.width ?? width)),
      height: max(1, min(height, replies?.largest?.height ?? height)),
      cell: cell, colours: max(2, min(256, registers)), isSlow: isRemote)
  }

  /// A terminal may answer anything.
  private static func believable(_ cell: (width: Int, height: Int)?) -> PictureRoom.Cell? {
    guard let cell, (2...500).contains(cell.width), (2...500).contains(cell.height) else { return nil }
    return PictureRoom.Cell(width: cell.width, height: cell.height)
  }
}

extension TerminalReplies {
  /// Asks the controlling terminal and waits for its answers. Nil without a terminal.
  /// What was typed meanwhile goes to the prompt.
  static func ask(_ question: TerminalQuestion) -> TerminalReplies? {
    Terminal.withRawControllingTerminal { descriptor in
      var replies = TerminalReplies()
      Terminal.write(Array(question.text.utf8), to: descriptor)
      let end = Terminal.monotonicSeconds() + Double(question.milliseconds) / 1000
      while !question.isAnswered(by: replies) {
        let left = Int((end - Terminal.monotonicSeconds()) * 1000)
        guard left > 0 else { break }
        guard !Terminal.wait(for: [descriptor], milliseconds: left).isEmpty else { continue }
        guard let bytes = Terminal.read(from: descriptor), !bytes.isEmpty else { break }
        for byte in bytes { replies.feed(byte) }
      }
      let typed = replies.typed
      if !typed.isEmpty { TerminalInput.typedAhead.withLock { $0 += typed } }
      return replies
    }
  }
}
