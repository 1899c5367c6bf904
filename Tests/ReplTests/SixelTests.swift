import Testing

@testable import Repl

/// Pictures through libsixel and back through our own decoder.
struct SixelTests {
  /// The 101 greys of sixel arrive exactly, in every size; sizes under a band are libsixel's weak spot.
  @Test(arguments: [(1, 1), (3, 2), (5, 5), (6, 6), (7, 13), (32, 32), (101, 3)])
  func greysArrive(width: Int, height: Int) throws {
    let greys = (0..<(width * height)).map { UInt8(($0 * 37) % 256) }
    let picture = try Picture(width: width, height: height, grey: greys)
    let image = try #require(SixelDecoder(SixelEncoder.encode(Palette(for: [picture], limit: 256).indexed(picture))))
    #expect(image.width == width && image.height == height)
    for row in 0..<height {
      for column in 0..<width {
        let level = (Int(greys[row * width + column]) * 100 + 127) / 255
        #expect(image.colour(column, row) == [level, level, level])
      }
    }
  }

  /// Few colours stay what they are: libsixel's own quantiser would make one of two.
  @Test func fewColoursStay() throws {
    let pixels: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0]
    let picture = try Picture(width: 2, height: 2, pixels: pixels)
    let image = try #require(SixelDecoder(SixelEncoder.encode(Palette(for: [picture], limit: 256).indexed(picture))))
    #expect(image.colour(0, 0) == [100, 0, 0])
    #expect(image.colour(1, 0) == [0, 100, 0])
    #expect(image.colour(0, 1) == [0, 0, 100])
    #expect(image.colour(1, 1) == [100, 100, 0])
  }

  /// A picture of many colours arrives nearly as it was.
  @Test func manyColoursArriveNearly() throws {
    let picture = try SamplePictures.gradient(64, 48)
    let image = try #require(SixelDecoder(SixelEncoder.encode(Palette(for: [picture], limit: 256).indexed(picture))))
    var sum = 0.0
    for row in 0..<48 {
      for column in 0..<64 {
        let colour = try #require(image.colour(column, row))
        let wanted = picture.colour(column, row)
        for (got, want) in zip(colour, [wanted.0, wanted.1, wanted.2]) {
          let error = Double(got) / 100 - Double(want) / 255
          sum += error * error
        }
      }
    }
    let meanSquare = sum / Double(3 * 64 * 48)
    #expect(meanSquare < 0.001)
  }

  @Test(arguments: [2, 16, 64, 256])
  func neverMoreColoursThanAllowed(limit: Int) throws {
    let noise = try SamplePictures.noise(40, 40)
    let indexed = Palette(for: [noise], limit: limit).indexed(noise)
    #expect(indexed.colourCount <= limit)
    #expect(indexed.indices.allSatisfy { Int($0) < indexed.colourCount })
  }

  /// Noise of any size is encoded in bounded work.
  @Test func noiseIsBounded() throws {
    let room = PictureRoom(width: 2000, height: 2000, cell: .usual)
    let noise = try SamplePictures.noise(700, 700)
    let indexed = SixelPicture([noise], in: room).indexed(noise)
    #expect(indexed.width * indexed.height <= 300_000 && indexed.width > 400)
    #expect(indexed.colourCount <= 64)
    let slow = PictureRoom(width: 2000, height: 2000, cell: .usual, isSlow: true)
    let bytes = try SixelPicture([noise], in: slow).draw(noise)
    #expect(bytes.count < 400_000)
  }

  /// All frames of an animation have the same colours and the same size, that of the noisiest.
  @Test func framesShareColoursAndSize() throws {
    let room = PictureRoom(width: 2000, height: 2000, cell: .usual)
    let frames = [try SamplePictures.noise(500, 500), try SamplePictures.gradient(500, 500)]
    let sixel = SixelPicture(frames, in: room, share: 0.3)
    let shown = frames.map(sixel.indexed)
    #expect(shown[0].palette == shown[1].palette && shown[0].colourCount <= 64)
    #expect((shown[0].width, shown[0].height) == (shown[1].width, shown[1].height) && shown[0].width < 500)
    for picture in shown { #expect(picture.indices.allSatisfy { Int($0) < picture.colourCount }) }
    // Grey frames and one in colour: the colour is not lost.
    let red = try Picture(width: 2, height: 1, pixels: [255, 0, 0, 0, 0, 0])
    let grey = try Picture(width: 2, height: 1, pixels: [9, 9, 9, 0, 0, 0])
    let palette = Palette(for: [grey, red], limit: 256)
    let indexed = palette.indexed(red)
    #expect(Array(indexed.palette[(3 * Int(indexed.indices[0]))..<(3 * Int(indexed.indices[0]) + 3)]) == [255, 0, 0])
  }

  /// The cursor ends below the picture whatever the terminal does with it.
  @Test func roomIsMadeFirst() throws {
    let picture = try SamplePictures.gradient(100, 45)
    let room = PictureRoom(width: 100, height: 45, cell: .usual)
    let text = String(decoding: try SixelPicture([picture], in: room).draw(picture), as: UTF8.self)
    #expect(text.hasPrefix("\r\n\n\n\u{1b}[3A\u{1b}7\u{1b}P"))
    #expect(text.hasSuffix("\u{1b}\\\u{1b}8\n\n\n"))
  }

  /// Size in the terminal for (picture side, room).
  @Test(arguments: [
    (28, 28, 900, 800, 252, 252), (8, 8, 900, 800, 256, 256), (300, 300, 900, 800, 300, 300),
    (2000, 1000, 900, 800, 900, 450), (28, 28, 40, 40, 28, 28), (596, 58, 900, 800, 596, 58),
  ])
  func sizes(width: Int, height: Int, roomWidth: Int, roomHeight: Int, wantWidth: Int, wantHeight: Int)
    throws
  {
    let room = PictureRoom(width: roomWidth, height: roomHeight, cell: .usual)
    let sized = room.sized(try SamplePictures.gradient(width, height))
    #expect(sized.width == wantWidth)
    #expect(sized.height == wantHeight)
  }
}
