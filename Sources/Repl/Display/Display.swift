// Shows values: text always, pictures in the form that the front end has. Reading order: ImageMode and
// ImageSurroundings (which form), SixelPicture, KittyPicture, ITermPicture, BlockArt and AsciiArt (the forms), this file
// (who gets what).

import Synchronization

/// The program's display.
struct Display: Sendable {
  /// Where text and pictures go.
  let console: Console
  private let known: @Sendable () -> Abilities

  /// What is known of the output once it was needed.
  struct Abilities: Sendable {
    var form: ImageForm
    var theme: Theme
  }

  /// - Parameter abilities: asked each time; expected to remember.
  init(console: Console, abilities: @escaping @Sendable () -> Abilities) {
    self.console = console
    known = abilities
  }

  /// The display on standard output. The terminal is asked what it can at the first picture.
  static func standard(images: ImageMode) -> Display {
    let found = Mutex<Abilities?>(nil)
    return Display(console: .output) {
      found.withLock { found in
        if let found { return found }
        var background: Double?
        let form = ImageSurroundings.current(mode: images).form { question in
          let replies = TerminalReplies.ask(question)
          background = replies?.background
          return replies
        }
        let abilities = Abilities(form: form, theme: (background ?? 1) < 0.5 ? .dark : .light)
        found = abilities
        return abilities
      }
    }
  }

  /// Shows a picture and its caption.
  func show(_ picture: Picture) { draw(picture, caption: picture.captionLine) }

  /// Shows a plot and its caption: as a picture where the terminal shows pictures, else in text.
  func show(_ plot: Plot) {
    let abilities = known()
    if let room = abilities.form.room {
      let width = max(240, min(640, room.width))
      let height = max(160, min(width * 5 / 8, room.height))
      if let picture = try? plot.picture(width: width, height: height, theme: abilities.theme) {
        return draw(picture, caption: plot.captionLine)
      }
    }
    console.write((text(of: plot, in: abilities.form) ?? "") + plot.captionLine + "\n")
  }

  /// A plot in characters, nil where pictures are only described.
  private func text(of plot: Plot, in form: ImageForm) -> String? {
    let rows = max(8, min(18, console.rows - 6))
    let text = { (isColoured: Bool) in plot.text(columns: console.columns - 1, rows: rows, isColoured: isColoured) }
    switch form {
    case .blocks: return text(console.isColoured)
    case .ascii(let paper): return paper.hasUnicode ? text(console.isColoured) : AsciiArt.plain(text(false))
    case .sixel, .kitty, .iterm, .caption: return nil
    }
  }

  private func draw(_ picture: Picture, caption: String) {
    // The caption first: over a slow line it tells what is coming.
    console.write(caption + "\n")
    let rows = max(4, min(BlockArt.mostRows, console.rows - 4))
    switch known().form {
    case .sixel(let room): send { try SixelPicture.draw(picture, in: room) }
    case .kitty(let room, inTmux: false): send { try KittyPicture.draw(picture, in: room) }
    case .kitty(let room, inTmux: true):
      send { try KittyPicture.drawInTmux(picture, in: room, number: Self.nextNumber()) }
    case .iterm(let room, let inTmux): send { try ITermPicture.draw(picture, in: room, inTmux: inTmux) }
    case .blocks(let depth):
      console.write(BlockArt.draw(picture, columns: console.columns, rows: rows, depth: depth))
    case .ascii(let paper):
      console.write(AsciiArt.draw(picture, columns: console.columns, rows: rows, isDark: paper.isDark))
    case .caption: break
    }
  }

  private func send(_ bytes: () throws -> [UInt8]) {
    do {
      let bytes = try bytes()
      // Cut off in the middle, an image would swallow all text after it.
      Signals.holdingInterrupt { console.write(bytes: bytes) }
    } catch {
      console.write("(\(error))\n")
    }
  }

  /// 1 to 255 in turn. The beginning differs from session to session: two may share a terminal.
  private static func nextNumber() -> Int {
    numbers.withLock { number in
      number = number % 255 + 1
      return number
    }
  }
  private static let numbers = Mutex(Int.random(in: 1...255))
}
