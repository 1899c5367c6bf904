// A name that a text binds: what an editor lists, jumps to and explains.

/// A name that a text binds, and where.
public struct Definition: Sendable {
  public enum Kind: Sendable {
    case function
    /// `param steps = 500`.
    case setting
    /// What a function takes; its dimensions too.
    case parameter
    case variable
    /// `import "lib.imf" as lib`.
    case module
    /// `catch err`.
    case error
    /// A field of a record that is written out.
    case field
    /// `#%% Title`.
    case cell
  }

  public let name: String
  public let kind: Kind
  public let source: Source
  /// The name itself, in UTF-8 offsets.
  public let nameRange: Range<Int>
  /// All of it: a function with its body, an assignment's line.
  public internal(set) var range: Range<Int>
  /// The `##` lines before a function.
  public internal(set) var documentation = ""
  /// How it is called, where it is written as a function.
  public internal(set) var signature: Signature?
  /// The file of a module, as written.
  var path: String?
  /// The token at which the value begins.
  var value: Int?
  /// Whether it is a tensor for certain: `x: [b, d]`.
  var isTensor = false

  init(_ name: String, _ kind: Kind, _ source: Source, at nameRange: Range<Int>, range: Range<Int>? = nil) {
    self.name = name
    self.kind = kind
    self.source = source
    self.nameRange = nameRange
    self.range = range ?? nameRange
  }

  /// The definition in one line: a function's signature, else the beginning of the line of text that binds the name.
  public var headline: String {
    if let signature { return "fn " + signature.text }
    let before = source.bytes[max(nameRange.lowerBound - Self.headlineWidth, 0)..<nameRange.lowerBound]
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? before.startIndex
    let after = source.bytes[nameRange.upperBound..<min(nameRange.upperBound + Self.headlineWidth, source.bytes.count)]
    let end = after.firstIndex(of: 0x0A) ?? after.endIndex
    let text = source.excerpt(start..<end).drop { $0 == " " || $0 == "\t" }
    return end == after.endIndex && end < source.bytes.count ? text + "..." : String(text)
  }

  private static let headlineWidth = 120
}
