// Number code: what loops and functions become where every value in them is a number or a truth value. Registers are plain
// doubles (truth is 1 and 0), instructions are eight bytes, and nothing is counted, boxed or looked up: a scalar loop runs
// as fast as in Lua. Reading order: this file, NumberMachine (runs it), NumberKinds and NumberCompiler (make it from the
// tree), NumberFunction and NumberLoop (enter it from closures, and leave it).

/// One instruction: an operation on registers a, b and c of the present frame, unless said otherwise.
struct NumberInstruction {
  enum Operation: UInt8 {
    /// The frame's constants: a.. = pool[c], b of them.
    case constants
    /// a = outer value number b.
    case outer
    /// a = b.
    case move
    /// a = 1 where b, the field, is 1, else 0.
    case truth
    /// a = b op c.
    case add, subtract, multiply, divide, floorDivide, remainder, power
    /// a = -b.
    case negate
    /// a = function number c of b.
    case apply
    /// To a; to a where register b is true, or is not.
    case jump, jumpIf, jumpUnless
    /// To a, looking for an interrupt.
    case jumpBack
    /// To a where b op c, or where not: with NaN neither is the other's opposite.
    case jumpIfLess, jumpIfLessEqual, jumpIfEqual
    case jumpUnlessLess, jumpUnlessLessEqual, jumpUnlessEqual
    /// Registers b.. are index, end, start and step of a count; end becomes how many numbers there are.
    case prepareCount
    /// a = the next number of the count at b, then to c; falls through after the last.
    case count
    /// Enters the function at b; its frame begins at register a, where its arguments lie and its result will.
    case call
    /// Leaves the function with register a.
    case result
    /// Leaves a loop's code: it ended.
    case finish
    /// Leaves a loop's code: the function around it returns register a, a truth value where b, the field, is 1.
    case leave
  }

  let operation: Operation
  var a: UInt16
  var b: UInt16
  var c: UInt16

  init(_ operation: Operation, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0) {
    self.operation = operation
    self.a = UInt16(a)
    self.b = UInt16(b)
    self.c = UInt16(c)
  }
}

/// What a register means.
enum NumberKind {
  case number, truth

  init(truth: Bool) { self = truth ? .truth : .number }

  func value(_ register: Double) -> Value {
    switch self {
    case .number: .number(register)
    case .truth: .bool(register != 0)
    }
  }

  /// The register of a value of this kind.
  func register(_ value: Value?) -> Double? {
    switch (self, value) {
    case (.number, .number(let number)?): number
    case (.truth, .bool(let flag)?): flag ? 1 : 0
    default: nil
    }
  }
}

/// Code that can run: a loop's or a function's, and that of all functions it calls.
final class NumberCode: Sendable {
  /// What must still hold of the session's names for the code to mean what the program says.
  enum Expectation {
    /// By its number: the function may be the one that this code belongs to, which must not hold itself.
    case function(Int)
    /// The name still means the builtin.
    case builtin
  }

  nonisolated(unsafe) let instructions: UnsafePointer<NumberInstruction>
  nonisolated(unsafe) let pool: UnsafePointer<Double>
  let functions: [@Sendable (Double) -> Double]
  let expectations: [(global: Global, expectation: Expectation)]
  /// Names of the session that are read, numbers all.
  let outers: [Global]
  let resultKind: NumberKind

  init(
    instructions: [NumberInstruction], pool: [Double], functions: [@Sendable (Double) -> Double],
    expectations: [(Global, Expectation)], outers: [Global], resultKind: NumberKind
  ) {
    let copy = UnsafeMutablePointer<NumberInstruction>.allocate(capacity: instructions.count)
    copy.initialize(from: instructions, count: instructions.count)
    self.instructions = UnsafePointer(copy)
    let constants = UnsafeMutablePointer<Double>.allocate(capacity: max(pool.count, 1))
    constants.initialize(from: pool, count: pool.count)
    self.pool = UnsafePointer(constants)
    self.functions = functions
    self.expectations = expectations.map { (global: $0.0, expectation: $0.1) }
    self.outers = outers
    self.resultKind = resultKind
  }

  deinit {
    instructions.deallocate()
    pool.deallocate()
  }

  /// Whether the session's names mean what they meant when the code was made.
  var holds: Bool {
    for (global, expectation) in expectations {
      switch expectation {
      case .builtin: if global.value != nil { return false }
      case .function(let number):
        guard case .function(let function)? = global.value, case .written(let present, _) = function.body, present.number == number
        else { return false }
      }
    }
    return true
  }

  /// Whether the code reads a name of the session, or relies on its meaning.
  func mentions(_ global: Global) -> Bool {
    outers.contains { $0 === global } || expectations.contains { $0.global === global }
  }
}
