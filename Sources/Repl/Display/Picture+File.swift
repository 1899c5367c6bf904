// Pictures as PNG files.

import Formats

extension Picture {
  var raster: Raster {
    isGrey
      ? Raster(width: width, height: height, channels: 1, bytes: stride(from: 0, to: pixels.count, by: 3).map { pixels[$0] })
      : Raster(width: width, height: height, channels: 3, bytes: pixels)
  }

  /// Writes a PNG, whole or not at all.
  func save(to path: String) throws { try Formats::save(.image(raster), to: path) }
}
