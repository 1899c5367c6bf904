// Pictures one after the other. How they are played is in Display+Animation.

import Formats

/// Frames of one size, shown so many a second.
struct Animation: Sendable, Hashable {
  let frames: [Picture]
  let framesPerSecond: Double

  static let mostFrames = 1000

  /// Frames of different sizes come to stand in the middle of white as large as the largest.
  /// - Throws: `PictureError.empty` without frames, `.frames` beyond `mostFrames`, `.size` when they grow too large.
  init(_ frames: [Picture], framesPerSecond: Double) throws {
    guard let first = frames.first else { throw PictureError.empty("an animation") }
    guard frames.count <= Self.mostFrames else { throw PictureError.frames(frames.count) }
    let width = frames.reduce(first.width) { max($0, $1.width) }
    let height = frames.reduce(first.height) { max($0, $1.height) }
    self.frames = frames.map { $0.centred(width: width, height: height) }
    self.framesPerSecond = framesPerSecond
  }

  /// The frame that stays.
  var last: Picture { frames[frames.count - 1] }

  /// `[animation 12 frames, 320x32, 8 a second]`.
  var captionLine: String {
    let count = frames.count == 1 ? "1 frame" : "\(frames.count) frames"
    let rate = framesPerSecond == framesPerSecond.rounded() ? "\(Int(framesPerSecond))" : NumberText.short(framesPerSecond)
    return "[animation \(count), \(last.width)x\(last.height), \(rate) a second]"
  }

  /// An animated PNG, which goes on for ever and rests on the last frame for two seconds.
  /// - Throws: an error of the PNG writer.
  func data() throws -> [UInt8] {
    let channels = frames.allSatisfy(\.isGrey) ? 1 : 3
    let rasters = frames.map { $0.raster(channels: channels) }
    return try AnimatedPNG.bytes(
      rasters, still: last.raster(channels: channels), framesPerSecond: framesPerSecond, hold: max(2, 1 / framesPerSecond))
  }
}
