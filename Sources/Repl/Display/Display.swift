// Shows values: text always, pictures in the form that the front end has. Reading order: ImageMode and
// ImageSurroundings (which form), SixelPicture, KittyPicture, ITermPicture, BlockArt and AsciiArt (the forms),
// PicturePainter (one of them), this file (who gets what), Display+Animation, Display+Redraw.

import Synchronization

/// The program's display.
struct Display: Sendable {
  /// Where text and pictures go.
  let console: Console
  let recent = RecentlyShown()
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

  /// The display on standard output. The terminal is asked what it can at the first picture, and again when its size
  /// has changed.
  static func standard(images: ImageMode) -> Display {
    let found = Mutex<(size: Terminal.Size?, abilities: Abilities)?>(nil)
    return Display(console: .output) {
      found.withLock { found in
        let size = Terminal.size(of: 1)
        if let found, found.size == size { return found.abilities }
        var background: Double?
        let form = ImageSurroundings.current(mode: images).form { question in
          let replies = TerminalReplies.ask(question)
          background = replies?.background
          return replies
        }
        let abilities = Abilities(form: form, theme: (background ?? 1) < 0.5 ? .dark : .light)
        found = (size, abilities)
        return abilities
      }
    }
  }

  /// The form that pictures take here.
  var form: ImageForm { known().form }

  /// Shows a picture and its caption.
  func show(_ picture: Picture) {
    recent.add(.picture(picture))
    draw(picture, caption: picture.captionLine)
  }

  /// Shows a plot and its caption: as a picture where the terminal shows pictures, else in text.
  func show(_ plot: Plot) {
    recent.add(.plot(plot))
    draw(plot)
  }

  /// Draws a plot above its caption, or as a picture below it.
  func draw(_ plot: Plot) {
    let abilities = known()
    if let picture = abilities.form.room.flatMap({ try? plot.picture(in: $0, theme: abilities.theme) }) {
      return draw(picture, caption: plot.captionLine)
    }
    console.write((text(of: plot, in: abilities.form) ?? "") + plot.captionLine + "\n")
  }

  /// A plot in characters, nil where pictures are only described.
  private func text(of plot: Plot, in form: ImageForm) -> String? {
    let columns = console.columns - 1
    let rows = max(8, min(18, console.rows - 6))
    switch form {
    case .blocks(let depth):
      return plot.text(columns: columns, rows: rows, isColoured: console.isColoured, depth: console.isColoured ? depth : nil)
    case .ascii(let paper):
      let text = plot.text(
        columns: columns, rows: rows, isColoured: console.isColoured && paper.hasUnicode, isDark: paper.isDark)
      return paper.hasUnicode ? text : AsciiArt.plain(text)
    case .sixel, .kitty, .iterm, .caption: return nil
    }
  }

  /// Draws a picture below its caption.
  func draw(_ picture: Picture, caption: String) {
    // The caption first: over a slow line it tells what is coming.
    console.write(caption + "\n")
    send { try painter([picture], in: form).draw(picture) }
  }

  /// What draws pictures that belong together.
  func painter(_ pictures: [Picture], in form: ImageForm) -> PicturePainter {
    PicturePainter(
      pictures, in: form, columns: console.columns, rows: max(4, min(BlockArt.mostRows, console.rows - 4)),
      number: Self.nextNumber())
  }

  func send(_ drawing: () throws -> PicturePainter.Drawing) {
    guard let drawing = prepared(drawing) else { return }
    // Cut off in the middle, an image would swallow all text after it.
    Signals.holdingInterrupt { console.write(bytes: drawing.bytes) }
  }

  /// What is to be sent; nil, and said so, where it cannot be made.
  func prepared(_ drawing: () throws -> PicturePainter.Drawing) -> PicturePainter.Drawing? {
    do {
      return try drawing()
    } catch {
      console.write("(\(error))\n")
      return nil
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
