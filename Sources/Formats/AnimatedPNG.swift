// Animated PNG: libpng's files of single frames, their chunks put together anew, since libpng itself writes none. Readers
// that play no animation show the still image.
// https://wiki.mozilla.org/APNG_Specification

public enum AnimatedPNG {
  /// - Parameters:
  ///   - frames: all of one size, with one number of channels.
  ///   - still: shown where nothing is played; not part of what is played.
  ///   - hold: seconds that the last frame stays; then it begins anew.
  /// - Throws: `FormatError` for frames that do not match.
  public static func bytes(_ frames: [Raster], still: Raster, framesPerSecond: Double, hold: Double) throws -> [UInt8] {
    guard !frames.isEmpty, frames.allSatisfy({ ($0.width, $0.height, $0.channels) == (still.width, still.height, still.channels) }) else {
      throw FormatError(.value, "", "the frames of an animation must be of one size, with the same channels")
    }
    let first = Array(chunks(of: try still.png()))
    guard let header = first.first, header.name == "IHDR" else { throw FormatError(.value, "", "the image has no header") }
    var file = PNG.magic
    append(header, to: &file)
    append(Chunk(name: "acTL", body: bigEndian(UInt32(frames.count)) + bigEndian(UInt32(0))), to: &file)
    for chunk in first where chunk.name == "IDAT" { append(chunk, to: &file) }
    var sequence: UInt32 = 0
    func next() -> [UInt8] {
      sequence += 1
      return bigEndian(sequence - 1)
    }
    for (index, frame) in frames.enumerated() {
      let seconds = index == frames.count - 1 ? hold : 1 / framesPerSecond
      let control =
        next() + bigEndian(UInt32(frame.width)) + bigEndian(UInt32(frame.height)) + bigEndian(UInt32(0)) + bigEndian(UInt32(0))
        + bigEndian(UInt16(max(1, min(65535, (1000 * seconds).rounded())))) + bigEndian(UInt16(1000)) + [0, 0]
      append(Chunk(name: "fcTL", body: control), to: &file)
      for chunk in chunks(of: try frame.png()) where chunk.name == "IDAT" {
        append(Chunk(name: "fdAT", body: next() + chunk.body), to: &file)
      }
    }
    append(Chunk(name: "IEND", body: []), to: &file)
    return file
  }

  private struct Chunk {
    var name: String
    var body: [UInt8]
  }

  /// The chunks of a file that libpng wrote.
  private static func chunks(of file: [UInt8]) -> some Sequence<Chunk> {
    sequence(state: PNG.magic.count) { at -> Chunk? in
      guard at + 12 <= file.count else { return nil }
      let count = file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      guard at + 12 + count <= file.count else { return nil }
      defer { at += 12 + count }
      return Chunk(
        name: String(decoding: file[(at + 4)..<(at + 8)], as: UTF8.self), body: Array(file[(at + 8)..<(at + 8 + count)]))
    }
  }

  private static func append(_ chunk: Chunk, to file: inout [UInt8]) {
    let named = Array(chunk.name.utf8) + chunk.body
    file += bigEndian(UInt32(chunk.body.count)) + named + bigEndian(named.withUnsafeBytes { Deflate.checksum($0) })
  }

  private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }
}
