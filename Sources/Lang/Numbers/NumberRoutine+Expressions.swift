// Expressions to number code, and conditions to jumps.

extension NumberRoutine {
  /// What an expression gives.
  func kind(of expression: Expression) -> NumberKind {
    switch expression.form {
    case .bool, .comparison, .not, .and, .or: return .truth
    case .name(let name): return kind(ofName: name)
    case .conditional(let branches, _):
      guard case .expression(let value)? = branches.first?.body.statements.last?.form else { return .number }
      return kind(of: value)
    case .call(let callee, let arguments):
      return (try? compiler.callee(callee, arguments, namespace, local: Set(registers.keys)).kind) ?? .number
    default: return .number
    }
  }

  /// The register of an expression's value; into `target` where one is given.
  @discardableResult
  func emit(_ expression: Expression, into target: Int? = nil) throws -> Int {
    switch expression.form {
    case .number(let number): return move(constant(number), into: target)
    case .name(let name): return move(try read(name), into: target)
    case .bool(let flag):
      let register = try target ?? temporary()
      add(.init(.truth, register, flag ? 1 : 0))
      return register
    case .negation(let operand):
      let register = try target ?? temporary()
      try scratch { add(.init(.negate, register, try number(operand))) }
      return register
    case .binary(let operation, let left, let right, _):
      let register = try target ?? temporary()
      try scratch {
        let (a, b) = (try number(left), try number(right))
        add(.init(try Self.instruction(operation), register, a, b))
      }
      return register
    case .comparison, .not, .and, .or:
      let register = try target ?? temporary()
      let otherwise = try jumps(when: false, expression)
      add(.init(.truth, register, 1))
      let end = add(.init(.jump))
      land(otherwise)
      add(.init(.truth, register, 0))
      land([end])
      return register
    case .conditional(let branches, let otherwise):
      guard let otherwise else { throw NotNumeric() }
      let register = try target ?? temporary()
      let kind = kind(of: expression)
      try emitBranches(branches, otherwise) { try self.emit($0, kind, into: register) }
      return register
    case .call(let callee, let arguments): return try emitCall(callee, arguments, into: target)
    case .none, .string, .interpolation, .list, .record, .range, .function, .method, .index, .field, .pipe, .attempt:
      throw NotNumeric()
    }
  }

  /// A block whose value is used: an expression alone. Were there assignments in it, registers that were read on the way here
  /// could change.
  private func emit(_ block: Block, _ kind: NumberKind, into register: Int) throws {
    guard block.statements.count == 1, case .expression(let value) = block.statements[0].form, self.kind(of: value) == kind
    else { throw NotNumeric() }
    try emit(value, into: register)
  }

  private func move(_ register: Int, into target: Int?) -> Int {
    guard let target else { return register }
    if target != register { add(.init(.move, target, register)) }
    return target
  }

  /// A value that must be a number.
  private func number(_ expression: Expression) throws -> Int {
    guard kind(of: expression) == .number else { throw NotNumeric() }
    return try emit(expression)
  }

  private static func instruction(_ operation: BinaryOperator) throws -> NumberInstruction.Operation {
    switch operation {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .floorDivide: .floorDivide
    case .remainder: .remainder
    case .power: .power
    case .matmul: throw NotNumeric()
    }
  }

  private func emitCall(_ callee: Expression, _ arguments: [Argument], into target: Int?) throws -> Int {
    let meaning = try compiler.callee(callee, arguments, namespace, local: Set(registers.keys))
    switch meaning {
    case .builtin(let function):
      let register = try target ?? temporary()
      try scratch { add(.init(.apply, register, try number(arguments[0].value), function)) }
      return register
    case .written(let function, _):
      // The callee's frame begins at the first free register, where its arguments are computed and its result will lie.
      let frame = frontier
      let result = try temporary()
      try scratch {
        for (index, argument) in arguments.enumerated() {
          guard kind(of: argument.value) == .number else { throw NotNumeric() }
          let place = index == 0 ? frame : try temporary()
          try scratch { try emit(argument.value, into: place) }
        }
        addCall(of: function, frame: frame)
      }
      return move(result, into: target)
    }
  }

  // MARK: conditions

  /// Emits a condition: the jumps taken where it is, or is not, met; otherwise the code runs on.
  func jumps(when truth: Bool, _ condition: Expression) throws -> [Int] {
    try scratch {
      switch condition.form {
      case .not(let operand): return try jumps(when: !truth, operand)
      case .and(let left, let right): return try jumps(when: truth, left, right, both: true)
      case .or(let left, let right): return try jumps(when: truth, left, right, both: false)
      case .comparison(let first, let rest): return try jumps(when: truth, first, rest)
      default:
        guard kind(of: condition) == .truth else { throw NotNumeric() }
        return [add(.init(truth ? .jumpIf : .jumpUnless, 0, try emit(condition)))]
      }
    }
  }

  /// `and`, where both must hold, or `or`.
  private func jumps(when truth: Bool, _ left: Expression, _ right: Expression, both: Bool) throws -> [Int] {
    if truth != both {
      return try jumps(when: truth, left) + jumps(when: truth, right)
    }
    let around = try jumps(when: !truth, left)
    let found = try jumps(when: truth, right)
    land(around)
    return found
  }

  /// `a < b < c` is `a < b and b < c`, each operand computed once.
  private func jumps(when truth: Bool, _ first: Expression, _ rest: [Comparison]) throws -> [Int] {
    var left = first
    var a = try emit(first)
    var failures: [Int] = []
    for (index, link) in rest.enumerated() {
      let b = try emit(link.right)
      let isLast = index == rest.count - 1
      let jump = try jump(when: isLast && truth, link.test, (left, a), (link.right, b))
      if isLast && truth {
        land(failures)
        return [jump]
      }
      failures.append(jump)
      (left, a) = (link.right, b)
    }
    return failures
  }

  private func jump(
    when truth: Bool, _ test: ComparisonOperator, _ left: (Expression, register: Int), _ right: (Expression, register: Int)
  ) throws -> Int {
    let kinds = (kind(of: left.0), kind(of: right.0))
    let isEquality = test == .equal || test == .notEqual
    guard kinds.0 == kinds.1, kinds.0 == .number || isEquality else { throw NotNumeric() }
    let (a, b) = (left.register, right.register)
    switch test {
    case .less: return add(.init(truth ? .jumpIfLess : .jumpUnlessLess, 0, a, b))
    case .lessEqual: return add(.init(truth ? .jumpIfLessEqual : .jumpUnlessLessEqual, 0, a, b))
    case .greater: return add(.init(truth ? .jumpIfLess : .jumpUnlessLess, 0, b, a))
    case .greaterEqual: return add(.init(truth ? .jumpIfLessEqual : .jumpUnlessLessEqual, 0, b, a))
    case .equal: return add(.init(truth ? .jumpIfEqual : .jumpUnlessEqual, 0, a, b))
    case .notEqual: return add(.init(truth ? .jumpUnlessEqual : .jumpIfEqual, 0, a, b))
    case .contained, .notContained: throw NotNumeric()
    }
  }
}
