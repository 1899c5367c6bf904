import Testing

@testable import Repl

/// Pictures through libsixel and back through our own decoder.
struct SixelTests {
  /// The 101 greys of sixel arrive exactly, in every size; sizes under a band are libsixel's weak spot.
  @Test(arguments: [(1, 1), (3, 2), (5, 5), (6, 6), (7, 13), (32, 32), (101, 3)])
  func greysArrive(width: Int, height: Int) throws {
    let greys = (0..<(width * height)).map { UInt8(($0 * 37) % 256) }
    let picture = try Picture(width: width, height: height, grey: greys)
    let image = try #require(SixelDecoder(SixelEncoder.encode(IndexedPicture(picture, limit: 256))))
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
    let image = try #require(SixelDecoder(SixelEncoder.encode(IndexedPicture(picture, limit: 256))))
    #expect(image.colour(0, 0) == [100, 0, 0])
    #expect(image.colour(1, 0) == [0, 100, 0])
    #expect(image.colour(0, 1) == [0, 0, 100])
    #expect(image.colour(1, 1) == [100, 100, 0])
  }

  /// A picture of many colours arrives nearly as it was.
  @Test func manyColoursArriveNearly() throws {
    let picture = try SamplePictures.gradient(64, 48)
    let image = try #require(SixelDecoder(SixelEncoder.encode(IndexedPicture(picture, limit: 256))))
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
    let indexed = IndexedPicture(try SamplePictures.noise(40, 40), limit: limit)
    #expect(indexed.colourCount <= limit)
    #expect(indexed.indices.allSatisfy { Int($0) < indexed.colourCount })
  }

  /// Noise of any size is encoded in bounded work.
  @Test func noiseIsBounded() throws {
    let room = PictureRoom(width: 2000, height: 2000, cell: .usual)
    let indexed = SixelPicture.bounded(try SamplePictures.noise(700, 700), room)
    #expect(indexed.changes <= 300_000)
    #expect(indexed.colourCount <= 64)
    let slow = PictureRoom(width: 2000, height: 2000, cell: .usual, isSlow: true)
    let bytes = try SixelEncoder.encode(SixelPicture.bounded(try SamplePictures.noise(400, 400), slow))
    #expect(bytes.count < 400_000)
  }

  /// The cursor ends below the picture whatever the terminal does with it.
  @Test func roomIsMadeFirst() throws {
    let picture = try SamplePictures.gradient(100, 45)
    let room = PictureRoom(width: 100, height: 45, cell: .usual)
    let text = String(decoding: try SixelPicture.draw(picture, in: room), as: UTF8.self)
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
