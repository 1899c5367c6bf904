// Pictures, plots and animations as files, each whole or not at all.

import Formats
import Foundation

extension Picture {
  var raster: Raster { raster(channels: isGrey ? 1 : 3) }

  /// - Parameter channels: 3, or 1 for the first of the three.
  func raster(channels: Int) -> Raster {
    let bytes = channels == 3 ? pixels : stride(from: 0, to: pixels.count, by: 3).map { pixels[$0] }
    return Raster(width: width, height: height, channels: channels, bytes: bytes)
  }

  /// Writes a PNG.
  func save(to path: String) throws { try Formats::save(.image(raster), to: path) }
}

extension Plot {
  /// Writes an SVG where the path ends so, else a PNG of twice as many pixels as units: it is for paper and large screens.
  func save(to path: String) throws {
    guard path.lowercased().hasSuffix(".svg") else { return try picture(scale: 2).save(to: path) }
    let text = try svg()
    try AtomicFile.write(to: path) { try $0.write(contentsOf: Data(text.utf8)) }
  }
}

extension Animation {
  /// Writes an animated PNG.
  func save(to path: String) throws {
    guard path.lowercased().hasSuffix(".png") else {
      throw FormatError(
        .value, path, "an animation cannot be written in that format", hint: "save(\"name.png\", animation) writes an animated PNG")
    }
    let bytes = try data()
    try AtomicFile.write(to: path) { try $0.write(contentsOf: bytes) }
  }
}
