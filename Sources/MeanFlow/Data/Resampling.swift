// Pillow's resampling of 8-bit images, bit for bit: horizontally, then vertically, with coefficients of 22 bits and a
// byte image between the two. Source: Resample.c of Pillow 10 to 12, which the reference prepares its images with (13 rounds
// differently).

import Formats

/// The filters that image preparation uses.
enum ResamplingFilter: Sendable {
  case box, bicubic

  /// How far it reaches, in pixels of the smaller image.
  fileprivate var support: Double { self == .box ? 0.5 : 2 }

  fileprivate func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .box: return x > -0.5 && x <= 0.5 ? 1 : 0
    case .bicubic:
      let a = -0.5, x = x.magnitude
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    }
  }
}

/// What each pixel along one axis is made of.
private struct Taps {
  static let bits = 22
  /// By pixel: the first source pixel, and the weights of those from there on.
  let pixels: [(first: Int, weights: [Int32])]

  /// - Parameter shown: the pixels that are wanted, of all `count`.
  init(from size: Int, to count: Int, _ shown: Range<Int>, _ filter: ResamplingFilter) {
    let scale = Double(size) / Double(count), stretch = max(scale, 1), support = filter.support * stretch
    pixels = shown.map { pixel in
      let centre = (Double(pixel) + 0.5) * scale
      let first = max(0, Int(centre - support + 0.5)), end = min(size, Int(centre + support + 0.5))
      let weights = (first..<end).map { filter((Double($0) - centre + 0.5) / stretch) }
      let whole = weights.reduce(0, +)
      return (
        first,
        weights.map { weight in
          let share = (whole == 0 ? weight : weight / whole) * Double(1 << Self.bits)
          return Int32(share < 0 ? share - 0.5 : share + 0.5)
        }
      )
    }
  }

  /// Half a unit, so that the shift rounds.
  static let half = Int32(1) << Int32(bits - 1)

  static func byte(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> Int32(bits)) }
}

extension Raster {
  /// The image at another size, or a window of what that would be.
  func resized(
    width: Int, height: Int, _ filter: ResamplingFilter, columns: Range<Int>? = nil, rows: Range<Int>? = nil
  ) -> Raster {
    let columns = columns ?? 0..<width, rows = rows ?? 0..<height
    var image = self
    if width != image.width {
      image = image.stretched(Taps(from: image.width, to: width, columns, filter))
    } else if columns != 0..<width {
      image = image.window(columns, 0..<image.height)
    }
    if height != image.height { return image.heightened(Taps(from: image.height, to: height, rows, filter)) }
    return rows == 0..<height ? image : image.window(0..<image.width, rows)
  }

  private func window(_ columns: Range<Int>, _ rows: Range<Int>) -> Raster {
    let bytes = rows.flatMap { row in
      self.bytes[(row * width + columns.lowerBound) * channels..<(row * width + columns.upperBound) * channels]
    }
    return Raster(width: columns.count, height: rows.count, channels: channels, bytes: bytes)
  }

  private func stretched(_ taps: Taps) -> Raster {
    let width = taps.pixels.count
    let result = [UInt8](unsafeUninitializedCapacity: width * height * channels) { target, count in
      bytes.withUnsafeBufferPointer { source in
        var place = 0
        for row in 0..<height {
          for (first, weights) in taps.pixels {
            let start = (row * self.width + first) * channels
            for channel in 0..<channels {
              var sum = Taps.half
              for (index, weight) in weights.enumerated() { sum &+= weight &* Int32(source[start + index * channels + channel]) }
              target[place] = Taps.byte(sum)
              place += 1
            }
          }
        }
      }
      count = width * height * channels
    }
    return Raster(width: width, height: height, channels: channels, bytes: result)
  }

  private func heightened(_ taps: Taps) -> Raster {
    let length = width * channels, height = taps.pixels.count
    var sums = [Int32](repeating: 0, count: length)
    let result = [UInt8](unsafeUninitializedCapacity: length * height) { target, count in
      bytes.withUnsafeBufferPointer { source in
        for (row, (first, weights)) in taps.pixels.enumerated() {
          for column in 0..<length { sums[column] = Taps.half }
          for (index, weight) in weights.enumerated() {
            let start = (first + index) * length
            for column in 0..<length { sums[column] &+= weight &* Int32(source[start + column]) }
          }
          for column in 0..<length { target[row * length + column] = Taps.byte(sums[column]) }
        }
      }
      count = length * height
    }
    return Raster(width: width, height: height, channels: channels, bytes: result)
  }
}
