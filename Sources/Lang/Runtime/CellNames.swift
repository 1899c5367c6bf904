// What a cell takes from the session's names and what it gives them: how the prompt knows which cells a new value
// makes stale, which names to bring back, and how cells become a script.

/// The names of a session that a cell reads and those that it gives a value.
public struct CellNames: Sendable, Equatable {
  /// Read with the values that they had before the cell; in functions, too.
  public let read: Set<String>
  /// Given a value, changed, or defined.
  public let bound: Set<String>

  /// None of a text that cannot be read.
  public init(_ source: Source) {
    guard let program = try? Parser.program(source) else {
      (read, bound) = ([], [])
      return
    }
    let entry = Liveness(of: program.statements, keeps: true).readAtEntry
    let survey = NameSurvey(of: program.statements)
    // Names that stages of pipes and `catch` bind are the cell's own.
    bound = survey.bound.filter { $0.first.map { $0.isLetter || $0 == "_" } ?? false }
    read = entry.union(survey.onlyChanged)
  }
}

extension Source {
  /// The text with its last value given a name, `_3 = f(x)`, and shown as before; as it is where it does not end with a
  /// value.
  public func namingResult(_ name: String) -> String {
    guard let program = try? Parser.program(self), let last = program.statements.last, case .expression = last.form else { return text }
    let start = last.range.lowerBound
    return excerpt(0..<start) + "\(name) = " + excerpt(start..<bytes.count) + (program.isHidden ? "" : "\n\(name)")
  }

  /// Whether it begins with `|>`, and so goes on with the last result.
  public var continuesLastResult: Bool { text.drop { $0.isWhitespace }.hasPrefix("|>") }
}
