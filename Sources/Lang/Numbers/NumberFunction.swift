// A written function's number code, entered at calls whose arguments are all numbers.

final class NumberFunction {
  private var late = LateNumberCode<NumberCode>()

  /// The function's value for these numbers; nil where closures must compute it.
  @inline(__always)
  func value(_ function: FunctionCode, _ machine: NumberMachine, _ fill: (UnsafeMutablePointer<Double>) -> Void) throws -> Value? {
    if late.isRefused { return nil }
    guard let code = late.made(holds: \.holds, { try NumberCompiler().code(of: function) }), machine.loadOuters(of: code) else {
      return nil
    }
    fill(machine.registers)
    switch machine.run(code) {
    case .result(let value): return value
    case .interrupted: throw Messages.interrupted.located(Span(source: function.source, range: function.range))
    case .finished, .refused:
      late.refuse()
      return nil
    }
  }
}
