// Which names a function binds, and which of its names functions inside it see: known before it is compiled, so
// that each name gets its place at once.

struct NameSurvey {
  /// Names assigned here: parameters, targets, loop variables, functions.
  private(set) var bound: Set<String> = []
  /// Names that functions inside this one mention without binding them.
  private(set) var seenInside: Set<String> = []
  /// Names read here.
  private(set) var mentioned: Set<String> = []
  /// Names that get a whole value here, not only changes of one.
  private var given: Set<String> = []

  /// Names that come from outside.
  var free: Set<String> { mentioned.union(seenInside).subtracting(bound) }
  /// Names that are changed here (`x += 1`, `x[0] = 1`) though nothing gives them a value.
  var onlyChanged: Set<String> { bound.subtracting(given) }
  /// Own names that must outlive the frame.
  var captured: Set<String> { bound.intersection(seenInside) }

  init(of function: FunctionSyntax) {
    for parameter in function.parameters {
      bind(parameter.name)
      for case .name(let name)? in parameter.dimensions?.map(Optional.init) ?? [] { bind(name) }
      if let initial = parameter.initial { visit(initial) }
    }
    visit(function.body)
  }

  init(of statements: [Statement]) {
    statements.forEach { visit($0) }
  }

  private mutating func visit(_ block: Block) { block.statements.forEach { visit($0) } }

  private mutating func visit(_ statement: Statement) {
    switch statement.form {
    case .expression(let value): visit(value)
    case .assignment(let targets, let value):
      visit(value)
      targets.forEach { visit($0) }
    case .update(let target, _, let value, _):
      visit(value)
      change(target)
      mentioned.insert(target.name)
    case .function(let function):
      if let name = function.name { bind(name) }
      visit(function)
    case .loop(let targets, let sequence, let body):
      visit(sequence)
      targets.forEach { visit($0) }
      visit(body)
    case .whileLoop(let condition, let body):
      visit(condition)
      visit(body)
    case .result(let value): value.map { visit($0) }
    case .assertion(let condition, let message):
      visit(condition)
      message.map { visit($0) }
    case .parameter(let name, let value):
      bind(name)
      visit(value)
    case .module(_, let name): bind(name)
    case .leave, .next: break
    }
  }

  private mutating func bind(_ name: String) {
    bound.insert(name)
    given.insert(name)
  }

  private mutating func visit(_ target: Target) {
    if target.steps.isEmpty { bind(target.name) } else { change(target) }
  }

  private mutating func change(_ target: Target) {
    bound.insert(target.name)
    for case .index(let subscripts, _) in target.steps { subscripts.forEach { visit($0) } }
  }

  private mutating func visit(_ function: FunctionSyntax) {
    seenInside.formUnion(NameSurvey(of: function).free)
  }

  private mutating func visit(_ index: Subscript) {
    switch index {
    case .value(let value): visit(value)
    case .slice(let start, let stop, let step): [start, stop, step].forEach { $0.map { visit($0) } }
    case .ellipsis, .newAxis: break
    }
  }

  private mutating func visit(_ expression: Expression) {
    switch expression.form {
    case .none, .bool, .number, .string: break
    case .name(let name): mentioned.insert(name)
    case .interpolation(let pieces):
      for case .value(let value, _) in pieces { visit(value) }
    case .list(let elements): elements.forEach { visit($0.value) }
    case .record(let entries):
      for entry in entries {
        switch entry {
        case .field(_, let value), .spread(let value): visit(value)
        case .computed(let key, let value):
          visit(key)
          visit(value)
        }
      }
    case .negation(let value), .not(let value), .field(let value, _, _): visit(value)
    case .binary(_, let left, let right, _), .and(let left, let right), .or(let left, let right),
      .range(let left, let right):
      visit(left)
      visit(right)
    case .comparison(let first, let rest):
      visit(first)
      rest.forEach { visit($0.right) }
    case .conditional(let branches, let otherwise):
      for branch in branches {
        visit(branch.condition)
        visit(branch.body)
      }
      otherwise.map { visit($0) }
    case .function(let function): visit(function)
    case .call(let callee, let arguments):
      visit(callee)
      arguments.forEach { visit($0.value) }
    case .method(let receiver, let name, _, let arguments):
      visit(receiver)
      mentioned.insert(name)
      arguments.forEach { visit($0.value) }
    case .index(let value, let subscripts):
      visit(value)
      subscripts.forEach { visit($0) }
    case .pipe(let value, let name, let stage):
      bind(name)
      visit(value)
      visit(stage)
    case .attempt(let body, let name, let recovery):
      bind(name)
      visit(body)
      visit(recovery)
    }
  }
}
