// Calls: arguments evaluated straight into place where they are only positional, sorted by name otherwise.

import Tensor

extension Compiler {
  func call(_ callee: Expression, _ arguments: [Argument], _ range: Range<Int>) -> Code {
    let place = callPlace(arguments, callee: callee.range, range)
    let target = calleeCode(callee, arguments, place)
    let isPlain = arguments.allSatisfy { if case .positional = $0.role { true } else { false } }
    guard isPlain else {
      let given = givenArguments(arguments)
      let machine = machine
      return { frame in
        let callee = try target(frame)
        return try machine.apply(callee, try given(frame, []), at: place)
      }
    }
    return positional(target, arguments.map { code($0.value) }, place)
  }

  /// The called value; calls of known functions are checked here.
  private func calleeCode(_ callee: Expression, _ arguments: [Argument], _ place: CallPlace) -> Code {
    if case .name(let name) = callee.form, scope.place(name) == nil {
      let isShadowed = isBound(name) || namespace.value(name) != nil
      if let known = knownSignatures[name] ?? (isShadowed ? nil : namespace.builtin(name)?.signature) {
        check(arguments, against: known, place)
      }
    }
    return code(callee)
  }

  /// Unknown, repeated, missing and superfluous arguments, before anything runs.
  func check(_ arguments: [Argument], against signature: Signature, _ place: CallPlace) {
    var given = GivenArguments()
    var hasSpread = false
    for argument in arguments {
      switch argument.role {
      case .positional: given.positional.append(.none)
      case .named(let name): given.named.append((name, .none))
      case .spread: hasSpread = true
      }
    }
    do {
      _ = try signature.matched(given)
    } catch let error as Diagnostic {
      let isMissing = error.message.hasPrefix("\(signature.name) needs")
      if !(hasSpread && isMissing) { report(error, at: place.span(forUnmatched: error).range) }
    } catch {}
  }

  func callPlace(_ arguments: [Argument], callee: Range<Int>, _ range: Range<Int>) -> CallPlace {
    var positional: [Range<Int>] = []
    var named: [String: (whole: Range<Int>, value: Range<Int>)] = [:]
    for argument in arguments {
      switch argument.role {
      case .positional: positional.append(argument.value.range)
      case .named(let name): named[name] = (argument.range, argument.value.range)
      case .spread: break
      }
    }
    return CallPlace(source: source, range: range, callee: callee, positional: positional, named: named)
  }

  /// Evaluates arguments in the order written; `first` are those that come before.
  func givenArguments(_ arguments: [Argument]) -> (Frame, [Value]) throws -> GivenArguments {
    let parts = arguments.map { (role: $0.role, code: code($0.value), place: span($0.value.range)) }
    return { frame, first in
      var given = GivenArguments(positional: first)
      for part in parts {
        let value = try part.code(frame)
        switch part.role {
        case .positional: given.positional.append(value)
        case .named(let name): given.named.append((name, value))
        case .spread:
          if let fields = try value.spreadable() {
            given.named += fields.map { ($0.key, $0.value) }
          } else if case .list(let items) = value {
            given.positional += items
          } else {
            throw Messages.cannotSpread(value, into: "arguments").located(part.place)
          }
        }
      }
      return given
    }
  }

  // MARK: positional calls

  private func positional(_ target: @escaping Code, _ codes: [Code], _ place: CallPlace) -> Code {
    let machine = machine
    switch codes.count {
    case 1:
      let first = codes[0]
      return { frame in
        let callee = try target(frame)
        let argument = try first(frame)
        if case .function(let function) = callee {
          switch function.body {
          case .written(let code, let captures) where code.takes(1):
            if case .number(let x) = argument, let value = try machine.number(code, 1, { $0[0] = x }) { return value }
            return try machine.traced(function.name, place) {
              try machine.invoke(code, captures) { $0[0] = argument }
            }
          case .builtin(let builtin):
            if case .number(let number) = argument, let scalar = builtin.scalar { return .number(scalar(number)) }
            if case .tensor(let x) = argument, let tensor = builtin.tensor {
              return try machine.guarded(function.signature, MatchedArguments(values: [argument]), place) { .tensor(try tensor(x)) }
            }
          case .written, .made: break
          }
        }
        return try machine.call(callee, [argument], place)
      }
    case 2:
      let (first, second) = (codes[0], codes[1])
      return { frame in
        let callee = try target(frame)
        let (a, b) = (try first(frame), try second(frame))
        if case .function(let function) = callee, case .written(let code, let captures) = function.body, code.takes(2) {
          if case .number(let x) = a, case .number(let y) = b,
            let value = try machine.number(code, 2, { ($0[0], $0[1]) = (x, y) })
          {
            return value
          }
          return try machine.traced(function.name, place) {
            try machine.invoke(code, captures) { slots in
              slots[0] = a
              slots[1] = b
            }
          }
        }
        return try machine.call(callee, [a, b], place)
      }
    default:
      return { frame in
        let callee = try target(frame)
        return try machine.call(callee, try codes.map { try $0(frame) }, place)
      }
    }
  }

  // MARK: methods

  /// `x.f(a)`: x's own field f where there is one, else `f(x, a)`.
  func method(
    _ receiver: Expression, _ name: String, _ nameRange: Range<Int>, _ arguments: [Argument], _ range: Range<Int>
  ) -> Code {
    let base = code(receiver)
    let place = callPlace(arguments, callee: nameRange, range)
    let methodPlace = CallPlace(
      source: source, range: range, callee: nameRange, positional: [receiver.range] + place.positional,
      named: place.named)
    let outer: Code? =
      isKnown(name) ? read(self.place(name, at: nameRange), name, at: nameRange) : nil
    let given = givenArguments(arguments)
    let (machine, nameSpan) = (machine, span(nameRange))
    return { frame in
      let value = try base(frame)
      let field: Value?
      do {
        field = try Fields.read(value, name)
      } catch {
        throw Messages.located(error, nameSpan)
      }
      if let field { return try machine.apply(field, try given(frame, []), at: place) }
      guard let outer else { throw Messages.noMethod(name, value).located(nameSpan) }
      return try machine.apply(try outer(frame), try given(frame, [value]), at: methodPlace)
    }
  }
}

extension FunctionCode {
  /// Whether so many positional arguments fit without sorting.
  @inline(__always)
  func takes(_ count: Int) -> Bool {
    signature.rest == nil && signature.settings == nil && count <= signature.parameters.count
      && count >= signature.requiredCount
  }
}

extension Machine {
  /// A call with positional arguments only.
  func call(_ callee: Value, _ arguments: [Value], _ place: CallPlace) throws -> Value {
    guard case .function(let function) = callee else {
      return try apply(callee, GivenArguments(positional: arguments), at: place)
    }
    let signature = function.signature
    if case .written(let code, _) = function.body, let value = try number(code, arguments) { return value }
    if signature.rest == nil, arguments.count <= signature.positionalCount, arguments.count >= signature.requiredCount {
      var values: [Value?] = []
      values.reserveCapacity(signature.parameters.count)
      for argument in arguments { values.append(argument) }
      while values.count < signature.parameters.count { values.append(nil) }
      return try call(function, MatchedArguments(values: values), at: place)
    }
    return try call(function, GivenArguments(positional: arguments), at: place)
  }
}
