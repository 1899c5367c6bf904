// Larger by whole numbers with hard edges, so that a 28 x 28 digit can be seen pixel by pixel; smaller by the
// mean of the area that falls on a pixel, so that nothing flickers.

extension Picture {
  /// Each pixel becomes a square of `factor` x `factor`; the picture itself where that would be too large.
  func upscaled(_ factor: Int) -> Picture {
    guard factor > 1, factor * max(width, height) <= Self.longestSide else { return self }
    let wide = width * factor
    let result = [UInt8](unsafeUninitializedCapacity: 3 * wide * height * factor) { result, filled in
      var at = 0
      for row in 0..<height {
        let rowStart = at
        for column in 0..<width {
          let source = 3 * (row * width + column)
          for _ in 0..<factor {
            result[at] = pixels[source]
            result[at + 1] = pixels[source + 1]
            result[at + 2] = pixels[source + 2]
            at += 3
          }
        }
        for copy in 3 * wide..<3 * wide * factor {
          result[rowStart + copy] = result[rowStart + copy - 3 * wide]
        }
        at = rowStart + 3 * wide * factor
      }
      filled = at
    }
    return Picture(trusted: result, width: wide, height: height * factor, caption: caption)
  }

  /// The picture in a smaller size; sides that are smaller already stay.
  func reduced(toWidth wantedWidth: Int, height wantedHeight: Int) -> Picture {
    let newWidth = max(1, min(width, wantedWidth))
    let newHeight = max(1, min(height, wantedHeight))
    if newWidth == width, newHeight == height { return self }
    // Area means are separable: first along rows, then along columns. The sums stay exact in Float.
    let columns = Self.areas(from: width, to: newWidth)
    let rows = Self.areas(from: height, to: newHeight)
    var narrow = [Float](repeating: 0, count: 3 * newWidth * height)
    for row in 0..<height {
      for (target, area) in columns.enumerated() {
        for (source, weight) in area {
          for channel in 0..<3 {
            narrow[3 * (row * newWidth + target) + channel] +=
              weight * Float(pixels[3 * (row * width + source) + channel])
          }
        }
      }
    }
    var result = [UInt8](repeating: 0, count: 3 * newWidth * newHeight)
    for (target, area) in rows.enumerated() {
      for index in 0..<(3 * newWidth) {
        var sum: Float = 0
        for (source, weight) in area { sum += weight * narrow[3 * newWidth * source + index] }
        result[3 * newWidth * target + index] = UInt8(max(0, min(255, sum.rounded())))
      }
    }
    return Picture(trusted: result, width: newWidth, height: newHeight, caption: caption)
  }

  /// The largest size with the same proportions inside a frame, never larger than the picture.
  func fitted(width maximumWidth: Int, height maximumHeight: Int) -> Picture {
    let scale = min(
      1, Double(maximumWidth) / Double(width), Double(maximumHeight) / Double(height))
    if scale == 1 { return self }
    return reduced(
      toWidth: Int((Double(width) * scale).rounded(.down)),
      height: Int((Double(height) * scale).rounded(.down)))
  }

  /// For each target pixel the source pixels under it and their share of its area.
  private static func areas(from count: Int, to target: Int) -> [[(source: Int, weight: Float)]] {
    let ratio = Double(count) / Double(target)
    return (0..<target).map { index in
      let start = Double(index) * ratio
      let end = min(Double(count), start + ratio)
      return (Int(start)..<min(count, Int(end.rounded(.up)))).map { source in
        let covered = min(end, Double(source + 1)) - max(start, Double(source))
        return (source, Float(covered / ratio))
      }
    }
  }
}
