// Which names of a function or loop hold numbers and which truth values, found from what is assigned to them.

/// Thrown where a part of the program is not about numbers alone: it stays with the closures.
struct NotNumeric: Error {}

struct NumberKinds {
  private(set) var names: [String: NumberKind] = [:]
  /// What the function returns, as far as known; nil too where it calls only itself.
  private(set) var result: NumberKind?
  /// For the time of the search: whoever answers keeps what is found.
  private var kindOfCall: (Expression, [Argument]) throws -> NumberKind?
  private var isSettled = false

  /// - Parameter kindOfCall: what a call gives; nil where that is being found out.
  init(of block: [Statement], parameters: [String], isFunction: Bool, kindOfCall: @escaping (Expression, [Argument]) throws -> NumberKind?)
    throws
  {
    self.kindOfCall = kindOfCall
    for name in parameters { names[name] = .number }
    // What is assigned to one name may hang on another that stands further below.
    while !isSettled {
      isSettled = true
      try block.forEach { try visit($0) }
      if isFunction { try visitEnd(block) }
    }
    self.kindOfCall = { _, _ in nil }
  }

  // MARK: statements

  private mutating func visit(_ statement: Statement) throws {
    switch statement.form {
    case .expression(let value): _ = try kind(value)
    case .assignment(let targets, let value):
      for (target, value) in try Self.pairs(targets, value) { try note(target.name, try kind(value)) }
    case .update(let target, _, let value, _):
      guard target.steps.isEmpty else { throw NotNumeric() }
      _ = try kind(value)
      try note(target.name, .number)
    case .loop(let targets, let sequence, let body):
      guard targets.count == 1, targets[0].steps.isEmpty else { throw NotNumeric() }
      try note(targets[0].name, .number)
      switch sequence.form {
      case .range(let start, let end): try [start, end].forEach { _ = try kind($0) }
      case .call(_, let arguments): try arguments.forEach { _ = try kind($0.value) }
      default: throw NotNumeric()
      }
      try body.statements.forEach { try visit($0) }
    case .whileLoop(let condition, let body):
      try visit(test: condition)
      try body.statements.forEach { try visit($0) }
    case .result(let value):
      guard let value else { throw NotNumeric() }
      try noteResult(try kind(value))
    case .leave, .next: break
    case .function, .assertion, .parameter, .module: throw NotNumeric()
    }
  }

  /// A function's last statement is its value.
  private mutating func visitEnd(_ block: [Statement]) throws {
    guard case .expression(let value)? = block.last?.form else { return }
    if case .conditional(let branches, let otherwise) = value.form {
      for block in branches.map(\.body) + (otherwise.map { [$0] } ?? []) { try visitEnd(block.statements) }
    } else {
      try noteResult(try kind(value))
    }
  }

  /// Targets with their values: a list on the right is taken apart.
  static func pairs(_ targets: [Target], _ value: Expression) throws -> [(Target, Expression)] {
    guard targets.allSatisfy(\.steps.isEmpty) else { throw NotNumeric() }
    if targets.count == 1 { return [(targets[0], value)] }
    guard case .list(let elements) = value.form, elements.count == targets.count, elements.allSatisfy({ !$0.isSpread })
    else { throw NotNumeric() }
    return zip(targets, elements.map(\.value)).map { ($0, $1) }
  }

  private mutating func note(_ name: String, _ kind: NumberKind?) throws {
    guard let kind, names[name] != kind else { return }
    guard names[name] == nil else { throw NotNumeric() }
    names[name] = kind
    isSettled = false
  }

  private mutating func noteResult(_ kind: NumberKind?) throws {
    guard let kind, result != kind else { return }
    guard result == nil else { throw NotNumeric() }
    result = kind
    isSettled = false
  }

  // MARK: expressions

  private mutating func visit(test: Expression) throws {
    if case .name(let name) = test.form { try note(name, .truth) }
    _ = try kind(test)
  }

  private mutating func kind(_ expression: Expression) throws -> NumberKind? {
    switch expression.form {
    case .number: return .number
    case .bool: return .truth
    case .name(let name): return names[name]
    case .negation(let value):
      _ = try kind(value)
      return .number
    case .binary(_, let left, let right, _):
      try [left, right].forEach { _ = try kind($0) }
      return .number
    case .comparison(let first, let rest):
      try ([first] + rest.map(\.right)).forEach { _ = try kind($0) }
      return .truth
    case .not(let value):
      try visit(test: value)
      return .truth
    case .and(let left, let right), .or(let left, let right):
      try [left, right].forEach { try visit(test: $0) }
      return .truth
    case .conditional(let branches, let otherwise):
      var found: NumberKind?
      for branch in branches {
        try visit(test: branch.condition)
        found = try kind(branch.body) ?? found
      }
      return try otherwise.map { try kind($0) ?? found } ?? found
    case .call(let callee, let arguments):
      try arguments.forEach { _ = try kind($0.value) }
      return try kindOfCall(callee, arguments)
    case .none, .string, .interpolation, .list, .record, .range, .function, .method, .index, .field, .pipe, .attempt:
      throw NotNumeric()
    }
  }

  /// A branch's value, where its last statement has one.
  private mutating func kind(_ block: Block) throws -> NumberKind? {
    try block.statements.dropLast().forEach { try visit($0) }
    guard let last = block.statements.last else { return nil }
    if case .expression(let value) = last.form { return try kind(value) }
    try visit(last)
    return nil
  }
}
