// Parameters of functions and builtins, and how arguments find them.

/// The names a function takes its arguments by.
public final class Signature: Sendable {
  public struct Parameter: Sendable {
    public let name: String
    /// As written, nil where an argument must be given.
    public let initial: String?
    /// The default of a builtin, a literal. A user function computes its own at the call.
    let value: Value?
    var isRequired: Bool { initial == nil }
  }

  public let name: String
  /// Those taken by position or name; after `rest` only by name.
  public let parameters: [Parameter]
  /// The parameter that takes all further positional arguments.
  public let rest: String?
  /// How many parameters stand before `rest`.
  let positionalCount: Int
  /// The parameter that takes all other named arguments.
  public let settings: String?
  /// Whether every argument may be left out.
  let requiredCount: Int

  init(name: String, parameters: [ParameterSyntax], source: Source, literals: Bool) throws {
    self.name = name
    self.parameters = try parameters.filter { $0.kind == .plain }.map { parameter in
      Parameter(
        name: parameter.name, initial: parameter.initial.map { source.excerpt($0.range) },
        value: literals ? try parameter.initial.map { try Value(literal: $0) } : nil)
    }
    rest = parameters.first { $0.kind == .rest }?.name
    settings = parameters.first { $0.kind == .settings }?.name
    positionalCount =
      parameters.firstIndex { $0.kind == .rest } ?? parameters.count { $0.kind == .plain }
    requiredCount = self.parameters.count(where: \.isRequired)
  }

  /// From a text like `sample(m, n = 16, labels = none, **settings)`; a wrong text is a programming error.
  public convenience init(_ text: String) {
    do {
      var parser = try Parser(Source(name: "signature", text: text))
      let name = try parser.expectName("the builtin").name
      try parser.expect(.open, "and the parameters")
      let parameters = try parser.bracketed { try $0.parameters() }
      try self.init(name: name, parameters: parameters, source: parser.source, literals: true)
    } catch let failure as SyntaxFailure {
      preconditionFailure("signature \(text): \(failure.diagnostic.message)")
    } catch {
      preconditionFailure("signature \(text): \(error)")
    }
  }

  /// All names that may be given, `**settings` aside.
  public var names: [String] { parameters.map(\.name) }

  /// `m`, `n = 16`, `...rest`, `**settings`: the parameters as written.
  public var parts: [String] {
    var parts = parameters.map { parameter in parameter.initial.map { "\(parameter.name) = \($0)" } ?? parameter.name }
    if let rest { parts.insert("...\(rest)", at: positionalCount) }
    if let settings { parts.append("**\(settings)") }
    return parts
  }

  /// `sample(m, n = 16)`.
  public var text: String { "\(name)(\(parts.joined(separator: ", ")))" }

  func index(of name: String) -> Int? { parameters.firstIndex { $0.name == name } }
}

extension Value {
  /// The value of a literal: what defaults of builtins may be.
  fileprivate init(literal: Expression) throws {
    switch literal.form {
    case .none: self = .none
    case .bool(let value): self = .bool(value)
    case .number(let value): self = .number(value)
    case .string(let text): self = .string(text)
    case .list(let elements): self = .list(try elements.map { try Value(literal: $0.value) })
    case .record(let entries):
      self = .record(
        Record(
          try entries.map { entry in
            guard case .field(let key, let value) = entry else { throw Diagnostic(.syntax, "a default is a literal") }
            return (key, try Value(literal: value))
          }))
    default: throw Diagnostic(.syntax, "a default is a literal")
    }
  }
}

extension Value {
  /// The value of a text that is one literal; nil where it is none.
  init?(literalText text: String) {
    guard let program = try? Parser.program(Source(name: "value", text: text)), program.statements.count == 1,
      case .expression(let expression) = program.statements[0].form, let value = try? Value(literal: expression)
    else { return nil }
    self = value
  }
}

/// Arguments sorted to the parameters of a signature. A class, so that a builtin can take one out of it.
final class MatchedArguments {
  /// In the order of `parameters`; nil where the default holds.
  var values: [Value?]
  var rest: [Value] = []
  var settings = Record()

  init(values: [Value?]) { self.values = values }
}

/// Positional arguments, then named ones, as the caller gave them.
struct GivenArguments {
  var positional: [Value] = []
  var named: [(name: String, value: Value)] = []
}

extension Signature {
  /// Sorts arguments to parameters; errors name the function and list what it takes.
  func matched(_ given: GivenArguments) throws -> MatchedArguments {
    let matched = MatchedArguments(values: [Value?](repeating: nil, count: parameters.count))
    let direct = min(given.positional.count, positionalCount)
    for index in 0..<direct { matched.values[index] = given.positional[index] }
    if given.positional.count > direct {
      guard rest != nil else { throw Messages.tooManyArguments(self, given.positional.count) }
      matched.rest = Array(given.positional[direct...])
    }
    for (name, value) in given.named {
      if let index = index(of: name) {
        guard matched.values[index] == nil else { throw Messages.argumentTwice(self, name) }
        matched.values[index] = value
      } else if settings != nil {
        matched.settings[name] = value
      } else {
        throw Messages.unknownArgument(self, name)
      }
    }
    for (index, parameter) in parameters.enumerated() where parameter.isRequired && matched.values[index] == nil {
      throw Messages.missingArguments(
        self, zip(parameters, matched.values).compactMap { $0.isRequired && $1 == nil ? $0.name : nil })
    }
    return matched
  }
}
