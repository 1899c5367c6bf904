// A picture made ready for a sixel terminal: size, number of colours, place on the screen. The encoder is
// quadratic on noise, and early samples of a generative model are noise, so what it gets is bounded.

/// What is known of the room a sixel picture may take.
struct SixelRoom: Sendable, Equatable {
  /// Largest picture in pixels.
  var width: Int
  var height: Int
  /// Height of a character cell in pixels, nil when the terminal does not tell.
  var cellHeight: Int?
  /// Colours the terminal has registers for.
  var colours = 256
  /// Bytes are few and slow (ssh).
  var isSlow = false
}

enum SixelPicture {
  /// Largest frame that a picture fills by growing, and by itself.
  private static let growth = (width: 640, height: 256)
  private static let frame = (width: 1024, height: 768)

  /// The bytes that draw the picture at the start of a line and leave the cursor at the start of the line
  /// below it.
  /// - Throws: `SixelError` when libsixel fails.
  static func draw(_ picture: Picture, in room: SixelRoom) throws -> [UInt8] {
    let indexed = bounded(sized(picture, in: room), room)
    let image = try SixelEncoder.encode(indexed)
    guard let cellHeight = room.cellHeight, cellHeight > 0 else {
      // Most terminals leave the cursor on the last line that the picture touches.
      return Array("\r".utf8) + image + Array("\n".utf8)
    }
    // The room is made first, then the cursor goes where we say: terminals leave it in different places.
    let rows = (indexed.height + cellHeight - 1) / cellHeight
    let opening = "\r" + String(repeating: "\n", count: rows) + "\u{1b}[\(rows)A\u{1b}7"
    return Array(opening.utf8) + image + Array("\u{1b}8\u{1b}[\(rows)B\r".utf8)
  }

  /// Small pictures grown by a whole number, large ones reduced.
  static func sized(_ picture: Picture, in room: SixelRoom) -> Picture {
    let width = min(room.width, frame.width)
    let height = min(room.height, frame.height)
    let factor = min(
      min(width, growth.width) / picture.width, min(height, growth.height) / picture.height)
    return factor > 1 ? picture.upscaled(factor) : picture.fitted(width: width, height: height)
  }

  /// The picture in as many colours, and at last in such a size, that encoding takes a fraction of a second.
  /// What counts is how often the colour changes along a row. Measured with libsixel 1.10.3: noise of 65,000
  /// changes takes 70 ms and 300 kB in 256 colours, 262,000 take 770 ms; in 64 colours 130 ms.
  static func bounded(_ picture: Picture, _ room: SixelRoom) -> IndexedPicture {
    let budget = room.isSlow ? 75_000 : 300_000
    var picture = picture
    while true {
      let indexed = IndexedPicture(picture, limit: room.colours)
      let changes = indexed.changes
      if changes <= budget / 2 { return indexed }
      if changes <= budget || picture.width < 64 { return IndexedPicture(picture, limit: min(64, room.colours)) }
      let scale = max(0.25, 0.95 * (Double(budget) / Double(changes)).squareRoot())
      picture = picture.reduced(
        toWidth: Int(Double(picture.width) * scale), height: Int(Double(picture.height) * scale))
    }
  }
}

extension IndexedPicture {
  /// How many neighbours in a row differ.
  var changes: Int {
    indices.withUnsafeBufferPointer { indices in
      var changes = 0
      for row in 0..<height {
        for pixel in (row * width + 1)..<max(row * width + 1, (row + 1) * width)
        where indices[pixel] != indices[pixel - 1] { changes += 1 }
      }
      return changes
    }
  }
}
