// Values that nothing reads. Walks each function backwards with the set of names whose present value is still read
// further on; an assignment to any other name is of no use. A loop counts as reading, at every point, all that it reads
// anywhere: so one walk is enough, and what is reported is certain.

struct Liveness {
  struct Finding {
    let name: String
    let range: Range<Int>
    /// The name is read elsewhere, only not with this value.
    let isReadElsewhere: Bool
  }
  private(set) var findings: [Finding] = []
  /// The names whose values from before the statements are read.
  private(set) var readAtEntry: Set<String> = []

  /// Names of the present function that no other function sees.
  private var own: Set<String> = []
  private var read: Set<String> = []
  private var live: Set<String> = []
  /// What is live where `break` and `continue` go.
  private var loops: [(after: Set<String>, again: Set<String>)] = []
  /// What is live where errors are caught.
  private var caught: Set<String> = []

  /// - Parameter keeps: the program's names are used after it: by an importing file, or at the prompt.
  init(of statements: [Statement], keeps: Bool) {
    let survey = NameSurvey(of: statements)
    enter(own: keeps ? [] : survey.bound.subtracting(survey.seenInside), read: survey.mentioned) { $0.walk(statements) }
    findings.sort { $0.range.lowerBound < $1.range.lowerBound }
  }

  private mutating func enter(own: Set<String>, read: Set<String>, _ body: (inout Liveness) -> Void) {
    let outer = self
    self.own = own
    self.read = read
    (live, loops, caught) = ([], [], [])
    body(&self)
    let (found, live) = (findings, live)
    self = outer
    (findings, readAtEntry) = (found, live)
  }

  // MARK: statements, the last one first

  private mutating func walk(_ statements: [Statement]) {
    for statement in statements.reversed() {
      live.formUnion(caught)
      walk(statement)
    }
  }

  private mutating func walk(_ statement: Statement) {
    switch statement.form {
    case .expression(let value): walk(value)
    case .assignment(let targets, let value):
      assign(targets)
      walk(value)
    case .update(let target, _, let value, _):
      if target.steps.isEmpty { note(target) }
      use(target)
      walk(value)
    case .parameter(let name, let value):
      assign([Target(name: name, nameRange: statement.range, steps: [], range: statement.range)])
      walk(value)
    case .function(let function):
      if let name = function.name { live.remove(name) }
      walk(function)
    case .loop(let targets, let sequence, let body):
      round(reads: NameSurvey(of: [statement])) { liveness in
        liveness.walk(body.statements)
        for target in targets { liveness.live.remove(target.name) }
      }
      walk(sequence)
    case .whileLoop(let condition, let body):
      round(reads: NameSurvey(of: [statement])) { $0.walk(body.statements) }
      walk(condition)
    case .leave: live = loops.last?.after ?? []
    case .next: live = loops.last?.again ?? []
    case .result(let value):
      live = []
      value.map { walk($0) }
    case .assertion(let condition, let message):
      message.map { walk($0) }
      walk(condition)
    case .module: break
    }
  }

  /// A loop's round, after which another or none may come.
  private mutating func round(reads: NameSurvey, _ body: (inout Liveness) -> Void) {
    let after = live
    let again = after.union(reads.mentioned)
    loops.append((after, again))
    live = again
    body(&self)
    loops.removeLast()
    live.formUnion(again)
  }

  private mutating func assign(_ targets: [Target]) {
    // Of several values at least one is wanted.
    let names = targets.filter(\.steps.isEmpty)
    if names.count == targets.count, !names.contains(where: { live.contains($0.name) || !own.contains($0.name) }) {
      names.forEach { note($0) }
    }
    names.forEach { live.remove($0.name) }
    for target in targets where !target.steps.isEmpty { use(target) }
  }

  private mutating func note(_ target: Target) {
    guard own.contains(target.name), !live.contains(target.name), !target.name.hasPrefix("_") else { return }
    findings.append(Finding(name: target.name, range: target.nameRange, isReadElsewhere: read.contains(target.name)))
  }

  /// A change of a part, or of a value by itself, needs the value before.
  private mutating func use(_ target: Target) {
    live.insert(target.name)
    for case .index(let subscripts, _) in target.steps { subscripts.flatMap(\.parts).reversed().forEach { walk($0) } }
  }

  // MARK: expressions

  private mutating func walk(_ expression: Expression) {
    switch expression.form {
    case .name(let name): live.insert(name)
    case .function(let function): walk(function)
    case .conditional(let branches, let otherwise):
      let after = live
      if let otherwise { walk(otherwise.statements) }
      for branch in branches.reversed() {
        let rest = live
        live = after
        walk(branch.body.statements)
        live.formUnion(rest)
        walk(branch.condition)
      }
    case .attempt(let body, _, let recovery):
      let (after, outer) = (live, caught)
      walk(recovery.statements)
      caught = outer.union(live)
      live = after
      walk(body.statements)
      live.formUnion(caught)
      caught = outer
    case .and(let left, let right), .or(let left, let right):
      let around = live
      walk(right)
      live.formUnion(around)
      walk(left)
    case .pipe(let value, _, let stage):
      walk(stage)
      walk(value)
    case .method(_, let name, _, _):
      live.insert(name)
      expression.parts.reversed().forEach { walk($0) }
    default: expression.parts.reversed().forEach { walk($0) }
    }
  }

  private mutating func walk(_ function: FunctionSyntax) {
    let survey = NameSurvey(of: function)
    // Names that it sees outside are never its own to judge, nor that function's whose they are.
    live.formUnion(survey.free)
    enter(own: survey.bound.subtracting(survey.seenInside), read: survey.mentioned) { $0.walk(function.body.statements) }
    for parameter in function.parameters { parameter.initial.map { walk($0) } }
  }
}
