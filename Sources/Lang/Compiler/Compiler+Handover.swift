// `x = f(x, ...)`: a value handed to a builtin that uses it up. The name lets go of its value for the time of the call, so
// that a list grows in its own memory and a training state is overwritten instead of copied. Nobody can see it: the name
// stands nowhere else in the call, no function that could read it is among the arguments, and a call that fails puts the
// value back. Inside `try` nothing is handed over, since there a failed call must leave the very value it found.

extension Compiler {
  /// The assignment, where it is such a call.
  func handover(_ targets: [Target], _ value: Expression) -> Effect? {
    guard attemptDepth == 0, targets.count == 1, targets[0].steps.isEmpty, case .call(let callee, let arguments) = value.form,
      let function = consumer(callee), let first = arguments.first, case .positional = first.role,
      case .name(targets[0].name) = first.value.form
    else { return nil }
    let name = targets[0].name
    let others = arguments.dropFirst()
    guard others.allSatisfy({ if case .spread = $0.role { false } else { true } }) else { return nil }
    let mentions = NameSurvey(of: others.map { Statement(form: .expression($0.value), range: $0.value.range) })
    guard !mentions.free.contains(name), let hold = hold(on: name) else { return nil }

    let place = callPlace(arguments, callee: callee.range, value.range)
    check(arguments, against: function.signature, place)
    let fallback = read(self.place(name, at: first.value.range), name, at: first.value.range)
    let given = givenArguments(Array(others))
    let (machine, store) = (machine, store(name))
    return { frame in
      // Checks that the name has a value, and lets go of it again.
      _ = try fallback(frame)
      let matched = try machine.matched(function.signature, try given(frame, [.none]), at: place)
      let mayLookBack = matched.values.contains { if case .function? = $0 { true } else { false } }
      matched.values[0] = hold.value(frame)
      if !mayLookBack { hold.release(frame) }
      do {
        store(frame, try machine.call(function, matched, at: place))
      } catch {
        if !mayLookBack, let value = matched.values[0] { store(frame, value) }
        throw error
      }
      return .normal
    }
  }

  /// A builtin that uses up its first argument, called by its own name.
  private func consumer(_ callee: Expression) -> Function? {
    guard case .name(let name) = callee.form, scope.place(name) == nil, !isBound(name), namespace.value(name) == nil,
      let function = namespace.builtin(name), case .builtin(let row) = function.body, row.usesUpFirst
    else { return nil }
    return function
  }

  /// Access to a name's own place; nil where other functions see it too.
  private func hold(on name: String) -> (value: (Frame) -> Value?, release: (Frame) -> Void)? {
    switch scope.place(name) {
    case .slot(let slot): return ({ $0.slots[slot] }, { $0.slots[slot] = nil })
    case .variable: return nil
    case .global(let global): return globalHold(global, name)
    case nil: return scope.isFunction ? nil : globalHold(namespace.global(name), name)
    }
  }

  private func globalHold(_ global: Global, _ name: String) -> (value: (Frame) -> Value?, release: (Frame) -> Void)? {
    if namesSeenInside.contains(name) { return nil }
    return ({ _ in global.value }, { _ in global.value = nil })
  }
}
