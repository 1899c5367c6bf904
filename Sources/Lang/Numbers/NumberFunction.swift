// A written function's number code: made at the first call whose arguments are all numbers, and made anew where a name
// that it calls has got another meaning since.

final class NumberFunction {
  private enum State {
    case untried
    case ready(NumberCode)
    case refused
  }
  private var state = State.untried
  /// How often code may be made: names that keep changing are not worth it.
  private var attempts = 8

  /// The function's value for these numbers; nil where closures must compute it.
  @inline(__always)
  func value(_ function: FunctionCode, _ machine: NumberMachine, _ fill: (UnsafeMutablePointer<Double>) -> Void) throws -> Value? {
    if case .refused = state { return nil }
    guard let code = code(function), machine.loadOuters(of: code) else { return nil }
    fill(machine.registers)
    switch machine.run(code) {
    case .result(let value): return value
    case .interrupted: throw Messages.interrupted.located(Span(source: function.source, range: function.range))
    case .finished, .refused:
      state = .refused
      return nil
    }
  }

  private func code(_ function: FunctionCode) -> NumberCode? {
    if case .ready(let code) = state, code.holds { return code }
    attempts -= 1
    if attempts >= 0, let code = try? NumberCompiler().code(of: function) {
      state = .ready(code)
      return code
    }
    state = .refused
    return nil
  }
}
