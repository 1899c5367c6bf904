// Makes number code of a function or a loop, and of all functions that it calls: each is emitted once by a NumberRoutine,
// then they are laid one after the other and their calls joined.

final class NumberCompiler {
  private var instructions: [NumberInstruction] = []
  private var pool: [Double] = []
  private(set) var functions: [@Sendable (Double) -> Double] = []
  private var expectations: [(Global, NumberCode.Expectation)] = []
  private(set) var outers: [Global] = []
  private var kinds: [ObjectIdentifier: NumberKinds] = [:]
  private var isBeingFound: Set<ObjectIdentifier> = []
  private var entries: [ObjectIdentifier: Int] = [:]
  private var calls: [(instruction: Int, function: FunctionCode)] = []
  private var waiting: [FunctionCode] = []

  /// - Throws: `NotNumeric`.
  func code(of function: FunctionCode) throws -> NumberCode {
    waiting = [function]
    let result = try self.kinds(of: function)?.result ?? .number
    return try linked(resultKind: result)
  }

  /// - Throws: `NotNumeric`.
  func code(of routine: NumberRoutine) throws -> NumberCode {
    try append(routine)
    return try linked(resultKind: .number)
  }

  private func linked(resultKind: NumberKind) throws -> NumberCode {
    // In the order of their discovery: the function that is entered comes first.
    while !waiting.isEmpty {
      let function = waiting.removeFirst()
      guard entries[ObjectIdentifier(function)] == nil else { continue }
      entries[ObjectIdentifier(function)] = instructions.count
      let kinds = try self.kinds(of: function)
      guard let (syntax, namespace) = function.numeric, let kinds else { throw NotNumeric() }
      let routine = NumberRoutine(self, namespace, kinds, parameters: syntax.parameters.map(\.name))
      try routine.emit(function: syntax)
      try append(routine)
    }
    for (instruction, function) in calls {
      guard let entry = entries[ObjectIdentifier(function)] else { throw NotNumeric() }
      instructions[instruction].b = UInt16(entry)
    }
    return NumberCode(
      instructions: instructions, pool: pool, functions: functions, expectations: expectations, outers: outers,
      resultKind: resultKind)
  }

  private func append(_ routine: NumberRoutine) throws {
    let base = instructions.count
    guard base + routine.instructions.count < 1 << 15, pool.count + routine.constants.count < 1 << 15 else { throw NotNumeric() }
    for (index, var instruction) in routine.instructions.enumerated() {
      switch instruction.operation {
      case .constants: instruction.c = UInt16(pool.count)
      case .jump, .jumpIf, .jumpUnless, .jumpBack, .jumpIfLess, .jumpIfLessEqual, .jumpIfEqual, .jumpUnlessLess,
        .jumpUnlessLessEqual, .jumpUnlessEqual:
        instruction.a += UInt16(base)
      case .count: instruction.c += UInt16(base)
      case .call: calls.append((base + index, routine.callees[index]!))
      case .outer, .move, .truth, .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .power, .negate, .apply,
        .prepareCount, .result, .finish, .leave:
        break
      }
      instructions.append(instruction)
    }
    pool += routine.constants
  }

  // MARK: what routines ask for

  /// Kinds of a function's names, and of its result; nil while they are being found out.
  func kinds(of function: FunctionCode) throws -> NumberKinds? {
    let id = ObjectIdentifier(function)
    if let known = kinds[id] { return known }
    guard let (syntax, namespace) = function.numeric else { throw NotNumeric() }
    guard isBeingFound.insert(id).inserted else { return nil }
    defer { isBeingFound.remove(id) }
    let local = NameSurvey(of: syntax).bound
    let found = try NumberKinds(of: syntax.body.statements, parameters: syntax.parameters.map(\.name), isFunction: true) {
      callee, arguments in try self.callee(callee, arguments, namespace, local: local).kind
    }
    kinds[id] = found
    return found
  }

  /// What a call means.
  enum Callee {
    case written(FunctionCode, NumberKind?)
    case builtin(Int)

    var kind: NumberKind? {
      switch self {
      case .written(_, let kind): kind
      case .builtin: .number
      }
    }
  }

  func callee(_ callee: Expression, _ arguments: [Argument], _ namespace: Namespace, local: Set<String>) throws -> Callee {
    guard case .name(let name) = callee.form, !local.contains(name),
      arguments.allSatisfy({ if case .positional = $0.role { true } else { false } })
    else { throw NotNumeric() }
    let global = namespace.global(name)
    switch (global.value ?? global.builtin) {
    case .function(let function):
      switch function.body {
      case .written(let code, _):
        guard arguments.count == code.signature.parameters.count else { throw NotNumeric() }
        expect(global, .function(code.number))
        waiting.append(code)
        return .written(code, try kinds(of: code)?.result)
      case .builtin(let row):
        guard global.value == nil, arguments.count == 1, let scalar = row.scalar else { throw NotNumeric() }
        if let known = scalarNames.firstIndex(of: name) { return .builtin(known) }
        expect(global, .builtin)
        scalarNames.append(name)
        functions.append(scalar)
        return .builtin(functions.count - 1)
      case .made: throw NotNumeric()
      }
    default: throw NotNumeric()
    }
  }
  private var scalarNames: [String] = []

  /// Whether the name is a builtin's here; the code holds as long as it stays so.
  func isBuiltin(_ name: String, _ namespace: Namespace) -> Bool {
    let global = namespace.global(name)
    guard global.value == nil, global.builtin != nil else { return false }
    expect(global, .builtin)
    return true
  }

  /// The number under which an outer name's value is read.
  func outer(_ name: String, _ namespace: Namespace) throws -> Int {
    let global = namespace.global(name)
    if let known = outers.firstIndex(where: { $0 === global }) { return known }
    guard outers.count < NumberMachine.frameSize else { throw NotNumeric() }
    outers.append(global)
    return outers.count - 1
  }

  private func expect(_ global: Global, _ expectation: NumberCode.Expectation) {
    if !expectations.contains(where: { $0.0 === global }) { expectations.append((global, expectation)) }
  }
}
