// Pictures as sixel text: the one file that holds libsixel's pointers. Only sixel_output_new, sixel_dither_new,
// set_palette, set_pixelformat and sixel_encode are called, on buffers of our own: Debian's libsixel is the
// archived fork, whose loaders, decoder and resizing carry open holes.

import CSixel

/// Why an encoding failed.
struct SixelError: Error, CustomStringConvertible {
  let status: Int32
  var description: String { "the image could not be encoded as sixel (libsixel status \(status))" }
}

enum SixelEncoder {
  /// The picture as a sixel string, from `ESC P` to `ESC \`.
  /// - Throws: `SixelError` when libsixel fails.
  static func encode(_ picture: IndexedPicture) throws -> [UInt8] {
    var sink = Sink()
    try withUnsafeMutablePointer(to: &sink) { sinkPointer in
      var output: OpaquePointer?
      try check(
        sixel_output_new(
          &output,
          { data, size, context in
            guard let data, let context, size > 0 else { return 0 }
            let bytes = UnsafeRawBufferPointer(start: data, count: Int(size))
            context.assumingMemoryBound(to: Sink.self).pointee.bytes += bytes
            return size
          }, sinkPointer, nil))
      defer { sixel_output_unref(output) }
      var dither: OpaquePointer?
      try check(sixel_dither_new(&dither, Int32(picture.colourCount), nil))
      defer { sixel_dither_unref(dither) }
      var palette = picture.palette
      sixel_dither_set_palette(dither, &palette)
      sixel_dither_set_pixelformat(dither, Int32(SIXEL_PIXELFORMAT_PAL8))
      var indices = picture.indices
      try indices.withUnsafeMutableBufferPointer { buffer in
        try check(
          sixel_encode(
            buffer.baseAddress, Int32(picture.width), Int32(picture.height), 1, dither, output))
      }
    }
    if picture.height < 6 { removeEmptyBand(&sink.bytes) }
    return sink.bytes
  }

  /// libsixel 1.10.3 begins a picture of fewer than six rows with an empty band, a lone `-`.
  private static func removeEmptyBand(_ bytes: inout [UInt8]) {
    if let dash = bytes.firstIndex(of: UInt8(ascii: "-")) { bytes.remove(at: dash) }
  }

  private struct Sink { var bytes: [UInt8] = [] }

  private static func check(_ status: SIXELSTATUS) throws {
    if status & 0x1000 != 0 { throw SixelError(status: status) }
  }
}
