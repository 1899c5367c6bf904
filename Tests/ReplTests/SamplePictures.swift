// Pictures that several tests show.

@testable import Repl

enum SamplePictures {
  /// Colours that run in both directions.
  static func gradient(_ width: Int, _ height: Int) throws -> Picture {
    var pixels: [UInt8] = []
    for row in 0..<height {
      for column in 0..<width {
        pixels += [UInt8(255 * column / max(1, width - 1)), UInt8(255 * row / max(1, height - 1)), 128]
      }
    }
    return try Picture(width: width, height: height, pixels: pixels)
  }

  /// Noise that is the same every time.
  static func noise(_ width: Int, _ height: Int) throws -> Picture {
    var state: UInt64 = 1
    let pixels = (0..<(3 * width * height)).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 40)
    }
    return try Picture(width: width, height: height, pixels: pixels)
  }
}
