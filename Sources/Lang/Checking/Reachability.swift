// Statements that never run: what stands behind `return`, `break`, `continue`, `fail`, a loop without an end, or branches
// that all leave.

struct Reachability {
  /// The first such statement of each block.
  private(set) var unreachable: [Statement] = []
  /// Builtins that give nothing back, where the program has not taken their names.
  private let enders: Set<String>

  init(of statements: [Statement], bound: Set<String>) {
    enders = Set(["fail", "exit"]).subtracting(bound)
    _ = ends(statements)
  }

  /// Whether a run never comes to the end of these statements; notes what it does not come to.
  private mutating func ends(_ statements: [Statement]) -> Bool {
    var hasEnded = false
    for statement in statements {
      if hasEnded {
        unreachable.append(statement)
        // What follows is as unreachable; functions in it are not looked into.
        return true
      }
      hasEnded = ends(statement)
    }
    return hasEnded
  }

  private mutating func ends(_ statement: Statement) -> Bool {
    switch statement.form {
    case .leave, .next: return true
    case .result(let value):
      value.map { visit($0) }
      return true
    case .expression(let value): return ends(value)
    case .assignment(_, let value), .update(_, _, let value, _), .parameter(_, let value):
      visit(value)
      return false
    case .function(let function):
      _ = ends(function.body.statements)
      return false
    case .loop(_, let sequence, let body):
      visit(sequence)
      _ = ends(body.statements)
      return false
    case .whileLoop(let condition, let body):
      visit(condition)
      _ = ends(body.statements)
      if case .bool(true) = condition.form { return !Self.breaks(body.statements) }
      return false
    case .assertion(let condition, let message):
      visit(condition)
      message.map { visit($0) }
      return false
    case .module: return false
    }
  }

  private mutating func ends(_ expression: Expression) -> Bool {
    switch expression.form {
    case .conditional(let branches, let otherwise):
      // Every branch is looked into, whatever the one before it does.
      let ends = branches.map { branch in
        visit(branch.condition)
        return self.ends(branch.body.statements)
      }
      let last = otherwise.map { self.ends($0.statements) }
      return last == true && ends.allSatisfy { $0 }
    case .call(let callee, let arguments):
      arguments.forEach { visit($0.value) }
      if case .name(let name) = callee.form { return enders.contains(name) }
      visit(callee)
      return false
    default:
      visit(expression)
      return false
    }
  }

  /// Looks for blocks inside an expression.
  private mutating func visit(_ expression: Expression) {
    switch expression.form {
    case .conditional: _ = ends(expression)
    case .function(let function): _ = ends(function.body.statements)
    case .attempt(let body, _, let recovery):
      _ = ends(body.statements)
      _ = ends(recovery.statements)
    default: expression.parts.forEach { visit($0) }
    }
  }

  /// Whether a `break` among the statements leaves the loop around them.
  private static func breaks(_ statements: [Statement]) -> Bool {
    statements.contains { statement in
      switch statement.form {
      case .leave: true
      case .expression(let value), .assignment(_, let value), .update(_, _, let value, _), .result(let value?): breaks(value)
      // An inner loop's `break` is its own, as a function's is.
      case .loop, .whileLoop, .function, .next, .result(nil), .assertion, .parameter, .module: false
      }
    }
  }

  private static func breaks(_ expression: Expression) -> Bool {
    switch expression.form {
    case .conditional(let branches, let otherwise):
      branches.contains { breaks($0.body.statements) || breaks($0.condition) } || breaks(otherwise?.statements ?? [])
    case .attempt(let body, _, let recovery): breaks(body.statements) || breaks(recovery.statements)
    case .function: false
    default: expression.parts.contains { breaks($0) }
    }
  }
}
