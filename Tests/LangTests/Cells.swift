// What the language's tests share: running cells, and sources with a mark where the caret must fall.

import Testing

@testable import Lang

/// A session for tests: runs cells and keeps what they print.
final class Cells {
  private(set) var printed = ""
  private(set) var interpreter: Interpreter!

  init(parameters: [String: String] = [:], libraries: [Library] = []) {
    interpreter = Interpreter(libraries: libraries, session: Session(parameters: parameters)) { [unowned self] in
      printed += $0
    }
    // Test threads have small stacks.
    interpreter.stackSize = 400 << 10
  }

  /// The value of the last cell, as the prompt shows it.
  @discardableResult
  func run(_ cells: String...) throws -> String {
    var value = Value.none
    for cell in cells { value = try interpreter.run(Source(name: "in [1]", text: cell)).value }
    return value.quoted
  }

  /// The error that a cell ends with.
  func error(_ cell: String) -> Diagnostic? { failure(of: Source(name: "in [1]", text: cell)) }

  func failure(of source: Source) -> Diagnostic? {
    do {
      _ = try interpreter.run(source)
      return nil
    } catch {
      return error
    }
  }
}

/// A cell that must fail. `«` in the source marks where the caret falls.
struct Failure: CustomTestStringConvertible, Sendable {
  let marked: String
  let kind: Diagnostic.Kind
  let message: String
  let hint: String?

  init(_ marked: String, _ kind: Diagnostic.Kind, _ message: String, hint: String? = nil) {
    self.marked = marked
    self.kind = kind
    self.message = message
    self.hint = hint
  }

  var source: String { marked.replacing("«", with: "") }
  var offset: Int? {
    marked.firstIndex(of: "«").map { marked.utf8.distance(from: marked.startIndex, to: $0) }
  }
  var testDescription: String { marked }

  /// Runs it and compares kind, message, hint and place.
  func check(sourceLocation: SourceLocation = #_sourceLocation) {
    guard let error = Cells().error(source) else {
      Issue.record("\(source) did not fail", sourceLocation: sourceLocation)
      return
    }
    #expect(error.kind == kind, "\(error.rendered())", sourceLocation: sourceLocation)
    #expect(error.message.contains(message), "\(error.rendered())", sourceLocation: sourceLocation)
    if let hint { #expect(error.hint?.contains(hint) == true, "\(error.rendered())", sourceLocation: sourceLocation) }
    if let offset {
      #expect(error.primary?.span.range.lowerBound == offset, "\(error.rendered())", sourceLocation: sourceLocation)
    }
  }
}
