// Number code is made when it is first wanted, and anew where a name that it calls has got another meaning since.

struct LateNumberCode<Made> {
  private enum State {
    case untried
    case ready(Made)
    case refused
  }
  private var state = State.untried
  /// How often code may be made: names that keep changing are not worth it.
  private var attempts = 8

  var isRefused: Bool { if case .refused = state { true } else { false } }

  /// From now on the closures run.
  mutating func refuse() { state = .refused }

  /// - Parameters:
  ///   - holds: whether what was made still means what the program says.
  ///   - make: throws where the program is not about numbers alone.
  mutating func made(holds: (Made) -> Bool, _ make: () throws -> Made) -> Made? {
    if case .ready(let made) = state, holds(made) { return made }
    attempts -= 1
    if attempts >= 0, let made = try? make() {
      state = .ready(made)
      return made
    }
    state = .refused
    return nil
  }
}
