// A loop as number code: its names' values go into registers before it and come back after it.

final class NumberLoop {
  private struct Entry {
    let register: Int
    let kind: NumberKind
    /// Whether the loop reads the name before it assigns it.
    let isNeeded: Bool
    let read: (Frame) -> Value?
    /// nil where the loop does not assign the name.
    let store: ((Frame, Value) -> Void)?
  }
  private struct Ready {
    let code: NumberCode
    let entries: [Entry]
  }

  /// Stands in a register whose name has got no value yet: a NaN that no arithmetic gives.
  private static let unset = Double(bitPattern: 0x7ff9_4e6f_7420_7365)

  private let statement: Statement
  private let place: Span
  private let namespace: Namespace
  private let scope: Scope
  /// How the compiler stores into a name of the loop's scope.
  private let store: (String) -> (Frame, Value) -> Void
  private var late = LateNumberCode<Ready>()

  init(_ statement: Statement, _ compiler: Compiler) {
    self.statement = statement
    place = compiler.span(statement.range)
    namespace = compiler.namespace
    scope = compiler.scope
    let scope = compiler.scope
    store = { name in compiler.store(name, in: scope) }
  }

  /// How the loop ended; nil where closures must run it.
  @inline(__always)
  func run(_ frame: Frame, _ machine: NumberMachine) throws -> Flow? {
    if late.isRefused { return nil }
    guard let ready = late.made(holds: { $0.code.holds }, prepared) else { return nil }
    return try run(ready, frame, machine)
  }

  private func run(_ ready: Ready, _ frame: Frame, _ machine: NumberMachine) throws -> Flow? {
    guard machine.loadOuters(of: ready.code) else { return nil }
    for entry in ready.entries {
      if let register = entry.kind.register(entry.read(frame)), entry.isNeeded {
        machine.registers[entry.register] = register
      } else if entry.isNeeded {
        return nil
      } else {
        machine.registers[entry.register] = Self.unset
      }
    }
    let ending = machine.run(ready.code)
    if case .refused = ending {
      late.refuse()
      return nil
    }
    for entry in ready.entries {
      let register = machine.registers[entry.register]
      guard let store = entry.store, register.bitPattern != Self.unset.bitPattern else { continue }
      store(frame, entry.kind.value(register))
    }
    switch ending {
    case .interrupted: throw Messages.interrupted.located(place)
    case .result(let value): return .result(value)
    case .finished, .refused: return .normal
    }
  }

  private func prepared() throws -> Ready {
    let survey = NameSurvey(of: [statement])
    guard survey.seenInside.isEmpty else { throw NotNumeric() }
    let around = survey.free.filter { name in
      switch scope.place(name) {
      case .slot, .variable: true
      case .global, nil: false
      }
    }
    let names = survey.bound.union(around)
    let linker = NumberCompiler()
    let namespace = namespace
    let kinds = try NumberKinds(of: [statement], parameters: [], isFunction: false) { callee, arguments in
      try linker.callee(callee, arguments, namespace, local: names).kind
    }
    let routine = NumberRoutine(linker, namespace, kinds, parameters: nil)
    try routine.emit(loop: statement, names: names)
    let code = try linker.code(of: routine)
    let entries = try names.map { name in
      let isBound = survey.bound.contains(name)
      return Entry(
        register: routine.registers[name]!, kind: kinds.names[name] ?? .number, isNeeded: routine.needed.contains(name),
        read: try read(name, code), store: isBound ? store(name) : nil)
    }
    return Ready(code: code, entries: entries)
  }

  private func read(_ name: String, _ code: NumberCode) throws -> (Frame) -> Value? {
    switch scope.place(name) {
    case .slot(let slot): return { $0.slots[slot] }
    case .variable(let index): return { $0.variables[index].value }
    case .global(let global): return try read(global, code)
    case nil: return try read(namespace.global(name), code)
    }
  }

  /// Functions called in the loop must not look at names that it changes: those are in registers meanwhile.
  private func read(_ global: Global, _ code: NumberCode) throws -> (Frame) -> Value? {
    guard !code.mentions(global) else { throw NotNumeric() }
    return { _ in global.value }
  }
}
