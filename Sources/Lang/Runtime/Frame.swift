// The executable form: closures over frames. A frame's slots lie on one contiguous stack of values, as in a
// register machine; variables that closures capture are cells on the heap. Benchmarks preferred this to
// bytecode: a Swift `switch` in a loop costs a retain and a release an instruction that closures avoid.

/// What a function's code sees: its slots, and its captures followed by its own captured variables.
struct Frame {
  let slots: UnsafeMutablePointer<Value?>
  let variables: [Variable]
}

/// An expression ready to run.
typealias Code = (Frame) throws -> Value
/// A condition ready to run, without a `Value` made of its result.
typealias Test = (Frame) throws -> Bool
/// A statement ready to run.
typealias Effect = (Frame) throws -> Flow

/// How a statement ended.
enum Flow {
  case normal
  case leave
  case next
  case result(Value)
}

/// `break`, `continue` or `return` inside an expression, on its way to the statement that handles it.
struct Escape: Error {
  let flow: Flow
}

/// Where a captured variable lies in a frame's `variables`.
typealias VariablePlace = Int

/// Where a name's value is.
enum Place {
  case slot(Int)
  case variable(VariablePlace)
  case global(Global)
}
