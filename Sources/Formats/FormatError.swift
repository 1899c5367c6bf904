// What can go wrong with files, as data: which file, what was found there, what was expected.

/// A file cannot be read, is not what it claims to be, or cannot be written.
public struct FormatError: Error, Sendable, CustomStringConvertible {
  public enum Reason: String, Sendable {
    /// The file system said no: missing, no permission, disk full.
    case io
    /// The contents are corrupt or of an unknown kind.
    case format
    /// The value does not fit the format.
    case value
  }

  public let reason: Reason
  /// Path first, then what is wrong.
  public let message: String
  public let hint: String?

  public init(_ reason: Reason, _ path: String, _ what: String, hint: String? = nil) {
    self.reason = reason
    message = path.isEmpty ? what : "\(path): \(what)"
    self.hint = hint
  }

  public var description: String { message + (hint.map { "; hint: \($0)" } ?? "") }
}

/// What a reader found wrong inside a file; the caller adds the path.
struct Malformed: Error {
  let what: String
  var hint: String?

  init(_ what: String, hint: String? = nil) {
    self.what = what
    self.hint = hint
  }
}
