import Testing

@testable import Repl

/// Pictures by the protocols of kitty and iTerm2, and back through our own reading of both.
struct GraphicsTests {
  private let room = PictureRoom(width: 900, height: 800, cell: .usual)

  /// Every pixel arrives; small pictures are enlarged pixel by pixel.
  @Test(arguments: [(1, 1), (28, 28), (65, 3), (3, 65), (300, 200)])
  func kittyGetsThePixels(width: Int, height: Int) throws {
    let picture = try SamplePictures.noise(width, height)
    let bytes = try KittyPicture.draw(picture, in: room).bytes
    #expect(try #require(try GraphicsMessages(bytes).kittyPicture()) == room.sized(picture))
  }

  @Test func greyArrives() throws {
    let picture = try Picture(width: 16, height: 16, grey: (0..<256).map { UInt8($0) })
    #expect(try #require(try GraphicsMessages(KittyPicture.draw(picture, in: room).bytes).kittyPicture()) == room.sized(picture))
    #expect(try #require(try GraphicsMessages(ITermPicture.draw(picture, in: room).bytes).iterm()).picture == room.sized(picture))
  }

  /// Keys in the first message alone, no answers wanted, no message above 4096, the last one marked.
  @Test func pieces() throws {
    let messages = try #require(try GraphicsMessages(KittyPicture.draw(SamplePictures.noise(200, 200), in: room).bytes).kitty)
    #expect(messages.count > 20)
    #expect(messages[0].keys == ["a": "T", "f": "100", "q": "2", "C": "1", "m": "1"])
    for (index, message) in messages.enumerated() {
      let isLast = index == messages.count - 1
      #expect(message.keys["m"] == (isLast ? "0" : "1") && message.keys["q"] == "2")
      #expect(index == 0 || message.keys.count == 2)
      #expect(isLast ? (1...4096).contains(message.data.utf8.count) : message.data.utf8.count == 4096)
    }
  }

  @Test(arguments: [(1, 1), (4095, 1), (4096, 1), (4097, 2), (8192, 2), (8193, 3), (0, 0)])
  func pieceCounts(count: Int, pieces: Int) throws {
    let messages = KittyPicture.messages([UInt8](repeating: 65, count: count), keys: "a=T")
    #expect(messages.count == pieces)
    #expect(messages.last.map { String(decoding: $0, as: UTF8.self).contains("m=0;") } ?? true)
  }

  /// The cursor ends below the picture whatever the terminal does with it, and nothing but movements is around it.
  @Test func placement() throws {
    let picture = try SamplePictures.gradient(700, 290)
    for drawing in [try KittyPicture.draw(picture, in: room), try ITermPicture.draw(picture, in: room)] {
      let lines = String(repeating: "\n", count: 15)
      #expect(drawing.rows == 15)
      #expect(GraphicsMessages(drawing.bytes).text == "\r\(lines)\u{1b}[15A\u{1b}7\u{1b}8\(lines)")
    }
  }

  /// A terminal that does not tell its cell's size is told the picture's.
  @Test func unknownCell() throws {
    let blind = PictureRoom(width: 800, height: 440, cell: nil)
    let messages = try #require(try GraphicsMessages(KittyPicture.draw(SamplePictures.gradient(300, 290), in: blind).bytes).kitty)
    #expect(messages[0].keys["c"] == "30" && messages[0].keys["r"] == "15")
  }

  @Test func itermGetsThePixelsAndTheRoom() throws {
    let picture = try SamplePictures.noise(301, 205)
    let message = try #require(try GraphicsMessages(ITermPicture.draw(picture, in: room).bytes).iterm())
    #expect(message.picture == picture)
    #expect(message.arguments["inline"] == "1" && message.arguments["preserveAspectRatio"] == "1")
    #expect(message.arguments["width"] == "31" && message.arguments["height"] == "11")
    #expect(message.arguments["size"] == "\(message.byteCount)")
  }

  /// Noise is sent smaller and shown as large: bytes are bounded, proportions stay.
  @Test(arguments: [(1000, 700, false), (400, 400, true), (4096, 4096, false), (4096, 8, true)])
  func noiseIsBounded(width: Int, height: Int, isSlow: Bool) throws {
    let slow = PictureRoom(width: 2000, height: 2000, cell: .usual, isSlow: isSlow)
    let picture = try SamplePictures.noise(width, height)
    let image = try EncodedPicture(picture, in: slow)
    #expect(image.png.count <= EncodedPicture.mostBytes(isSlow: isSlow))
    let shown = slow.sized(picture)
    #expect(image.columns == (shown.width + 9) / 10 && image.rows == (shown.height + 19) / 20)
    let bytes = try KittyPicture.draw(picture, in: slow).bytes
    #expect(bytes.count < (isSlow ? 270_000 : 1_000_000))
    let keys = try #require(GraphicsMessages(bytes).kitty?.first).keys
    #expect((keys["c"] == "\(image.columns)" && keys["r"] == "\(image.rows)") == image.isReduced)
    let sent = try #require(try GraphicsMessages(bytes).kittyPicture())
    let stretch = Double(sent.width * shown.height) / Double(sent.height * shown.width)
    #expect(!image.isReduced || abs(stretch - 1) < 0.05)
  }

