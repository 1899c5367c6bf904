// A picture made ready for a sixel terminal: number of colours, place on the screen. The encoder is quadratic on noise,
// and early samples of a generative model are noise, so what it gets is bounded.

enum SixelPicture {
  /// The bytes that draw the picture at the start of a line and leave the cursor at the start of the line
  /// below it.
  /// - Throws: `SixelError` when libsixel fails.
  static func draw(_ picture: Picture, in room: PictureRoom) throws -> [UInt8] {
    let indexed = bounded(room.sized(picture), room)
    let image = try SixelEncoder.encode(indexed)
    guard let cell = room.cell else {
      // Most terminals leave the cursor on the last line that the picture touches.
      return Array("\r".utf8) + image + Array("\n".utf8)
    }
    return PictureRoom.placed(image, rows: (indexed.height + cell.height - 1) / cell.height)
  }

  /// The picture in as many colours, and at last in such a size, that encoding takes a fraction of a second.
  /// What counts is how often the colour changes along a row. Measured with libsixel 1.10.3: noise of 65,000
  /// changes takes 70 ms and 300 kB in 256 colours, 262,000 take 770 ms; in 64 colours 130 ms.
  static func bounded(_ picture: Picture, _ room: PictureRoom) -> IndexedPicture {
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
