// A picture as coloured half blocks, for terminals that show no pixels: each character cell shows two pixels, one above
// the other, as the colour of `▀` and of what is behind it.

enum BlockArt {
  /// Colours that a terminal understands.
  enum Depth: Sendable, Equatable { case trueColour, palette256 }

  /// Most text rows a picture takes.
  static let mostRows = 32

  /// The picture in lines of at most `columns` cells, each ended by a reset and a newline.
  static func draw(_ picture: Picture, columns: Int, rows: Int = mostRows, depth: Depth) -> String {
    let shown = sized(picture, columns: max(1, columns), rows: max(1, min(rows, mostRows)))
    var text = ""
    for top in stride(from: 0, to: shown.height, by: 2) {
      var pen = Pen(depth: depth)
      for column in 0..<shown.width {
        let upper = shown.colour(column, top)
        let lower = top + 1 < shown.height ? shown.colour(column, top + 1) : nil
        text += pen.move(to: upper, over: lower) + "▀"
      }
      text += "\u{1b}[0m\n"
    }
    return text
  }

  /// Reduced to fit; a tiny picture grows by a whole number to about a third of the room.
  static func sized(_ picture: Picture, columns: Int, rows: Int) -> Picture {
    let factor = min(columns / 2 / picture.width, rows / picture.height)
    return factor > 1 ? picture.upscaled(factor) : picture.fitted(width: columns, height: 2 * rows)
  }

  /// Colours now in force, so that only changes are written.
  private struct Pen {
    let depth: Depth
    private var front: (UInt8, UInt8, UInt8)?
    private var back: (UInt8, UInt8, UInt8)?

    init(depth: Depth) { self.depth = depth }

    mutating func move(to upper: (UInt8, UInt8, UInt8), over lower: (UInt8, UInt8, UInt8)?) -> String {
      var codes: [String] = []
      if front.map({ $0 != upper }) ?? true { codes.append("38;" + code(upper)) }
      if let lower, back.map({ $0 != lower }) ?? true { codes.append("48;" + code(lower)) }
      front = upper
      back = lower
      return codes.isEmpty ? "" : "\u{1b}[" + codes.joined(separator: ";") + "m"
    }

    private func code(_ colour: (UInt8, UInt8, UInt8)) -> String {
      switch depth {
      case .trueColour: "2;\(colour.0);\(colour.1);\(colour.2)"
      case .palette256: "5;\(BlockArt.nearest256(colour))"
      }
    }
  }

  /// The nearest of xterm's 256 colours: the 6 x 6 x 6 cube, or the 24 greys where these are nearer.
  static func nearest256(_ colour: (UInt8, UInt8, UInt8)) -> Int {
    let levels = [0, 95, 135, 175, 215, 255]
    let channels = [Int(colour.0), Int(colour.1), Int(colour.2)]
    let steps = channels.map { value in
      levels.indices.min { abs(levels[$0] - value) < abs(levels[$1] - value) } ?? 0
    }
    let mean = channels.reduce(0, +) / 3
    let grey = max(0, min(23, (mean - 3) / 10))
    let cubeError = zip(channels, steps).reduce(0) { $0 + ($1.0 - levels[$1.1]) * ($1.0 - levels[$1.1]) }
    let greyError = channels.reduce(0) { $0 + ($1 - (8 + 10 * grey)) * ($1 - (8 + 10 * grey)) }
    return greyError < cubeError ? 232 + grey : 16 + 36 * steps[0] + 6 * steps[1] + steps[2]
  }
}

extension Picture {
  /// Red, green and blue of a pixel inside the picture.
  func colour(_ column: Int, _ row: Int) -> (UInt8, UInt8, UInt8) {
    let start = 3 * (row * width + column)
    return (pixels[start], pixels[start + 1], pixels[start + 2])
  }
}
