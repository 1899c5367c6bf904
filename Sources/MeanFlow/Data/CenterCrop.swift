// The reference's preparation of an image: the middle square at a given size (method.md, section 5).

public import Formats
import Tensor

extension Raster {
  /// Red, green and blue: grey three times, transparency left out, as Pillow converts.
  public var rgb: Raster {
    guard channels != 3 else { return self }
    let places = channels < 3 ? [0, 0, 0] : [0, 1, 2]
    var result: [UInt8] = []
    result.reserveCapacity(3 * width * height)
    for pixel in stride(from: 0, to: bytes.count, by: channels) { for place in places { result.append(bytes[pixel + place]) } }
    return Raster(width: width, height: height, channels: 3, bytes: result)
  }

  /// Halved by boxes while the shorter side is at least twice the size, then bicubic to it, then the middle.
  public func centerCropped(to size: Int) -> Raster {
    var image = self
    while min(image.width, image.height) >= 2 * size {
      image = image.resized(width: image.width / 2, height: image.height / 2, .box)
    }
    let scale = Double(size) / Double(min(image.width, image.height))
    // Python's rounding.
    func scaled(_ side: Int) -> Int { Int((Double(side) * scale).rounded(.toNearestOrEven)) }
    // Only the middle is made: of a strip, the whole could be gigabytes.
    let (width, height) = (scaled(image.width), scaled(image.height))
    let top = (height - size) / 2, left = (width - size) / 2
    return image.resized(width: width, height: height, .bicubic, columns: left..<left + size, rows: top..<top + size)
  }
}
