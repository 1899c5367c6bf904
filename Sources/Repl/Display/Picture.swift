// A raster that can be shown: what every image, grid and plot becomes. Scaling is in Picture+Scaling,
// grids in Picture+Grid, tensors in Picture+Tensor; how it reaches a terminal in SixelEncoder and BlockArt.

/// An RGB picture, eight bits a channel.
struct Picture: Sendable, Hashable {
  let width: Int
  let height: Int
  /// Red, green, blue of each pixel, rows from the top: 3 * width * height bytes.
  let pixels: [UInt8]
  /// One line about it, "" for none.
  var caption: String

  /// The longest side a picture may have; what libsixel is trusted with.
  static let longestSide = 4096

  /// - Parameter pixels: RGB, row-major.
  /// - Throws: `PictureError.size` unless 1...4096 on both sides, `.byteCount` when the bytes do not fit.
  init(width: Int, height: Int, pixels: [UInt8], caption: String = "") throws {
    guard (1...Self.longestSide).contains(width), (1...Self.longestSide).contains(height) else {
      throw PictureError.size(width: width, height: height)
    }
    guard pixels.count == 3 * width * height else {
      throw PictureError.byteCount(pixels.count, expected: 3 * width * height)
    }
    self.init(trusted: pixels, width: width, height: height, caption: caption)
  }

  /// A grey picture.
  /// - Parameter grey: one byte a pixel, row-major.
  init(width: Int, height: Int, grey: [UInt8], caption: String = "") throws {
    try self.init(width: width, height: height, channels: 1, bytes: grey, caption: caption)
  }

  /// A picture from interleaved channels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. Alpha lies on white.
  init(width: Int, height: Int, channels: Int, bytes: [UInt8], caption: String = "") throws {
    guard (1...Self.longestSide).contains(width), (1...Self.longestSide).contains(height) else {
      throw PictureError.size(width: width, height: height)
    }
    guard (1...4).contains(channels) else { throw PictureError.channels(channels) }
    guard bytes.count == channels * width * height else {
      throw PictureError.byteCount(bytes.count, expected: channels * width * height)
    }
    let pixels = channels == 3 ? bytes : Self.opaque(bytes, channels: channels)
    self.init(trusted: pixels, width: width, height: height, caption: caption)
  }

  /// For callers that made the pixels themselves.
  init(trusted pixels: [UInt8], width: Int, height: Int, caption: String) {
    self.width = width
    self.height = height
    self.pixels = pixels
    self.caption = caption
  }

  private static func opaque(_ bytes: [UInt8], channels: Int) -> [UInt8] {
    let count = bytes.count / channels
    return [UInt8](unsafeUninitializedCapacity: 3 * count) { result, filled in
      for pixel in 0..<count {
        let alpha = channels % 2 == 0 ? Int(bytes[channels * pixel + channels - 1]) : 255
        for channel in 0..<3 {
          let value = Int(bytes[channels * pixel + (channels > 2 ? channel : 0)])
          result[3 * pixel + channel] = UInt8((value * alpha + 255 * (255 - alpha) + 127) / 255)
        }
      }
      filled = 3 * count
    }
  }

  /// Whether no pixel has a colour.
  var isGrey: Bool {
    pixels.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        if bytes[index] != bytes[index + 1] || bytes[index] != bytes[index + 2] { return false }
        index += 3
      }
      return true
    }
  }

  /// The line shown with it: `[image 64x64, the caption]`.
  var captionLine: String {
    "[image \(width)x\(height)" + (caption.isEmpty ? "" : ", \(caption)") + "]"
  }
}

/// Why something is no picture.
enum PictureError: Error, CustomStringConvertible, Equatable {
  case size(width: Int, height: Int)
  case byteCount(Int, expected: Int)
  case channels(Int)
  case shape([Int])
  case empty(String)
  case frames(Int)

  var description: String {
    switch self {
    case .size(let width, let height):
      "an image of \(width) x \(height) pixels: both sides must be 1 to \(Picture.longestSide)"
    case .byteCount(let count, let expected): "an image needs \(expected) bytes, got \(count)"
    case .channels(let count): "an image has 1 to 4 channels, got \(count)"
    case .shape(let shape):
      "a tensor of shape \(shape) is no image: expected [H, W], [H, W, C] or [N, H, W, C] with C = 1 or 3"
    case .empty(let what): "\(what) of no images"
    case .frames(let count): "an animation of \(count) frames; at most \(Animation.mostFrames)"
    }
  }
}
