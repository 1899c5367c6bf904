// A picture made ready for a terminal that decodes PNG itself (kitty, iTerm2): its size in cells, and as few bytes as
// a slow line and tmux's buffer of 1 MiB bear.

import Formats
import Foundation

/// A PNG and the room it is shown in.
struct EncodedPicture {
  let png: [UInt8]
  /// Room in character cells.
  let columns: Int
  let rows: Int
  /// Sent smaller than it is shown: the terminal has to enlarge it.
  let isReduced: Bool

  /// Most bytes of PNG; base64 makes four of three.
  static func mostBytes(isSlow: Bool) -> Int { isSlow ? 192_000 : 720_000 }

  /// - Throws: an error of the PNG writer.
  init(_ picture: Picture, in room: PictureRoom) throws {
    let shown = room.sized(picture)
    let cell = room.cell ?? .usual
    columns = (shown.width + cell.width - 1) / cell.width
    rows = (shown.height + cell.height - 1) / cell.height
    let most = Self.mostBytes(isSlow: room.isSlow)
    var scale = 1.0
    var png = try shown.raster.png(isFast: !room.isSlow)
    // Noise does not compress; early samples of a generative model are noise.
    while png.count > most {
      scale *= min(0.9, 0.95 * (Double(most) / Double(png.count)).squareRoot())
      let sent = shown.reduced(toWidth: Int(Double(shown.width) * scale), height: Int(Double(shown.height) * scale))
      png = try sent.raster.png(isFast: !room.isSlow)
    }
    self.png = png
    isReduced = scale < 1
  }

  /// The PNG in base64.
  var base64: [UInt8] { Array(Data(png).base64EncodedData()) }
}
