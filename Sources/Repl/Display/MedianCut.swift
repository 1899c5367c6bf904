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

  /// Indices and palette of the picture in at most `limit` colours.
  static func reduce(_ picture: Picture, limit: Int) -> (indices: [UInt8], palette: [UInt8]) {
    let count = picture.width * picture.height
    var bins = (0..<32768).map { Bin(index: $0, count: 0, sums: (0, 0, 0)) }
    var binOfPixel = [UInt16](repeating: 0, count: count)
    for pixel in 0..<count {
      let red = Int(picture.pixels[3 * pixel])
      let green = Int(picture.pixels[3 * pixel + 1])
      let blue = Int(picture.pixels[3 * pixel + 2])
      let bin = (red >> 3) << 10 | (green >> 3) << 5 | blue >> 3
      binOfPixel[pixel] = UInt16(bin)
      bins[bin].count += 1
      bins[bin].sums.0 += red
      bins[bin].sums.1 += green
      bins[bin].sums.2 += blue
    }
    let boxes = cut(bins.filter { $0.count > 0 }, limit: limit)
    var colourOfBin = [UInt8](repeating: 0, count: 32768)
    var palette: [UInt8] = []
    for (colour, box) in boxes.enumerated() {
      let pixels = box.reduce(0) { $0 + $1.count }
      for sum in [\Bin.sums.0, \Bin.sums.1, \Bin.sums.2] {
        palette.append(UInt8((box.reduce(0) { $0 + $1[keyPath: sum] } + pixels / 2) / pixels))
      }
      for bin in box { colourOfBin[bin.index] = UInt8(colour) }
    }
    return (binOfPixel.map { colourOfBin[Int($0)] }, palette)
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
