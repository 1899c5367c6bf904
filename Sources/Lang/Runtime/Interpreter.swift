// The interpreter: sources in, values and diagnostics out. One per session; everything runs on the caller's thread.

import Tensor

/// What a cell gave.
public struct Outcome {
  public let value: Value
  /// A trailing `;`: the value is there, but not to be shown.
  public let isHidden: Bool
}

/// Whether a text is a whole cell.
public enum Completeness {
  case complete
  /// More lines are needed; `indent` levels of braces are open.
  case incomplete(indent: Int)
  case invalid(Diagnostic)
}

/// `exit(n)`.
struct ExitRequest: Error {
  let code: Int
}

public final class Interpreter {
  public let session: Session
  public let libraries: [Library]
  /// Where `print` goes.
  public let output: (String) -> Void
  /// Names keep what a failed cell gave them; otherwise they get back the values they had before it.
  public var keepsNamesOnError = false
  /// Bytes of native stack that programs may use, counted from where `run` is called. The default suits a thread of
  /// 8 MiB; a host with a larger one may say so, and recursions go deeper.
  public var stackSize = 6 << 20
  let builtinValues: [String: Value]
  private let rows: [String: Builtin]
  private var namespace: Namespace
  private var moduleNamespaces: [Namespace] = []
  private let machine = Machine()
  private(set) var modules: [String: Record] = [:]
  private var modulesUnderWay: [String] = []
  private var modulesChecked: [String] = []

  /// Names with a value from the start.
  public static let constants: [String: Value] = [
    "pi": .number(.pi), "inf": .number(.infinity), "nan": .number(.nan),
  ]

  public static let keywords: [String] = Keyword.allCases.map(\.rawValue)

