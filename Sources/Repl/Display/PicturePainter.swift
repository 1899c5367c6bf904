// The bytes that draw a picture, or frames of one size, in the form that an output has.

/// Draws pictures that belong together.
struct PicturePainter {
  /// Drawn at the start of a line, a picture leaves the cursor at the start of the line below it.
  struct Drawing {
    var bytes: [UInt8]
    /// Lines that it takes, nil where nobody knows.
    var rows: Int?
  }

  private let form: ImageForm
  private let columns: Int
  private let rows: Int
  private let sixel: SixelPicture?
  /// What kitty knows the picture by.
  private let number: Int

  /// - Parameters:
  ///   - pictures: all that will be drawn, of one size.
  ///   - columns: of the output in characters.
  ///   - rows: most lines for pictures made of characters.
  ///   - number: 1 to 255; a picture takes the place of an earlier one of its number.
  init(_ pictures: [Picture], in form: ImageForm, columns: Int, rows: Int, number: Int) {
    self.form = form
    self.columns = columns
    self.rows = rows
    self.number = number
    if case .sixel(let room) = form {
      sixel = SixelPicture(pictures, in: room, share: pictures.count > 1 ? 0.3 : 1)
    } else {
      sixel = nil
    }
  }

  /// - Throws: `SixelError`, an error of the PNG writer.
  func draw(_ picture: Picture) throws -> Drawing {
    switch form {
    case .sixel: return Drawing(bytes: try sixel?.draw(picture) ?? [], rows: sixel?.rows)
    case .kitty(let room, inTmux: false): return try KittyPicture.draw(picture, in: room, number: number)
    case .kitty(let room, inTmux: true): return try KittyPicture.drawInTmux(picture, in: room, number: number)
    case .iterm(let room, let inTmux): return try ITermPicture.draw(picture, in: room, inTmux: inTmux)
    case .blocks(let depth): return lines(BlockArt.draw(picture, columns: columns, rows: rows, depth: depth))
    case .ascii(let paper): return lines(AsciiArt.draw(picture, columns: columns, rows: rows, isDark: paper.isDark))
    case .caption: return Drawing(bytes: [], rows: 0)
    }
  }

  private func lines(_ text: String) -> Drawing {
    let bytes = Array(text.utf8)
    return Drawing(bytes: bytes, rows: bytes.count { $0 == 10 })
  }
}
