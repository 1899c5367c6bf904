// The frames of the language server protocol: headers, an empty line, so many bytes of JSON. What is no frame is skipped
// up to the next one.

/// Bytes in, whole messages out.
struct MessageReader {
  enum Frame: Equatable {
    case message([UInt8])
    /// Bytes that are no frame, described.
    case malformed(String)
  }

  /// Larger messages than any editor sends are refused before memory is taken for them.
  static let largest = 64 << 20
  private static let longestLine = 4096
  private static let lengthName = Array("content-length:".utf8)

  private var buffer: [UInt8] = []
  private var place = 0
  /// The length that the headers so far have told.
  private var length: Int?
  private var complaint: String?
  /// The body under way, and how much of it is still to come.
  private var body: [UInt8]?
  private var missing = 0
  /// Bytes of a refused body, still to be passed over.
  private var skipped = 0

  /// Takes more of the input, and gives the frames that are whole now.
  mutating func read(_ bytes: [UInt8]) -> [Frame] {
    buffer += bytes
    var frames: [Frame] = []
    while let frame = next() { frames.append(frame) }
    buffer.removeFirst(place)
    place = 0
    return frames
  }

  private mutating func next() -> Frame? {
    while true {
      let passed = min(skipped, buffer.count - place)
      place += passed
      skipped -= passed
      if var text = body {
        // Taken out, so that it grows in its own memory.
        body = nil
        let taken = min(missing, buffer.count - place)
        text += buffer[place..<place + taken]
        place += taken
        missing -= taken
        if missing == 0 { return .message(text) }
        body = text
        return nil
      }
      guard let end = buffer[place...].firstIndex(of: 0x0A) else {
        return place < buffer.count && buffer.count - place > Self.longestLine ? tooLong() : nil
      }
      var line = buffer[place..<end]
      place = end + 1
      if line.last == 0x0D { line.removeLast() }
      if let frame = read(line: line) { return frame }
    }
  }

  /// A header, or the empty line that ends them.
  private mutating func read(line: ArraySlice<UInt8>) -> Frame? {
    if line.isEmpty {
      defer { (length, complaint) = (nil, nil) }
      if let complaint { return .malformed(complaint) }
      guard let length else { return nil }
      guard length <= Self.largest else {
        skipped = length
        return .malformed("a message of \(length) bytes is larger than \(Self.largest)")
      }
      body = []
      missing = length
      return nil
    }
    // Behind garbage a header may begin in the middle of a line.
    let lowered = line.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    guard let start = lowered.firstRange(of: Self.lengthName)?.upperBound else {
      if !line.contains(UInt8(ascii: ":")) { complaint = complaint ?? "a header without a colon" }
      return nil
    }
    let digits = String(decoding: lowered[start...], as: UTF8.self).filter { $0 != " " && $0 != "\t" }
    if digits.allSatisfy(\.isASCII), digits.allSatisfy(\.isNumber), let number = Int(digits) {
      (length, complaint) = (number, nil)
    } else {
      (length, complaint) = (nil, "Content-Length is no number of bytes")
    }
    return nil
  }

  private mutating func tooLong() -> Frame {
    // What may be the beginning of a header is kept.
    place = buffer.count - Self.lengthName.count
    (length, complaint) = (nil, nil)
    return .malformed("a header of more than \(Self.longestLine) bytes")
  }
}
