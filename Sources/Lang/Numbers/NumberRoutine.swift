// One function or loop as number code, calls not joined yet: registers, names, jumps. Statements are in
// NumberRoutine+Statements, expressions in NumberRoutine+Expressions.

final class NumberRoutine {
  let compiler: NumberCompiler
  let namespace: Namespace
  let kinds: NumberKinds
  private(set) var instructions: [NumberInstruction] = []
  /// The functions that `call` instructions enter, by the instructions' places.
  private(set) var callees: [Int: FunctionCode] = [:]
  private(set) var constants: [Double] = []
  /// Registers of names.
  private(set) var registers: [String: Int] = [:]
  /// Names that must have a value when the loop begins; a function's must all get theirs inside.
  private(set) var needed: Set<String> = []
  /// Names that surely have a value here; nil where no run comes.
  var assigned: Set<String>?
  var loops: [LoopExits] = []
  let isFunction: Bool
  private let parameters: [String]
  private var free = 0

  /// Jumps out of a loop and to its next round, whose targets are not known yet.
  struct LoopExits {
    var breaks: [Int] = []
    var continues: [Int] = []
  }

  /// - Parameter parameters: of a function, in order; nil for a loop.
  init(_ compiler: NumberCompiler, _ namespace: Namespace, _ kinds: NumberKinds, parameters: [String]?) {
    self.compiler = compiler
    self.namespace = namespace
    self.kinds = kinds
    self.parameters = parameters ?? []
    self.isFunction = parameters != nil
  }

  func emit(function: FunctionSyntax) throws {
    let locals = NameSurvey(of: function).bound.subtracting(parameters)
    try emitTwice(names: parameters + locals.sorted(), assigned: Set(parameters)) { try self.emitEnd(function.body) }
  }

  /// - Parameter names: those that the loop binds, and those of the function around it that it reads.
  func emit(loop: Statement, names: Set<String>) throws {
    try emitTwice(names: names.sorted(), assigned: []) {
      try self.emit(loop)
      self.add(.init(.finish))
    }
  }

  /// How many constants there are, and so where other registers begin, is known only afterwards: then once more.
  private func emitTwice(names: [String], assigned: Set<String>, _ body: () throws -> Void) throws {
    for (index, name) in names.enumerated() { registers[name] = index }
    var count: Int
    repeat {
      count = constants.count
      instructions = []
      callees = [:]
      self.assigned = assigned
      free = names.count + count
      try checkFrame()
      if count > 0 { add(.init(.constants, names.count, count)) }
      try body()
    } while constants.count != count
  }

  // MARK: instructions

  var here: Int { instructions.count }

  @discardableResult
  func add(_ instruction: NumberInstruction) -> Int {
    instructions.append(instruction)
    return instructions.count - 1
  }

  func addCall(of function: FunctionCode, frame: Int) { callees[add(.init(.call, frame))] = function }

  /// Lets jumps end here.
  func land(_ jumps: [Int]) {
    for jump in jumps { instructions[jump].a = UInt16(here) }
  }

  // MARK: registers

  func temporary() throws -> Int {
    free += 1
    try checkFrame()
    return free - 1
  }

  private func checkFrame() throws {
    guard free < NumberMachine.frameSize else { throw NotNumeric() }
  }

  /// Registers taken in `body` are free again after it.
  @discardableResult
  func scratch<T>(_ body: () throws -> T) rethrows -> T {
    let before = free
    defer { free = before }
    return try body()
  }

  /// The first free register, where a called function's frame begins.
  var frontier: Int { free }

  func constant(_ number: Double) -> Int {
    let index = constants.firstIndex { $0.bitPattern == number.bitPattern }
    if index == nil { constants.append(number) }
    return registers.count + (index ?? constants.count - 1)
  }

  /// The register that holds a name's value.
  func read(_ name: String) throws -> Int {
    guard let register = registers[name] else {
      let register = try temporary()
      add(.init(.outer, register, try compiler.outer(name, namespace)))
      return register
    }
    if let assigned, !assigned.contains(name) {
      guard !isFunction else { throw NotNumeric() }
      needed.insert(name)
    }
    return register
  }

  /// Outer names hold numbers, whatever they are used for: as a condition one is the closures' to refuse.
  func kind(ofName name: String) -> NumberKind { registers[name] == nil ? .number : kinds.names[name] ?? .number }
}
