// Heckbert's median cut on colours of five bits a channel: the box with the largest spread, weighed by how many
// pixels it has, is cut at its median until there are enough boxes. Deterministic.

enum MedianCut {
  /// One colour of five bits a channel and the pixels that have it.
  private struct Bin {
    var index: Int
    var count: Int
    /// Sums of the pixels' true channels.
    var sums: (Int, Int, Int)

    func channel(_ channel: Int) -> Int { (index >> (10 - 5 * channel)) & 31 }
  }

  /// The colours for all of the pictures, and which one each bin of five bits a channel gets.
  static func palette(of pictures: [Picture], limit: Int) -> (colours: [UInt8], colourOfBin: [UInt8]) {
    var bins = (0..<32768).map { Bin(index: $0, count: 0, sums: (0, 0, 0)) }
    bins.withUnsafeMutableBufferPointer { bins in
      for picture in pictures {
        picture.pixels.withUnsafeBufferPointer { pixels in
          for pixel in 0..<(picture.width * picture.height) {
            let bin = bin(pixels, pixel)
            bins[bin].count += 1
            bins[bin].sums.0 += Int(pixels[3 * pixel])
            bins[bin].sums.1 += Int(pixels[3 * pixel + 1])
            bins[bin].sums.2 += Int(pixels[3 * pixel + 2])
          }
        }
      }
    }
    let boxes = cut(bins.filter { $0.count > 0 }, limit: limit)
    var colourOfBin = [UInt8](repeating: 0, count: 32768)
    var colours: [UInt8] = []
    for (colour, box) in boxes.enumerated() {
      let pixels = box.reduce(0) { $0 + $1.count }
      for sum in [\Bin.sums.0, \Bin.sums.1, \Bin.sums.2] {
        colours.append(UInt8((box.reduce(0) { $0 + $1[keyPath: sum] } + pixels / 2) / pixels))
      }
      for bin in box { colourOfBin[bin.index] = UInt8(colour) }
    }
    return (colours, colourOfBin)
  }

  /// The bin of a pixel: five bits of red, green and blue.
  static func bin(_ pixels: UnsafeBufferPointer<UInt8>, _ pixel: Int) -> Int {
    Int(pixels[3 * pixel] >> 3) << 10 | Int(pixels[3 * pixel + 1] >> 3) << 5 | Int(pixels[3 * pixel + 2] >> 3)
  }

  private static func cut(_ bins: [Bin], limit: Int) -> [ArraySlice<Bin>] {
    var boxes = [(bins: bins[...], spread: spread(bins[...]))]
    while boxes.count < limit {
      guard
        let widest = boxes.indices.max(by: { boxes[$0].spread.weight < boxes[$1].spread.weight }),
        boxes[widest].spread.weight > 0
      else { break }
      let channel = boxes[widest].spread.channel
      let sorted = boxes[widest].bins.sorted {
        ($0.channel(channel), $0.index) < ($1.channel(channel), $1.index)
      }
      let half = sorted.reduce(0) { $0 + $1.count } / 2
      var seen = 0
      var middle = 0
      while middle < sorted.count - 1, middle == 0 || seen + sorted[middle].count <= half {
        seen += sorted[middle].count
        middle += 1
      }
      boxes[widest] = (sorted[..<middle], spread(sorted[..<middle]))
      boxes.append((sorted[middle...], spread(sorted[middle...])))
    }
    return boxes.map(\.bins)
  }

  /// The channel in which a box is longest, and how much a cut there is worth.
  private static func spread(_ bins: ArraySlice<Bin>) -> (channel: Int, weight: Int) {
    let pixels = bins.reduce(0) { $0 + $1.count }
    let lengths = (0..<3).map { channel in
      let values = bins.lazy.map { $0.channel(channel) }
      return (values.max() ?? 0) - (values.min() ?? 0)
    }
    let channel = lengths.indices.max { lengths[$0] < lengths[$1] } ?? 0
    // The square root of the number: large flat regions must not take all colours.
    return (channel, Int(Double(lengths[channel]) * Double(pixels).squareRoot() * 16))
  }
}
