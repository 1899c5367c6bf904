// Shows values: text always, pictures in the form that the front end has. Reading order: ImageMode (which form),
// SixelPicture and BlockArt (the forms), this file (who gets what).

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
        let form = ImageSurroundings.current(mode: images).form { milliseconds in
          let replies = TerminalReplies.ask(milliseconds: milliseconds)
          background = replies?.background
          return replies
        }
        let abilities = Abilities(form: form, theme: (background ?? 1) < 0.5 ? .dark : .light)
        found = abilities
        return abilities
      }
    }
  }

  /// The display of this process; the program sets it once, before anything is shown.
  static var shared: Display {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }
  private static let current = Mutex(Display.standard(images: .auto))

  /// Shows a picture and its caption.
  func show(_ picture: Picture) { draw(picture, caption: picture.captionLine) }

  /// Shows a plot and its caption: as a picture where the terminal shows pictures, else in text.
  func show(_ plot: Plot) {
    let abilities = known()
    switch abilities.form {
    case .sixel(let room):
      let width = max(240, min(640, room.width))
      let height = max(160, min(width * 5 / 8, room.height))
      if let picture = try? plot.picture(width: width, height: height, theme: abilities.theme) {
        draw(picture, caption: plot.captionLine)
      } else {
        console.write(plot.captionLine + "\n")
      }
    case .blocks:
      let rows = max(8, min(18, console.rows - 6))
      console.write(
        plot.text(columns: console.columns - 1, rows: rows, isColoured: console.isColoured)
          + plot.captionLine + "\n")
    case .caption: console.write(plot.captionLine + "\n")
    }
  }

  private func draw(_ picture: Picture, caption: String) {
    // The caption first: over a slow line it tells what is coming.
    console.write(caption + "\n")
    switch known().form {
    case .sixel(let room):
      do {
        let bytes = try SixelPicture.draw(picture, in: room)
        // Cut off in the middle, an image would swallow all text after it.
        Signals.holdingInterrupt { console.write(bytes: bytes) }
      } catch {
        console.write("(\(error))\n")
      }
    case .blocks(let depth):
      let rows = max(4, min(BlockArt.mostRows, console.rows - 4))
      console.write(BlockArt.draw(picture, columns: console.columns, rows: rows, depth: depth))
    case .caption: break
    }
  }
}
