// The room a picture takes on a terminal that shows pixels: how large it is shown there and where the cursor stands
// afterwards. The same for sixel, kitty and iTerm2.

/// What is known of the room a picture may take.
struct PictureRoom: Sendable, Equatable {
  /// Largest picture in pixels.
  var width: Int
  var height: Int
  /// A character cell, nil when the terminal does not tell.
  var cell: Cell?
  /// Colours the terminal has registers for; only sixel counts them.
  var colours = 256
  /// Bytes are few and slow (ssh).
  var isSlow = false

  /// Pixels of a character cell.
  struct Cell: Sendable, Equatable {
    var width: Int
    var height: Int

    /// Assumed where nobody tells.
    static let usual = Cell(width: 10, height: 20)
  }

  /// Largest frame that a picture fills by growing, and by itself.
  private static let growth = (width: 640, height: 256)
  private static let frame = (width: 1024, height: 768)

  /// Small pictures grown by a whole number, large ones reduced.
  func sized(_ picture: Picture) -> Picture {
    let width = min(width, Self.frame.width)
    let height = min(height, Self.frame.height)
    let factor = min(
      min(width, Self.growth.width) / picture.width, min(height, Self.growth.height) / picture.height)
    return factor > 1 ? picture.upscaled(factor) : picture.fitted(width: width, height: height)
  }

  /// The bytes that draw an image of so many text rows at the start of a line and leave the cursor at the start of the
  /// line below it. The room is made first, then the cursor goes where we say: terminals leave it in different places.
  static func placed(_ image: [UInt8], rows: Int) -> [UInt8] {
    let lines = String(repeating: "\n", count: rows)
    return Array("\r\(lines)\u{1b}[\(rows)A\u{1b}7".utf8) + image + Array("\u{1b}8\(lines)".utf8)
  }
}