  /// A terminal of hardly any room still gets a picture that fits.
  @Test(arguments: [(1, 1), (10, 20), (3, 700)])
  func littleRoom(width: Int, height: Int) throws {
    let little = PictureRoom(width: width, height: height, cell: .usual)
    let sent = try #require(try GraphicsMessages(KittyPicture.draw(SamplePictures.gradient(400, 300), in: little).bytes).kittyPicture())
    #expect(sent.width <= width && sent.height <= height)
  }
}

/// The same from inside tmux.
struct TmuxTests {
  private let room = PictureRoom(width: 900, height: 1600, cell: .usual)

  @Test func escapesAreDoubled() {
    #expect(Tmux.passedThrough([0x1B, 65, 0x1B, 0x1B]) == Array("\u{1b}Ptmux;\u{1b}\u{1b}A\u{1b}\u{1b}\u{1b}\u{1b}\u{1b}\\".utf8))
    #expect(Tmux.passedThrough([]) == Array("\u{1b}Ptmux;\u{1b}\\".utf8))
  }

  /// Each piece goes through by itself and arrives as it would without tmux.
  @Test func kittyArrivesThroughTmux() throws {
    let picture = try SamplePictures.noise(120, 90)
    let outer = GraphicsMessages(try KittyPicture.drawInTmux(picture, in: room, number: 7).bytes)
    #expect(outer.strings.allSatisfy { $0.hasPrefix("Ptmux;") && $0.utf8.count < 4300 })
    let inner = outer.passedThrough
    #expect(inner.text.isEmpty)
    let keys = try #require(inner.kitty?.first).keys
    let shown = room.sized(picture)
    #expect(
      keys == [
        "a": "T", "U": "1", "f": "100", "q": "2", "i": "7", "m": "1", "c": "\((shown.width + 9) / 10)",
        "r": "\((shown.height + 19) / 20)",
      ])
    #expect(try #require(try inner.kittyPicture()) == shown)
  }

  /// The text has a placeholder for each cell, in the picture's colour, each row with its own mark.
  @Test func placeholders() throws {
    let outer = GraphicsMessages(try KittyPicture.drawInTmux(SamplePictures.gradient(300, 300), in: room, number: 9).bytes)
    let lines = outer.text.split(separator: "\n")
    #expect(lines.count == 15)
    var marks: Set<Unicode.Scalar> = []
    for line in lines {
      #expect(line.hasPrefix("\u{1b}[38;5;9m") && line.hasSuffix("\u{1b}[39m"))
      let scalars = Array(line.unicodeScalars.dropFirst(9).dropLast(5))
      #expect(scalars.count(where: { $0 == "\u{10EEEE}" }) == 30 && scalars.count == 31)
      marks.insert(scalars[1])
    }
    #expect(marks.count == 15)
    #expect(lines[0].unicodeScalars.contains("\u{0305}") && lines[14].unicodeScalars.contains("\u{0352}"))
  }

  /// No picture is higher than there are marks for rows, whatever the cell.
  @Test(arguments: [2, 8, 20])
  func neverMoreRowsThanMarks(cellHeight: Int) throws {
    let flat = PictureRoom(width: 900, height: 1600, cell: .init(width: 10, height: cellHeight))
    let outer = GraphicsMessages(try KittyPicture.drawInTmux(SamplePictures.gradient(100, 760), in: flat, number: 1).bytes)
    let keys = try #require(outer.passedThrough.kitty?.first).keys
    let rows = outer.text.split(separator: "\n").count
    #expect(rows <= KittyPicture.Placeholder.mostRows && keys["r"] == "\(rows)")
  }

  /// tmux drops strings of more than 1 MiB.
  @Test func itermFitsTmux() throws {
    let outer = GraphicsMessages(try ITermPicture.draw(SamplePictures.noise(1000, 700), in: room, inTmux: true).bytes)
    #expect(outer.strings.count == 1 && outer.strings[0].utf8.count < 1 << 20)
    #expect(try #require(try outer.passedThrough.iterm()).arguments["inline"] == "1")
  }
}
