// Pictures made ready for a sixel terminal: size, colours, place on the screen. Time and bytes grow with how often the
// colour changes along a row, and early samples of a generative model are noise, so what the encoder gets is bounded.

/// A picture, or frames of one size, for sixel.
struct SixelPicture {
  private let room: PictureRoom
  private let width: Int
  private let height: Int
  private let palette: Palette

  /// - Parameters:
  ///   - pictures: of one size; they share their colours and the size in which they are sent.
  ///   - share: how much of the bytes of a single picture each may take.
  init(_ pictures: [Picture], in room: PictureRoom, share: Double = 1) {
    self.room = room
    let shown = pictures.map(room.sized)
    var noisiest = (picture: shown[0], changes: -1)
    for picture in shown {
      let changes = picture.changes
      if changes > noisiest.changes { noisiest = (picture, changes) }
    }
    // Measured with libsixel 1.10.3: noise of 65,000 changes takes 70 ms and 300 kB in 256 colours, 262,000 take
    // 770 ms; in 64 colours 60 ms and 940 kB. The time goes to a search that grows with colours and changes.
    let budget = Int(share * (room.isSlow ? 75_000 : 300_000))
    let mostColours = noisiest.changes <= budget / 2 ? 256 : noisiest.changes <= 3 * budget / 4 ? 64 : 32
    let colours = min(mostColours, room.colours)
    while noisiest.changes > budget, noisiest.picture.width >= 64 {
      let scale = max(0.25, 0.95 * (Double(budget) / Double(noisiest.changes)).squareRoot())
      let picture = noisiest.picture
      noisiest.picture = picture.reduced(
        toWidth: Int(Double(picture.width) * scale), height: Int(Double(picture.height) * scale))
      noisiest.changes = noisiest.picture.changes
    }
    let (width, height) = (noisiest.picture.width, noisiest.picture.height)
    (self.width, self.height) = (width, height)
    palette = Palette(
      for: pictures.count == 1 ? [noisiest.picture] : shown.map { $0.reduced(toWidth: width, height: height) },
      limit: colours)
  }

  /// One of the pictures as it is sent.
  func indexed(_ picture: Picture) -> IndexedPicture {
    palette.indexed(room.sized(picture).reduced(toWidth: width, height: height))
  }

  /// The bytes that draw one of the pictures at the start of a line and leave the cursor at the start of the line
  /// below it.
  /// - Throws: `SixelError` when libsixel fails.
  func draw(_ picture: Picture) throws -> [UInt8] {
    let image = try SixelEncoder.encode(indexed(picture))
    // Most terminals leave the cursor on the last line that the picture touches.
    guard let rows else { return Array("\r".utf8) + image + Array("\n".utf8) }
    return PictureRoom.placed(image, rows: rows)
  }

  /// Text rows that it takes, nil where the terminal does not tell the size of a cell.
  var rows: Int? { room.cell.map { (height + $0.height - 1) / $0.height } }
}

extension Picture {
  /// How many neighbours in a row differ in five bits of a channel.
  fileprivate var changes: Int {
    pixels.withUnsafeBufferPointer { pixels in
      var changes = 0
      for row in 0..<height {
        var last = MedianCut.bin(pixels, row * width)
        for pixel in (row * width + 1)..<max(row * width + 1, (row + 1) * width) {
          let bin = MedianCut.bin(pixels, pixel)
          if bin != last { changes += 1 }
          last = bin
        }
      }
      return changes
    }
  }
}
