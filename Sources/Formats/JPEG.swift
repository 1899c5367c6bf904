// JPEG by libjpeg-turbo, baseline and progressive: the one file that hands it pointers.

import CJPEGShim

enum JPEG {
  static let magic: [UInt8] = [0xFF, 0xD8, 0xFF]
  /// Larger sides are refused before memory is taken.
  private static let longestSide = 32768
  /// A block of 64 pixels takes a bit at least, and colours may be coarser than brightness: a file that promises more
  /// pixels a byte has not got them.
  private static let mostPixelsPerByte = 1024

  /// Grey as it is, colours and inks as RGB. What a camera says of itself is passed over, its orientation too.
  static func read(_ bytes: UnsafeRawBufferPointer) throws -> Raster {
    let source = bytes.assumingMemoryBound(to: UInt8.self)
    var facts = jpeg_facts()
    guard jpeg_measure(source.baseAddress, source.count, &facts) != 0 else { throw failure(&facts) }
    let (width, height) = (Int(facts.width), Int(facts.height))
    guard width <= longestSide, height <= longestSide else {
      throw Malformed("the image is \(width) x \(height); at most \(longestSide) a side can be read")
    }
    guard [1, 3, 4].contains(facts.components) else {
      throw Malformed("the image has \(facts.components) components", hint: "grey, RGB, YCbCr, CMYK and YCCK are read")
    }
    guard width * height / mostPixelsPerByte <= bytes.count else {
      throw Malformed(
        "\(bytes.count) bytes cannot hold an image of \(width) x \(height)",
        hint: "the file is cut off, or its header is damaged")
    }
    let channels = facts.components == 1 ? 1 : 3
    var isRead = false
    let pixels = [UInt8](unsafeUninitializedCapacity: channels * width * height) { buffer, count in
      isRead = jpeg_decode(source.baseAddress, source.count, buffer.baseAddress, &facts) != 0
      count = isRead ? channels * width * height : 0
    }
    guard isRead else { throw failure(&facts) }
    return Raster(width: width, height: height, channels: channels, bytes: pixels)
  }

  private static func failure(_ facts: inout jpeg_facts) -> Malformed {
    let message = withUnsafeBytes(of: &facts.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return Malformed("the JPEG is damaged: \(message)")
  }
}
