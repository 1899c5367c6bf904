// Few colours for many: sixel knows at most 256, each channel in hundredths. libsixel's own quantiser makes 32
// greys out of 256 and loses colours of tiny pictures, so the choice is made here.
//
// Greys become a ramp of all 101 levels. Pictures of few colours keep them. Any others get a median cut
// (Heckbert 1982) of their colours at five bits a channel, without dither: dither would make noise out of flat
// squares, and noise is what costs time and bytes.

/// A picture in palette form.
struct IndexedPicture: Equatable {
  var width: Int
  var height: Int
  /// Colour of each pixel, an index into the palette.
  var indices: [UInt8]
  /// Red, green, blue of each colour, at most 256.
  var palette: [UInt8]

  var colourCount: Int { palette.count / 3 }
}

/// The colours for a picture, or for all frames of an animation: the same for all, so that nothing flickers.
struct Palette {
  /// Red, green, blue of each colour.
  let colours: [UInt8]
  private let table: Table

  /// How a pixel finds its colour.
  private enum Table {
    /// By its level.
    case greys([UInt8])
    /// By 0xRRGGBB.
    case exact([UInt32: UInt8])
    /// By five bits of each channel.
    case bins([UInt8])
  }

  /// At most `limit` (2...256) colours for all of the pictures.
  init(for pictures: [Picture], limit: Int) {
    let limit = max(2, min(256, limit))
    if pictures.allSatisfy(\.isGrey) {
      let steps = min(101, limit) - 1
      colours = (0...steps).flatMap { step in [UInt8](repeating: UInt8((step * 255 + steps / 2) / steps), count: 3) }
      table = .greys((0..<256).map { UInt8(($0 * steps + 127) / 255) })
    } else if let exact = Self.exact(pictures, limit: limit) {
      colours = exact.colours
      table = .exact(exact.numbers)
    } else {
      let cut = MedianCut.palette(of: pictures, limit: limit)
      colours = cut.colours
      table = .bins(cut.colourOfBin)
    }
  }

  /// One of the pictures in these colours.
  func indexed(_ picture: Picture) -> IndexedPicture {
    let count = picture.width * picture.height
    let indices = picture.pixels.withUnsafeBufferPointer { pixels in
      [UInt8](unsafeUninitializedCapacity: count) { indices, filled in
        switch table {
        case .greys(let levels): for pixel in 0..<count { indices[pixel] = levels[Int(pixels[3 * pixel])] }
        case .exact(let numbers):
          var last: (colour: UInt32, index: UInt8) = (.max, 0)
          for pixel in 0..<count {
            let colour = Self.colour(pixels, pixel)
            if last.colour != colour { last = (colour, numbers[colour] ?? 0) }
            indices[pixel] = last.index
          }
        case .bins(let colourOfBin): for pixel in 0..<count { indices[pixel] = colourOfBin[MedianCut.bin(pixels, pixel)] }
        }
        filled = count
      }
    }
    return IndexedPicture(width: picture.width, height: picture.height, indices: indices, palette: colours)
  }

  /// The pictures' own colours, nil when there are more than `limit`.
  private static func exact(_ pictures: [Picture], limit: Int) -> (colours: [UInt8], numbers: [UInt32: UInt8])? {
    var numbers: [UInt32: UInt8] = [:]
    var colours: [UInt8] = []
    for picture in pictures {
      let fits = picture.pixels.withUnsafeBufferPointer { pixels in
        var last = UInt32.max
        for pixel in 0..<(picture.width * picture.height) {
          let colour = colour(pixels, pixel)
          if colour == last || numbers[colour] != nil {
            last = colour
            continue
          }
          guard numbers.count < limit else { return false }
          numbers[colour] = UInt8(numbers.count)
          colours += [UInt8(colour >> 16), UInt8(colour >> 8 & 255), UInt8(colour & 255)]
        }
        return true
      }
      if !fits { return nil }
    }
    return (colours, numbers)
  }

  private static func colour(_ pixels: UnsafeBufferPointer<UInt8>, _ pixel: Int) -> UInt32 {
    UInt32(pixels[3 * pixel]) << 16 | UInt32(pixels[3 * pixel + 1]) << 8 | UInt32(pixels[3 * pixel + 2])
  }
}
