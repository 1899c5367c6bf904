// Which form pictures take: the user's choice, else what the terminal says it can. Asked at the first picture, not
// at the start, and once.

import Synchronization

/// The forms that `--images` and IMF_IMAGES name.
enum ImageMode: String, CaseIterable, Sendable {
  case auto, sixel, blocks, none
}

/// The form pictures take on an output.
enum ImageForm: Sendable, Equatable {
  case sixel(SixelRoom)
  case blocks(BlockArt.Depth)
  /// Only the caption.
  case caption
}

/// What decides the form: the user's choice and the surroundings. A value, so that tests can make any.
struct ImageSurroundings {
  var mode: ImageMode
  var isTerminal: Bool
  var terminal: TerminalName
  var size: Terminal.Size?
  var promisesTrueColour: Bool
  var refusesColour: Bool
  var isRemote: Bool

  /// This process and its standard output.
  static func current(mode: ImageMode) -> ImageSurroundings {
    let colours = Terminal.environment("COLORTERM")
    return ImageSurroundings(
      mode: mode, isTerminal: Console.output.isTerminal, terminal: .current,
      size: Terminal.size(of: 1), promisesTrueColour: colours == "truecolor" || colours == "24bit",
      refusesColour: Terminal.environment("NO_COLOR") != nil,
      isRemote: Terminal.environment("SSH_CONNECTION") != nil)
  }

  /// The form, given a way to ask the terminal. It is asked at most once, and only when its answer counts.
  func form(asking ask: (_ milliseconds: Int) -> TerminalReplies?) -> ImageForm {
    switch mode {
    case .none: return .caption
    case .blocks: return .blocks(depth)
    case .sixel: return .sixel(room(isTerminal ? ask(patience) : nil))
    case .auto:
      guard isTerminal, terminal.understandsEscapes else { return .caption }
      if let replies = ask(patience), replies.hasSixel { return .sixel(room(replies)) }
      if refusesColour || !(promisesTrueColour || terminal.has256Colours) { return .caption }
      return .blocks(depth)
    }
  }

  /// How long to wait for answers: over ssh they travel.
  private var patience: Int { isRemote ? 1000 : 200 }

  private var depth: BlockArt.Depth { promisesTrueColour ? .trueColour : .palette256 }

  private func room(_ replies: TerminalReplies?) -> SixelRoom {
    let columns = max(1, size?.columns ?? 80)
    let rows = max(1, size?.rows ?? 24)
    var cell = replies?.cell
    if cell == nil, let area = replies?.area { cell = (area.width / columns, area.height / rows) }
    if cell == nil, let size, size.pixelWidth > 0, size.pixelHeight > 0 {
      cell = (size.pixelWidth / columns, size.pixelHeight / rows)
    }
    let width = columns * (cell?.width ?? 10)
    let height = max(1, rows - 2) * (cell?.height ?? 20)
    let registers = replies?.colourRegisters ?? 256
    return SixelRoom(
      width: max(1, min(width, replies?.largest?.width ?? width)),
      height: max(1, min(height, replies?.largest?.height ?? height)),
      cellHeight: cell?.height, colours: max(2, min(256, registers)), isSlow: isRemote)
  }
}

extension TerminalReplies {
  /// Asks the controlling terminal and waits for its answers, at most so long. Nil without a terminal.
  /// What was typed meanwhile goes to the prompt.
  static func ask(milliseconds: Int) -> TerminalReplies? {
    Terminal.withRawControllingTerminal { descriptor in
      var replies = TerminalReplies()
      Terminal.write(Array(query.utf8), to: descriptor)
      let end = Terminal.monotonicSeconds() + Double(milliseconds) / 1000
      while !replies.isComplete {
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
