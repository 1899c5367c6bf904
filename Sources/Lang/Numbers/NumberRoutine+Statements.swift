// Statements to number code.

extension NumberRoutine {
  func emit(_ block: Block) throws { try block.statements.forEach { try emit($0) } }

  func emit(_ statement: Statement) throws {
    try scratch {
      switch statement.form {
      case .expression(let value):
        if case .conditional(let branches, let otherwise) = value.form {
          try emitBranches(branches, otherwise) { try self.emit($0) }
        } else {
          _ = try emit(value)
        }
      case .assignment(let targets, let value): try emitAssignment(try NumberKinds.pairs(targets, value))
      case .update(let target, let operation, let value, let place):
        let old = Expression(form: .name(target.name), range: target.nameRange)
        let sum = Expression(form: .binary(operation, old, value, at: place), range: statement.range)
        try emitAssignment([(target, sum)])
      case .loop(let targets, let sequence, let body): try emitCount(targets[0].name, sequence, body)
      case .whileLoop(let condition, let body): try emitWhile(condition, body)
      case .leave: try leaveLoop(\.breaks)
      case .next: try leaveLoop(\.continues)
      case .result(let value):
        guard let value else { throw NotNumeric() }
        try emitResult(value)
      case .function, .assertion, .parameter, .module: throw NotNumeric()
      }
    }
  }

  // MARK: assignments

  /// All values are computed before a name that a later one reads changes.
  private func emitAssignment(_ pairs: [(target: Target, value: Expression)]) throws {
    var moves: [(register: Int, name: String)] = []
    for (index, pair) in pairs.enumerated() {
      let name = pair.target.name
      guard kind(of: pair.value) == kind(ofName: name), let register = registers[name] else { throw NotNumeric() }
      let later = pairs[(index + 1)...].map { Statement(form: .expression($0.value), range: $0.value.range) }
      if NameSurvey(of: later).free.contains(name) || moves.contains(where: { $0.name == name }) {
        let kept = try temporary()
        try emit(pair.value, into: kept)
        moves.append((kept, name))
      } else {
        try emit(pair.value, into: register)
        assigned?.insert(name)
      }
    }
    for move in moves {
      add(.init(.move, registers[move.name]!, move.register))
      assigned?.insert(move.name)
    }
  }

  // MARK: branches

  /// `body` emits a branch; the branches meet behind the last.
  func emitBranches(_ branches: [Branch], _ otherwise: Block?, _ body: (Block) throws -> Void) throws {
    var ends: [Int] = []
    var outcomes: [Set<String>?] = []
    for branch in branches {
      let skip = try jumps(when: false, branch.condition)
      let before = assigned
      try scratch { try body(branch.body) }
      outcomes.append(assigned)
      assigned = before
      ends.append(add(.init(.jump)))
      land(skip)
    }
    if let otherwise { try scratch { try body(otherwise) } }
    outcomes.append(assigned)
    land(ends)
    let reached = outcomes.compactMap { $0 }
    assigned = reached.dropFirst().reduce(reached.first) { $0?.intersection($1) }
  }

  // MARK: loops

  private func emitWhile(_ condition: Expression, _ body: Block) throws {
    let start = here
    let ends = try jumps(when: false, condition)
    let exits = try emitBody(body)
    land(exits.continues)
    add(.init(.jumpBack, start))
    land(ends + exits.breaks)
  }

  /// `for name in start..end` and `for name in range(...)`.
  private func emitCount(_ name: String, _ sequence: Expression, _ body: Block) throws {
    guard kind(ofName: name) == .number, let register = registers[name] else { throw NotNumeric() }
    let (first, last, step) = try bounds(sequence)
    let count = try temporary()
    let (end, start, stride) = (try temporary(), try temporary(), try temporary())
    for (value, place) in [(first, start), (last, end), (step, stride)] {
      guard let value else {
        add(.init(.move, place, constant(place == stride ? 1 : 0)))
        continue
      }
      guard kind(of: value) == .number else { throw NotNumeric() }
      try scratch { try emit(value, into: place) }
    }
    add(.init(.prepareCount, 0, count))
    let entry = add(.init(.jump))
    let top = here
    let before = assigned
    assigned?.insert(name)
    let exits = try emitBody(body)
    assigned = before
    land([entry] + exits.continues)
    add(.init(.count, register, count, top))
    land(exits.breaks)
  }

  private func bounds(_ sequence: Expression) throws -> (Expression?, Expression, Expression?) {
    switch sequence.form {
    case .range(let start, let end): return (start, end, nil)
    case .call(let callee, let arguments):
      guard case .name("range") = callee.form, registers["range"] == nil, compiler.isBuiltin("range", namespace),
        arguments.allSatisfy({ if case .positional = $0.role { true } else { false } })
      else { throw NotNumeric() }
      let values = arguments.map(\.value)
      switch values.count {
      case 1: return (nil, values[0], nil)
      case 2: return (values[0], values[1], nil)
      case 3: return (values[0], values[1], values[2])
      default: throw NotNumeric()
      }
    default: throw NotNumeric()
    }
  }

  /// What a round assigns is not sure to be assigned behind the loop.
  private func emitBody(_ body: Block) throws -> LoopExits {
    let before = assigned
    loops.append(LoopExits())
    try scratch { try emit(body) }
    assigned = before
    return loops.removeLast()
  }

  private func leaveLoop(_ exits: WritableKeyPath<LoopExits, [Int]>) throws {
    guard !loops.isEmpty else { throw NotNumeric() }
    loops[loops.count - 1][keyPath: exits].append(add(.init(.jump)))
    assigned = nil
  }

  // MARK: results

  private func emitResult(_ value: Expression) throws {
    let kind = kind(of: value)
    let register = try emit(value)
    if isFunction {
      guard kind == kinds.result else { throw NotNumeric() }
      add(.init(.result, register))
    } else {
      add(.init(.leave, register, kind == .truth ? 1 : 0))
    }
    assigned = nil
  }

  /// A block that ends a function: its last statement is the function's value.
  func emitEnd(_ block: Block) throws {
    guard let last = block.statements.last else { throw NotNumeric() }
    try block.statements.dropLast().forEach { try emit($0) }
    if case .expression(let value) = last.form {
      guard case .conditional(let branches, let otherwise?) = value.form else { return try emitResult(value) }
      return try emitBranches(branches, otherwise) { try self.emitEnd($0) }
    }
    try emit(last)
    // A function that can run to its end without a value gives none.
    guard assigned == nil else { throw NotNumeric() }
  }
}
