// PNG by libpng's simplified interface: the one file that hands it pointers.

import CPNG
import Foundation

enum PNG {
  static let magic: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  /// Larger sides are refused before memory is taken.
  private static let longestSide = 32768

  /// Every kind of PNG as 8 bits a channel. The C functions are png_image_begin_read_from_memory, png_image_finish_read.
  static func read(_ bytes: UnsafeRawBufferPointer) throws -> Raster {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else { throw failure(&image) }
    guard image.width <= longestSide, image.height <= longestSide else {
      throw Malformed("the image is \(image.width) x \(image.height); at most \(longestSide) a side can be read")
    }
    let hasColour = image.format & UInt32(PNG_FORMAT_FLAG_COLOR) != 0
    let hasAlpha = image.format & UInt32(PNG_FORMAT_FLAG_ALPHA) != 0
    image.format = (hasColour ? UInt32(PNG_FORMAT_FLAG_COLOR) : 0) | (hasAlpha ? UInt32(PNG_FORMAT_FLAG_ALPHA) : 0)
    let channels = (hasColour ? 3 : 1) + (hasAlpha ? 1 : 0)
    let (width, height) = (Int(image.width), Int(image.height))
    var isRead = false
    let pixels = [UInt8](unsafeUninitializedCapacity: channels * width * height) { buffer, count in
      isRead = png_image_finish_read(&image, nil, buffer.baseAddress, 0, nil) != 0
      count = isRead ? channels * width * height : 0
    }
    // libpng fills what a damaged file lacks and calls it a warning.
    guard isRead, image.warning_or_error == 0 else { throw failure(&image) }
    return Raster(width: width, height: height, channels: channels, bytes: pixels)
  }

  /// The C function is png_image_write_to_memory.
  /// - Parameter isFast: for a few more bytes.
  static func bytes(of raster: Raster, isFast: Bool = false) throws -> [UInt8] {
    guard raster.width > 0, raster.height > 0, (1...4).contains(raster.channels),
      raster.bytes.count == raster.channels * raster.width * raster.height
    else {
      throw Malformed("\(raster.bytes.count) bytes are no \(raster.width) x \(raster.height) image")
    }
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(raster.width)
    image.height = UInt32(raster.height)
    image.format =
      (raster.channels > 2 ? UInt32(PNG_FORMAT_FLAG_COLOR) : 0)
      | (raster.channels % 2 == 0 ? UInt32(PNG_FORMAT_FLAG_ALPHA) : 0)
    defer { png_image_free(&image) }
    // Where there is no line to be saved, time is: noise takes three times as long at the usual level, to no use.
    if isFast { image.flags = UInt32(PNG_IMAGE_FLAG_FAST) }
    // What zlib and the chunks add to bytes that do not compress is well below a part in 64. Asking for the size first
    // would mean compressing twice.
    var size = (raster.channels * raster.width + 1) * raster.height
    size += size / 64 + 4096
    var isWritten = false
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      isWritten = png_image_write_to_memory(&image, buffer.baseAddress, &size, 0, raster.bytes, 0, nil) != 0
      count = isWritten ? size : 0
    }
    guard isWritten else { throw failure(&image) }
    return bytes
  }

  private static func failure(_ image: inout png_image) -> Malformed {
    let message = withUnsafeBytes(of: &image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return Malformed("the PNG is damaged: \(message)")
  }
}

extension Raster {
  /// The image as a PNG file.
  /// - Parameter isFast: for a few more bytes.
  /// - Throws: `FormatError` where the bytes are no such image.
  public func png(isFast: Bool = false) throws -> [UInt8] {
    do { return try PNG.bytes(of: self, isFast: isFast) } catch let error as Malformed { throw FormatError(.value, "", error.what, hint: error.hint) }
  }
}
