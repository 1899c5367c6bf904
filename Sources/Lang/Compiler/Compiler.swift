// Tree to closures, names to places, and the checks that need no run: unknown names, wrong arguments, misplaced
// statements. Reading order: this file (programs, names, blocks), Compiler+Statements, +Expressions, +Operators,
// +Calls, +Functions, +Targets.

import Tensor

/// A program ready to run.
struct Executable {
  let slotCount: Int
  let variableCount: Int
  let code: Code
  /// Names the program binds in the session.
  let boundNames: Set<String>
}

final class Compiler {
  let source: Source
  let namespace: Namespace
  let machine: Machine
  var scope = Scope(parent: nil)
  /// Blocks whose value is used, around this place: `return` and the like must escape from them by a throw.
  var valueDepth = 0
  /// Attempts (`try`) around this place in the present function.
  var attemptDepth = 0
  /// Names of the session that functions of this program mention.
  private(set) var namesSeenInside: Set<String> = []
  /// Whether such an escape was compiled in the present function.
  var hasEscapes = false
  /// Names of the functions around this place, for "did you mean".
  var localNames: [String] = []
  /// Captured parameters of the function being entered, with the slots where calls put them.
  var moves: [(name: String, slot: Int)] = []
  /// Dimension names already bound in the signature being compiled.
  var dimensionNames: Set<String> = []
  private(set) var problems: [Diagnostic] = []
  /// More would help nobody, and each looks for the nearest name among all.
  static let mostProblems = 100
  private var boundNames: Set<String> = []
  /// Functions that the program defines once and never rebinds: their calls are checked before the run.
  var knownSignatures: [String: Signature] = [:]

  init(_ source: Source, _ namespace: Namespace, _ machine: Machine) {
    self.source = source
    self.namespace = namespace
    self.machine = machine
  }

  func span(_ range: Range<Int>) -> Span { Span(source: source, range: range) }
  func report(_ problem: @autoclosure () -> Diagnostic, at range: Range<Int>) {
    guard problems.count < Self.mostProblems else { return }
    problems.append(problem().located(span(range)))
  }

  /// What is wrong in a file that is imported: there, with the import noted; a file that cannot be read, here.
  func report(_ problem: Diagnostic, ofModuleAt range: Range<Int>) {
    guard problem.primary != nil else { return report(problem, at: range) }
    var problem = problem
    problem.notes.append("imported at \(span(range).place)")
    problems.append(problem)
  }

  func compile(_ program: Program) -> Executable {
    let survey = NameSurvey(of: program.statements)
    namesSeenInside = survey.seenInside
    scope.onlyChanged = survey.onlyChanged.filter { !namespace.isKnown($0) }
    boundNames = survey.bound.filter { !$0.hasPrefix("_@") }
    let captured = survey.captured
    for name in survey.bound where name.hasPrefix("_@") {
      if captured.contains(name) { scope.addVariable(name) } else { _ = scope.addSlot(name) }
    }
    knownSignatures = signatures(defined: program.statements)
    let code = topLevel(program.statements)
    return Executable(
      slotCount: scope.slotCount, variableCount: scope.ownVariableCount, code: code, boundNames: boundNames)
  }

  private func signatures(defined statements: [Statement]) -> [String: Signature] {
    var bindings: [String: Int] = [:]
    var found: [String: Signature] = [:]
    for statement in statements {
      for name in NameSurvey(of: [statement]).bound { bindings[name, default: 0] += 1 }
      if case .function(let function) = statement.form, let name = function.name {
        found[name] = try? Signature(name: name, parameters: function.parameters, source: source, literals: false)
      }
    }
    return found.filter { bindings[$0.key] == 1 }
  }

  /// Statements in a row; the value of the last expression.
  private func topLevel(_ statements: [Statement]) -> Code {
    guard let last = statements.last else { return { _ in .none } }
    let effects = statements.dropLast().map { effect($0) }
    let value = tail(last)
    return { frame in
      for effect in effects { _ = try effect(frame) }
      return try value(frame)
    }
  }

  /// A statement's value, where it is an expression.
  func tail(_ statement: Statement) -> Code {
    if case .expression(let value) = statement.form { return code(value) }
    let effect = effect(statement)
    return { frame in
      switch try effect(frame) {
      case .normal: return .none
      case let flow: throw Escape(flow: flow)
      }
    }
  }

  // MARK: names

  /// Where a name is; reports names that nothing binds.
  func place(_ name: String, at range: Range<Int>) -> Place {
    if let place = scope.place(name) { return place }
    if !isKnown(name) {
      report(Messages.unknownName(name, among: visibleNames), at: range)
    }
    return .global(namespace.global(name))
  }

