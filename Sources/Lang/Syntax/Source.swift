// A text of the language with the name by which errors cite it, and places in it.

/// One cell or script: the text, and how errors name it.
public final class Source: Sendable {
  /// As errors show it: `in [7]`, `train.imf`.
  public let name: String
  public let text: String
  /// The file, where there is one; `import` looks beside it.
  public let path: String?
  let bytes: [UInt8]

  public init(name: String, text: String, path: String? = nil) {
    self.name = name
    self.text = text
    self.path = path
    bytes = Array(text.utf8)
  }

  /// The text of a range of UTF-8 offsets.
  func excerpt(_ range: Range<Int>) -> String {
    String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
  }

  /// Line and column of an offset, both from 1; columns count characters.
  func position(of offset: Int) -> (line: Int, column: Int) {
    let before = bytes[..<min(offset, bytes.count)]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return (line, String(decoding: before[start...], as: UTF8.self).count + 1)
  }

  /// The offsets of a line's text, without its newline.
  func range(ofLine line: Int) -> Range<Int> {
    var start = 0
    for _ in 1..<max(line, 1) {
      guard let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { break }
      start = newline + 1
    }
    return start..<(bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count)
  }
}

/// A place in a source: UTF-8 offsets.
public struct Span: Sendable {
  public let source: Source
  public let range: Range<Int>

  public init(source: Source, range: Range<Int>) {
    self.source = source
    self.range = range
  }

  var text: String { source.excerpt(range) }

  /// `train.imf:3:7`.
  var place: String {
    let (line, column) = source.position(of: range.lowerBound)
    return "\(source.name):\(line):\(column)"
  }
}

extension Substring {
  /// Without blanks at both ends.
  var trimmed: String {
    let text = drop(while: \.isWhitespace)
    return String(text.lastIndex { !$0.isWhitespace }.map { text[...$0] } ?? "")
  }
}
