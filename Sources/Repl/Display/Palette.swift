// Few colours for many: sixel knows at most 256, each channel in hundredths. libsixel's own quantiser makes 32
// greys out of 256 and loses colours of tiny pictures, so the choice is made here.
//
// Greys become a ramp of all 101 levels. A picture of few colours keeps them. Any other gets a median cut
// (Heckbert 1982) of its colours at five bits a channel, without dither: dither would make noise out of flat
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

  /// The picture in at most `limit` colours (2...256).
  init(_ picture: Picture, limit: Int) {
    let limit = max(2, min(256, limit))
    width = picture.width
    height = picture.height
    if picture.isGrey {
      (indices, palette) = Self.greys(picture, limit: limit)
    } else if let exact = Self.exact(picture, limit: limit) {
      (indices, palette) = exact
    } else {
      (indices, palette) = MedianCut.reduce(picture, limit: limit)
    }
  }

  /// Sixel's 101 greys, or fewer, evenly spread.
  private static func greys(_ picture: Picture, limit: Int) -> ([UInt8], [UInt8]) {
    let steps = min(101, limit) - 1
    let palette = (0...steps).flatMap { step -> [UInt8] in
      let level = UInt8((step * 255 + steps / 2) / steps)
      return [level, level, level]
    }
    let table = (0..<256).map { UInt8(($0 * steps + 127) / 255) }
    let indices = stride(from: 0, to: picture.pixels.count, by: 3).map { table[Int(picture.pixels[$0])] }
    return (indices, palette)
  }

  /// The picture's own colours, nil when there are more than `limit`.
  private static func exact(_ picture: Picture, limit: Int) -> ([UInt8], [UInt8])? {
    var known: [UInt32: UInt8] = [:]
    var palette: [UInt8] = []
    var indices = [UInt8](repeating: 0, count: picture.width * picture.height)
    var last: (colour: UInt32, index: UInt8)?
    for pixel in indices.indices {
      let red = picture.pixels[3 * pixel]
      let green = picture.pixels[3 * pixel + 1]
      let blue = picture.pixels[3 * pixel + 2]
      let colour = UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
      if let last, last.colour == colour {
        indices[pixel] = last.index
        continue
      }
      if known[colour] == nil {
        guard known.count < limit else { return nil }
        known[colour] = UInt8(known.count)
        palette += [red, green, blue]
      }
      let index = known[colour] ?? 0
      last = (colour, index)
      indices[pixel] = index
    }
    return (indices, palette)
  }
}