  /// Reports a change of something that never gets a value.
  func checkChange(of target: Target) {
    guard scope.onlyChanged.contains(target.name) else { return }
    let problem =
      scope.isFunction
      ? Messages.noValueYet(target.name, hidesOuter: hidesOuter(target.name)) : Messages.unknownName(target.name, among: namespace.knownNames + localNames)
    report(problem, at: target.nameRange)
  }

  func isKnown(_ name: String) -> Bool {
    scope.place(name) != nil || boundNames.contains(name) || namespace.isKnown(name)
  }

  /// Whether the program binds the name in the session.
  func isBound(_ name: String) -> Bool { boundNames.contains(name) }

  private var visibleNames: [String] { Array(boundNames) + namespace.knownNames + localNames }

  func read(_ place: Place, _ name: String, at range: Range<Int>) -> Code {
    let span = span(range)
    let hidesOuter = hidesOuter(name)
    switch place {
    case .slot(let slot):
      return { frame in
        if let value = frame.slots[slot] { return value }
        throw Messages.noValueYet(name, hidesOuter: hidesOuter).located(span)
      }
    case .variable(let index):
      return { frame in
        if let value = frame.variables[index].value { return value }
        throw Messages.noValueYet(name, hidesOuter: hidesOuter).located(span)
      }
    case .global(let global):
      return { _ in
        if let value = global.value { return value }
        if let builtin = global.builtin { return builtin }
        throw Messages.noValueYet(name, hidesOuter: hidesOuter).located(span)
      }
    }
  }

  /// Whether a function's own name stands before one of the session.
  private func hidesOuter(_ name: String) -> Bool { scope.isFunction && (isBound(name) || namespace.value(name) != nil) }

  /// Sets a name bound in this scope.
  func store(_ name: String) -> (Frame, Value) -> Void { store(name, in: scope) }

  func store(_ name: String, in scope: Scope) -> (Frame, Value) -> Void {
    switch scope.place(name) {
    case .slot(let slot): return { frame, value in frame.slots[slot] = value }
    case .variable(let index): return { frame, value in frame.variables[index].value = value }
    case .global(let global): return { _, value in global.value = value }
    case nil:
      let global = namespace.global(name)
      let namespace = namespace
      return { _, value in
        if global.value == nil { namespace.noteDefinition(of: name) }
        global.value = value
      }
    }
  }

  // MARK: blocks

  /// Statements run for their effect.
  func effect(_ block: Block) -> Effect {
    let effects = block.statements.map { effect($0) }
    switch effects.count {
    case 0: return { _ in .normal }
    case 1: return effects[0]
    case 2:
      let (first, second) = (effects[0], effects[1])
      return { frame in
        let flow = try first(frame)
        guard case .normal = flow else { return flow }
        return try second(frame)
      }
    default:
      return { frame in
        for effect in effects {
          let flow = try effect(frame)
          guard case .normal = flow else { return flow }
        }
        return .normal
      }
    }
  }

  /// A block whose value is used, inside an expression.
  func value(_ block: Block) -> Code {
    valueDepth += 1
    defer { valueDepth -= 1 }
    guard let last = block.statements.last else { return { _ in .none } }
    let effects = block.statements.dropLast().map { effect($0) }
    let value = tail(last)
    if effects.isEmpty { return value }
    return { frame in
      for effect in effects {
        let flow = try effect(frame)
        guard case .normal = flow else { throw Escape(flow: flow) }
      }
      return try value(frame)
    }
  }

  /// A block that ends a function: `return` in it is its value.
  func ending(_ block: Block) -> Code {
    guard let last = block.statements.last else { return { _ in .none } }
    let effects = block.statements.dropLast().map { effect($0) }
    let value = ending(last)
    if effects.isEmpty { return value }
    return { frame in
      for effect in effects {
        if case .result(let value) = try effect(frame) { return value }
      }
      return try value(frame)
    }
  }

  private func ending(_ statement: Statement) -> Code {
    switch statement.form {
    case .result(let value): return value.map { code($0) } ?? { _ in .none }
    case .expression(let expression):
      guard case .conditional(let branches, let otherwise) = expression.form else { return code(expression) }
      return conditional(branches, otherwise) { self.ending($0) }
    case .assignment, .update, .function, .loop, .whileLoop, .leave, .next, .assertion, .parameter, .module:
      let effect = effect(statement)
      return { frame in
        if case .result(let value) = try effect(frame) { return value }
        return .none
      }
    }
  }
}
