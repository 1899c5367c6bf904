// Examples in `##` comments, run as a test. `>>>` begins an example, `...` continues it, and the lines below, as far as the
// next example or an empty line, are what it prints and shows:
//   ## Twice a number.
//   ## >>> twice(4)
//   ## 8
//   ## >>> twice(none)
//   ## error[type]: `*` does not take a number and none
//   fn twice(x) = 2 * x

/// The examples of one source.
public struct DocumentationTest {
  private struct Example {
    var code: String
    /// Where the last line of the code stands.
    var place: Range<Int>
    var expected: [(text: String, place: Range<Int>)] = []
  }

  private let source: Source
  private let examples: [Example]
  public var count: Int { examples.count }

  public init(_ source: Source) {
    self.source = source
    examples = Self.examples(in: source)
  }

  /// Runs what the source declares, then the examples in order, in one session.
  ///
  /// - Returns: an error for each example that does not give what it shows, at the first line that differs.
  /// - Throws: what went wrong among the declarations.
  public func problems(libraries: [Library], session: Session = Session(), stackSize: Int = 6 << 20) throws(Diagnostic) -> [Diagnostic] {
    var printed = ""
    let interpreter = Interpreter(libraries: libraries, session: session) { printed += $0 }
    interpreter.stackSize = stackSize
    try interpreter.declare(source, for: examples.map { Source(name: source.name, text: $0.code) })
    return examples.compactMap { example in
      printed = ""
      do throws(Diagnostic) {
        let outcome = try interpreter.run(Source(name: source.name, text: example.code, path: source.path))
        if !outcome.isHidden, !outcome.value.isNone { printed += outcome.value.quoted }
      } catch {
        printed += "error[\(error.kind.rawValue)]: \(error.message)"
      }
      return difference(example, printed)
    }
  }

  private func difference(_ example: Example, _ printed: String) -> Diagnostic? {
    let found = printed.split(separator: "\n").map(\.trimmed).filter { !$0.isEmpty }
    for (index, line) in example.expected.enumerated() where index >= found.count || found[index] != line.text {
      return Messages.exampleDiffers(index < found.count ? found[index] : nil, line.text)
        .located(Span(source: source, range: line.place))
    }
    guard found.count > example.expected.count else { return nil }
    return Messages.exampleDiffers(found[example.expected.count], nil).located(Span(source: source, range: example.place))
  }

  /// The examples of all `##` lines that stand outside strings.
  private static func examples(in source: Source) -> [Example] {
    let strings = ((try? Lexer.tokens(of: source)) ?? []).map(\.range).filter { source.excerpt($0).contains("\n") }
    var examples: [Example] = []
    var isOpen = false
    var start = 0
    for line in source.text.split(separator: "\n", omittingEmptySubsequences: false) {
      let place = start..<start + line.utf8.count
      start = place.upperBound + 1
      let comment = line.drop { $0 == " " || $0 == "\t" }
      let text = comment.drop { $0 == "#" }.drop { $0 == " " }
      guard comment.hasPrefix("##"), !text.isEmpty, !strings.contains(where: { $0.contains(place.lowerBound) }) else {
        isOpen = false
        continue
      }
      let mark = place.upperBound - text.utf8.count..<place.upperBound
      if text == ">>>" || text.hasPrefix(">>> ") {
        examples.append(Example(code: String(text.dropFirst(4)), place: mark))
        isOpen = true
      } else if isOpen, text == "..." || text.hasPrefix("... "), examples[examples.count - 1].expected.isEmpty {
        examples[examples.count - 1].code += "\n" + text.dropFirst(4)
        examples[examples.count - 1].place = mark
      } else if isOpen {
        examples[examples.count - 1].expected.append((text.trimmed, mark))
      }
    }
    return examples
  }
}

extension Program {
  /// The statements that declare things: imports, parameters and functions, and those that give a value to a name that
  /// functions or `readers` mention, as far as they depend on one another. What a script does besides is left out.
  func declarations(for readers: [Program]) -> [Statement] {
    let surveys = statements.map { NameSurvey(of: [$0]) }
    var needed = readers.reduce(into: NameSurvey(of: statements).seenInside) { $0.formUnion(NameSurvey(of: $1.statements).free) }
    var isKept = statements.map(\.isDeclaration)
    for (index, survey) in surveys.enumerated() where isKept[index] { needed.formUnion(survey.free) }
    var found = true
    while found {
      found = false
      for (index, survey) in surveys.enumerated() where !isKept[index] && !survey.bound.isDisjoint(with: needed) {
        isKept[index] = true
        found = true
        needed.formUnion(survey.free)
      }
    }
    return zip(statements, isKept).filter(\.1).map(\.0)
  }
}

extension Statement {
  fileprivate var isDeclaration: Bool {
    switch form {
    case .function, .parameter, .module: true
    case .expression, .assignment, .update, .loop, .whileLoop, .leave, .next, .result, .assertion: false
    }
  }
}