  public init(libraries: [Library] = [], session: Session = Session(), output: @escaping (String) -> Void) {
    self.session = session
    self.libraries = Library.core + libraries
    self.output = output
    let rows = self.libraries.flatMap(\.rows)
    self.rows = Dictionary(rows.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    builtinValues = self.rows.mapValues { .function($0.function) }.merging(Self.constants) { $1 }
    namespace = Namespace(builtins: builtinValues)
    machine.interpreter = self
  }

  /// A function's code holds the names that it reads, and a name its function: circles that only emptied names end.
  deinit { for namespace in moduleNamespaces + [namespace] { namespace.clear() } }

  // MARK: running

  /// Syntax, unknown names and wrong arguments, then warnings of what is never read or never runs; runs nothing.
  /// - Parameter keeps: the program's names are used after it, at the prompt or by other code.
  public func check(_ source: Source, keeps: Bool = false) -> [Diagnostic] {
    do {
      let (program, failures) = try Parser.reading(source)
      // Names of a statement that could not be read would count as unknown.
      guard failures.isEmpty else { return failures.map(\.diagnostic) }
      let compiler = Compiler(source, namespace, machine)
      _ = compiler.compile(program)
      return compiler.problems.isEmpty ? program.warnings(keeps: keeps) : compiler.problems
    } catch let failure as SyntaxFailure {
      return [failure.diagnostic]
    } catch let error as Diagnostic {
      return [error]
    } catch {
      return [Diagnostic(.syntax, "\(error)")]
    }
  }

  /// Runs one cell or script. A cell whose value is not none sets `_`.
  public func run(_ source: Source) throws(Diagnostic) -> Outcome {
    let program = try parsed(source)
    let executable = try compiled(program)
    let before = keepsNamesOnError ? [] : executable.boundNames.map { ($0, namespace.value($0)) }
    do {
      let value = try execute(executable)
      // What will be shown is computed here: an error of it belongs to the cell.
      if !program.isHidden, case .tensor(let tensor) = value { try settle(tensor) }
      if !value.isNone { namespace.global("_").value = value }
      return Outcome(value: value, isHidden: program.isHidden)
    } catch {
      let notes = error.isMemory ? holders() : []
      for (name, value) in before { namespace.set(name, value) }
      var error = error
      error.notes += notes
      throw error
    }
  }

  /// Runs what a source declares, the rest of it left out, for other sources that will be run.
  func declare(_ source: Source, for readers: [Source]) throws(Diagnostic) {
    var program = try parsed(source)
    // What is wrong in a reader shows when it is run.
    program.statements = program.declarations(for: readers.compactMap { try? Parser.program($0) })
    _ = try execute(try compiled(program))
  }

  private func settle(_ tensor: Tensor) throws(Diagnostic) {
    do {
      try tensor.evaluated()
    } catch {
      throw Self.diagnostic(error)
    }
  }

  /// Which of the session's names hold most memory, where any holds much.
  private func holders() -> [String] {
    let held = namespace.names.compactMap { name in namespace.value(name).map { (name, $0.heldBytes) } }
    let largest = held.filter { $0.1 >= 1 << 16 }.sorted { $0.1 > $1.1 }.prefix(4)
    if largest.isEmpty { return [] }
    return ["of the session's names " + largest.map { "`\($0.0)` holds \(Memory.shown($0.1))" }.joined(separator: ", ")]
  }

  private func compiled(_ program: Program) throws(Diagnostic) -> Executable {
    let compiler = Compiler(program.source, namespace, machine)
    let executable = compiler.compile(program)
    if let problem = compiler.problems.first { throw problem }
    return executable
  }

  private func parsed(_ source: Source) throws(Diagnostic) -> Program {
    do {
      return try Parser.program(source)
    } catch let failure as SyntaxFailure {
      throw failure.diagnostic
    } catch let error as Diagnostic {
      throw error
    } catch {
      throw Diagnostic(.syntax, "\(error)")
    }
  }

  private func execute(_ executable: Executable) throws(Diagnostic) -> Value {
    do {
      return try machine.run(
        slotCount: executable.slotCount, variableCount: executable.variableCount, executable.code)
    } catch {
      throw Self.diagnostic(error)
    }
  }

  static func diagnostic(_ error: any Error) -> Diagnostic {
    switch error {
    case let error as Diagnostic: error
    case let error as TensorError: Messages.located(error)
    case is Interrupted: Messages.interrupted
    default: Diagnostic(.io, "\(error)")
    }
  }

  /// Calls a value of the language from outside.
  public func apply(_ function: Value, _ arguments: [Value], named: Record = [:]) throws(Diagnostic) -> Value {
    do {
      return try machine.run(slotCount: 0, variableCount: 0) { _ in
        try machine.apply(
          function, GivenArguments(positional: arguments, named: named.map { ($0.key, $0.value) }), at: nil)
      }
    } catch {
      throw Self.diagnostic(error)
    }
  }

  // MARK: modules

  /// The first thing wrong in another file, as far as it shows without running it.
  func problem(inModule path: String, from source: Source) -> Diagnostic? {
    do {
      let file = try SourceFile(path, beside: source, folder: session.folder)
      guard modules[file.path] == nil else { return nil }
      guard !modulesChecked.contains(file.path) else { return Messages.importsItself(path, modulesChecked + [file.path]) }
      modulesChecked.append(file.path)
      defer { modulesChecked.removeLast() }
      let outer = namespace
      namespace = Namespace(builtins: builtinValues)
      defer { namespace = outer }
      return check(Source(name: path, text: try file.moduleText(), path: file.path), keeps: true).first { $0.severity == .error }
    } catch {
      return Self.diagnostic(error)
    }
  }

  /// The top-level names of another file; run once.
  func module(_ path: String, from source: Source) throws -> Record {
    let file = try SourceFile(path, beside: source, folder: session.folder)
    if let known = modules[file.path] { return known }
    guard !modulesUnderWay.contains(file.path) else {
      throw Messages.importsItself(path, modulesUnderWay + [file.path])
    }
    modulesUnderWay.append(file.path)
    let outer = namespace
    namespace = Namespace(builtins: builtinValues)
    moduleNamespaces.append(namespace)
    defer {
      namespace = outer
      modulesUnderWay.removeLast()
    }
    let executable = try compiled(try parsed(Source(name: path, text: try file.moduleText(), path: file.path)))
    _ = try machine.run(
      slotCount: executable.slotCount, variableCount: executable.variableCount, executable.code)
    let record = Record(namespace.names.compactMap { name in namespace.value(name).map { (name, $0) } })
    modules[file.path] = record
    return record
  }

  // MARK: names

  /// The session's names, in the order of their definition.
  public var names: [String] { namespace.names }

  public subscript(name: String) -> Value? {
    get { namespace.value(name) }
    set { namespace.set(name, newValue) }
  }

  public var builtins: [Builtin] { libraries.flatMap(\.rows) }
  public func builtin(_ name: String) -> Builtin? { rows[name] }

  /// The value at a path of fields, `m.params.blocks`; runs no code of the language.
  public func value(at path: String) -> Value? {
    var parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !parts.isEmpty else { return nil }
    let first = parts.removeFirst()
    guard var value = namespace.value(first) ?? builtinValues[first] else { return nil }
    for part in parts {
      guard let field = try? Fields.read(value, part) else { return nil }
      value = field
    }
    return value
  }

  /// The fields a value has, for completion.
  public static func fieldNames(of value: Value) -> [String] { Fields.names(value) }

  /// How the value at a path is called, for completing the names of arguments.
  public func signature(of path: String) -> Signature? {
    switch value(at: path) {
    case .function(let function): function.signature
    case .object(let object): object.signature
    default: nil
    }
  }

  public static func completeness(of text: String) -> Completeness {
    let source = Source(name: "cell", text: text)
    do {
      _ = try Parser.program(source)
      return .complete
    } catch let failure as SyntaxFailure {
      return failure.isUnfinished ? .incomplete(indent: openBraces(source)) : .invalid(failure.diagnostic)
    } catch {
      return .complete
    }
  }

  private static func openBraces(_ source: Source) -> Int {
    guard let tokens = try? Lexer.tokens(of: source) else { return 0 }
    var depth = 0
    for token in tokens {
      switch token.kind {
      case .symbol(.openBrace), .symbol(.open), .symbol(.openBracket): depth += 1
      case .symbol(.closeBrace), .symbol(.close), .symbol(.closeBracket): depth -= 1
      default: break
      }
    }
    return max(depth, 0)
  }
}

extension Messages {
  static func located(_ error: TensorError) -> Diagnostic {
    var diagnostic = Diagnostic(
      Diagnostic.Kind(error.kind), "\(error.operation): \(error.reason)",
      notes: error.operands.isEmpty ? [] : ["of " + error.operands.map(\.description).joined(separator: ", ")],
      hint: error.hint)
    diagnostic.adopt(error)
    return diagnostic
  }
}
