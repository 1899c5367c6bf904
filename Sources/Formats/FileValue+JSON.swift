// JSON as text, for programs that speak or keep it: notebooks are JSON under another ending.

extension FileValue {
  /// Reads JSON. Fields keep their order.
  /// - Throws: `FormatError` with the line and column of the mistake.
  public init(json text: String) throws {
    do { self = try JSON.parse(text) } catch let error as Malformed { throw FormatError(.format, "", error.what, hint: error.hint) }
  }

  /// Indented JSON with a newline at the end.
  /// - Throws: `FormatError` where JSON cannot hold the value.
  public func json() throws -> String { try JSON.text(of: self) + "\n" }
}
