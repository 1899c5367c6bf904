// Pictures as the reference prepares them (method.md, section 5): halved by a box filter while they are twice as large,
// scaled by a bicubic one, cut out of the middle. The filters are Pillow's, bit for bit: weights of 22 bits, rows first,
// rounded to bytes between the two passes.

import Formats

/// RGB pixels of a square.
enum PreparedImage {
  /// size * size * 3 bytes. Grey becomes grey RGB; what is transparent keeps its colour.
  static func bytes(of picture: Raster, size: Int) -> [UInt8] {
    var image = Pixels(picture)
    while min(image.width, image.height) >= 2 * size { image = image.resized(image.width / 2, image.height / 2, .box) }
    let scale = Double(size) / Double(min(image.width, image.height))
    func scaled(_ side: Int) -> Int { max(size, Int((Double(side) * scale).rounded(.toNearestOrEven))) }
    image = image.resized(scaled(image.width), scaled(image.height), .bicubic)
    let left = (image.width - size) / 2, top = (image.height - size) / 2
    return (0..<size).flatMap { row in
      let start = 3 * ((top + row) * image.width + left)
      return image.bytes[start..<start + 3 * size]
    }
  }

  private struct Filter: Sendable {
    /// How far it reaches from its middle.
    let support: Double
    let weight: @Sendable (Double) -> Double

    static let box = Filter(support: 0.5) { $0 > -0.5 && $0 <= 0.5 ? 1 : 0 }
    /// Keys' cubic, a = -0.5.
    static let bicubic = Filter(support: 2) { position in
      let x = position.magnitude
      if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
    }
  }

  private struct Pixels {
    let width: Int
    let height: Int
    /// RGB, rows from the top.
    let bytes: [UInt8]

    init(width: Int, height: Int, bytes: [UInt8]) { (self.width, self.height, self.bytes) = (width, height, bytes) }

    init(_ picture: Raster) {
      let n = picture.channels
      self.init(
        width: picture.width, height: picture.height,
        bytes: n == 3
          ? picture.bytes
          : stride(from: 0, to: picture.bytes.count, by: n).flatMap { at in (0..<3).map { picture.bytes[at + (n < 3 ? 0 : $0)] } })
    }

    func resized(_ toWidth: Int, _ toHeight: Int, _ filter: Filter) -> Pixels {
      let wide = toWidth == width ? self : across(toWidth, filter)
      return toHeight == height ? wide : wide.turned.across(toHeight, filter).turned
    }

    private var turned: Pixels {
      let result = [UInt8](unsafeUninitializedCapacity: bytes.count) { out, count in
        for y in 0..<height {
          for x in 0..<width { for c in 0..<3 { out[3 * (x * height + y) + c] = bytes[3 * (y * width + x) + c] } }
        }
        count = bytes.count
      }
      return Pixels(width: height, height: width, bytes: result)
    }

    /// Every row made longer or shorter.
    private func across(_ target: Int, _ filter: Filter) -> Pixels {
      let taps = (0..<target).map { Self.taps($0, from: width, to: target, filter) }
      let result = [UInt8](unsafeUninitializedCapacity: 3 * target * height) { out, count in
        for y in 0..<height {
          for (x, tap) in taps.enumerated() {
            for c in 0..<3 {
              var sum = Int32(1) << (Self.precision - 1)
              for (place, weight) in tap.weights.enumerated() {
                sum &+= Int32(bytes[3 * (y * width + tap.first + place) + c]) &* weight
              }
              out[3 * (y * target + x) + c] = UInt8(clamping: sum >> Self.precision)
            }
          }
        }
        count = 3 * target * height
      }
      return Pixels(width: target, height: height, bytes: result)
    }

    private static let precision = Int32(22)

    /// Which pixels one of the target is made of, and their shares.
    private static func taps(_ place: Int, from: Int, to: Int, _ filter: Filter) -> (first: Int, weights: [Int32]) {
      let scale = Double(from) / Double(to), stretch = max(scale, 1)
      let middle = (Double(place) + 0.5) * scale, reach = filter.support * stretch
      let first = max(0, Int(middle - reach + 0.5)), last = min(from, Int(middle + reach + 0.5))
      let weights = (first..<max(last, first)).map { filter.weight((Double($0) - middle + 0.5) / stretch) }
      let sum = weights.reduce(0, +)
      return (
        first,
        weights.map { weight in
          let share = (sum == 0 ? weight : weight / sum) * Double(1 << precision)
          return Int32(share + (share < 0 ? -0.5 : 0.5))
        }
      )
    }
  }
}
