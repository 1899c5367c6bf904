// Errors as data: what is wrong, where, and what to do. Texts of the run-time errors are in Messages.swift,
// the look in Rendering.swift.

/// A mistake in a program or a failure while it runs.
public struct Diagnostic: Error, Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    case syntax, name, argument, type, shape, value, index, io, format, interrupt, limit, exit
    /// Warnings.
    case unused, unreachable
  }

  public enum Severity: String, Sendable { case error, warning }

  public var severity: Severity { kind == .unused || kind == .unreachable ? .warning : .error }

  /// A place with a few words about it.
  public struct Label: Sendable {
    public let span: Span
    public let text: String

    public init(_ span: Span, _ text: String = "") {
      self.span = span
      self.text = text
    }

    /// `z: float32[16, 2]`: the expression that stands there, where it is short, and what is said of it.
    init(_ source: Source, _ range: Range<Int>, naming text: String) {
      let name = source.excerpt(range)
      let isShort = name.count <= 20 && !name.contains("\n")
      self.init(Span(source: source, range: range), isShort ? "\(name): \(text)" : text)
    }
  }

  /// A call that was under way.
  public struct CallSite: Sendable {
    public let function: String
    public let span: Span
  }

  public let kind: Kind
  public var message: String
  /// Where the caret goes.
  public var primary: Label?
  /// Operands and arguments, with their shapes.
  public var secondary: [Label] = []
  public var notes: [String] = []
  public var hint: String?
  /// The calls under way, innermost first.
  public var traceback: [CallSite] = []
  /// Memory ran short: the session says which names hold most.
  var isMemory = false
  /// The command line is at fault, not the program.
  public internal(set) var isUsage = false
  /// The parameter whose argument is at fault, until the call that gave it is known.
  var parameter: (index: Int, name: String, given: String)?
  /// For `exit(n)` only.
  public var exitCode: Int?

  public init(_ kind: Kind, _ message: String, at span: Span? = nil, notes: [String] = [], hint: String? = nil) {
    self.kind = kind
    self.message = Self.cut(message)
    primary = span.map { Label($0) }
    self.notes = notes
    self.hint = hint
  }

  /// A value that is quoted whole may be as long as memory; what fills a screen says no less.
  private static func cut(_ text: String) -> String {
    let longest = 10_000
    guard text.utf8.count > longest else { return text }
    return "\(text.prefix(longest - 1000)) ... \(text.suffix(500))"
  }

  /// Line and column of the caret, from 1.
  public var position: (line: Int, column: Int)? {
    primary.map { $0.span.source.position(of: $0.span.range.lowerBound) }
  }

  /// `train.imf:3:7`, empty where the place is unknown.
  var place: String { primary?.span.place ?? "" }

  /// The same error with a place, where it has none yet.
  func located(_ span: Span) -> Diagnostic {
    guard primary == nil else { return self }
    var copy = self
    copy.primary = Label(span)
    return copy
  }
}

/// An error of another module that knows its kind and its remedy.
public protocol DescribedError: Error {
  var kind: Diagnostic.Kind { get }
  var message: String { get }
  var hint: String? { get }
}

extension Diagnostic {
  /// An error of another module, with no place in a program.
  public init(_ error: any DescribedError) { self.init(error.kind, error.message, hint: error.hint) }
}
