// Statements to effects.

import Tensor

extension Compiler {
  func effect(_ statement: Statement) -> Effect {
    switch statement.form {
    case .expression(let expression):
      if case .conditional(let branches, let otherwise) = expression.form {
        return conditionalEffect(branches, otherwise)
      }
      checkUse(of: expression)
      let value = code(expression)
      return { frame in
        _ = try value(frame)
        return .normal
      }
    case .assignment(let targets, let value): return assignment(targets, value)
    case .update(let target, let operation, let value, let place): return update(target, operation, value, place)
    case .function(let function):
      let make = closure(function)
      let store = store(function.name ?? "")
      return { frame in
        store(frame, try make(frame))
        return .normal
      }
    case .loop(let targets, let sequence, let body): return withNumbers(statement, loop(targets, sequence, body))
    case .whileLoop(let condition, let body): return withNumbers(statement, whileLoop(condition, body))
    case .leave: return jump(.leave, "break", statement.range)
    case .next: return jump(.next, "continue", statement.range)
    case .result(let value): return result(value, statement.range)
    case .assertion(let condition, let message): return assertion(condition, message)
    case .parameter(let name, let value): return parameter(name, value, statement.range)
    case .module(let path, let name): return module(path, name, statement.range)
    }
  }

  // MARK: leaving

  private func jump(_ flow: Flow, _ word: String, _ range: Range<Int>) -> Effect {
    if scope.loopDepth == 0 { report(Messages.outsideLoop(word), at: range) }
    if valueDepth > 0 { hasEscapes = true }
    return { _ in flow }
  }

  private func result(_ value: Expression?, _ range: Range<Int>) -> Effect {
    if !scope.isFunction { report(Messages.returnOutside, at: range) }
    if valueDepth > 0 { hasEscapes = true }
    let code: Code = value.map { self.code($0) } ?? { _ in .none }
    return { frame in .result(try code(frame)) }
  }

  /// Catches what `break` and `continue` inside an expression throw.
  private func catching(_ body: @escaping Effect) -> Effect {
    guard hasEscapes else { return body }
    return { frame in
      do {
        return try body(frame)
      } catch let escape as Escape {
        return escape.flow
      }
    }
  }

  // MARK: branches and loops

  private func conditionalEffect(_ branches: [Branch], _ otherwise: Block?) -> Effect {
    var rest: Effect = otherwise.map { effect($0) } ?? { _ in .normal }
    for branch in branches.reversed() {
      let condition = test(branch.condition)
      let body = effect(branch.body)
      let next = rest
      rest = { frame in try condition(frame) ? try body(frame) : try next(frame) }
    }
    return rest
  }

  /// A loop of numbers alone runs as number code.
  private func withNumbers(_ statement: Statement, _ closures: @escaping Effect) -> Effect {
    let (numbers, machine) = (NumberLoop(statement, self), machine)
    return { frame in
      if let flow = try numbers.run(frame, machine.numbers) { return flow }
      return try closures(frame)
    }
  }

  private func whileLoop(_ condition: Expression, _ block: Block) -> Effect {
    let test = test(condition)
    scope.loopDepth += 1
    let body = catching(effect(block))
    scope.loopDepth -= 1
    return { frame in
      while try test(frame) {
        try Interrupt.check()
        switch try body(frame) {
        case .normal, .next: break
        case .leave: return .normal
        case .result(let value): return .result(value)
        }
      }
      return .normal
    }
  }

  private func loop(_ targets: [Target], _ sequence: Expression, _ block: Block) -> Effect {
    let sequenceCode = code(sequence)
    let place = span(sequence.range)
    let store = unpacking(targets)
    scope.loopDepth += 1
    let body = catching(effect(block))
    scope.loopDepth -= 1
    return { frame in
      let value = try sequenceCode(frame)
      // Counting needs no iterator object.
      if case .range(let range) = value {
        for index in 0..<range.count {
          try Interrupt.check()
          try store(frame, .number(range[index]))
          switch try body(frame) {
          case .normal, .next: break
          case .leave: return .normal
          case .result(let value): return .result(value)
          }
        }
        return .normal
      }
      guard let next = try value.iterator() else { throw Messages.cannotWalk(value).located(place) }
      while let element = try next() {
        try Interrupt.check()
        try store(frame, element)
        switch try body(frame) {
        case .normal, .next: break
        case .leave: return .normal
        case .result(let value): return .result(value)
        }
      }
      return .normal
    }
  }

  /// `xs.append(x)` changes a list in Python; here its value would be lost without a word.
  private func checkUse(of expression: Expression) {
    let (list, items): (Expression, ArraySlice<Argument>)
    switch expression.form {
    case .method(let receiver, "append", _, let arguments): (list, items) = (receiver, arguments[...])
    case .call(let callee, let arguments):
      guard case .name("append") = callee.form, let first = arguments.first else { return }
      (list, items) = (first.value, arguments.dropFirst())
    default: return
    }
    guard scope.place("append") == nil, !isBound("append"), namespace.value("append") == nil, items.count == 1 else { return }
    report(
      Messages.unusedAppend(source.excerpt(list.range), source.excerpt(items.first?.range ?? list.range)), at: expression.range)
  }

  // MARK: assertions, parameters, modules

  private func assertion(_ condition: Expression, _ message: Expression?) -> Effect {
    let known = problems.count
    let test = test(condition)
    let text = source.excerpt(condition.range)
    let place = span(condition.range)
    let message = message.map { code($0) }
    // What is wrong in the condition has been said once.
    let witnesses = problems.count == known ? witnesses(of: condition) : []
    return { frame in
      if try test(frame) { return .normal }
      var error = Messages.assertionFailed(try message.map { try $0(frame).text } ?? text).located(place)
      error.secondary = try witnesses.map { .init($0.place, "\($0.place.text): \(try $0.code(frame).operandText)") }
      throw error
    }
  }

  /// The sides of a comparison that can be read again without running anything.
  private func witnesses(of condition: Expression) -> [(code: Code, place: Span)] {
    guard case .comparison(let left, let rest) = condition.form else { return [] }
    return ([left] + rest.map(\.right)).filter { $0.isPath && $0.range.count <= 30 }.map { (code($0), span($0.range)) }
  }

  /// `param steps = 500`: the command line's value where it has one, read as the default's type.
  private func parameter(_ name: String, _ value: Expression, _ range: Range<Int>) -> Effect {
    if scope.isFunction || valueDepth > 0 || scope.loopDepth > 0 { report(Messages.parameterInside, at: range) }
    let initial = code(value)
    let store = store(name)
    let place = span(range)
    let machine = machine
    return { frame in
      let fallback = try initial(frame)
      let given = machine.interpreter.session.parameters[name] ?? machine.interpreter.session.parameters[
        name.replacing("_", with: "-")]
      guard let given else {
        store(frame, fallback)
        return .normal
      }
      guard let value = Value(parameter: given, like: fallback) else {
        throw Messages.parameterType(name, given, fallback).located(place)
      }
      store(frame, value)
      return .normal
    }
  }

  private func module(_ path: String, _ name: String, _ range: Range<Int>) -> Effect {
    let store = store(name)
    let place = span(range)
    let machine = machine
    let source = source
    if let problem = machine.interpreter.problem(inModule: path, from: source) { report(problem, ofModuleAt: range) }
    return { frame in
      do {
        store(frame, .record(try machine.interpreter.module(path, from: source)))
      } catch let error as Diagnostic {
        throw error.located(place)
      }
      return .normal
    }
  }
}

extension Expression {
  /// A name, or fields and elements of one.
  fileprivate var isPath: Bool {
    switch form {
    case .name: true
    case .field(let base, _, _): base.isPath
    case .index(let base, let subscripts):
      base.isPath
        && subscripts.allSatisfy {
          guard case .value(let index) = $0 else { return false }
          if case .number = index.form { return true }
          return index.isPath
        }
    default: false
    }
  }
}

extension Value {
  /// A command-line text read as the type of a default; nil where it is no such thing.
  init?(parameter text: String, like initial: Value) {
    switch initial {
    case .number:
      guard let number = Double(text.replacing("_", with: "")) else { return nil }
      self = .number(number)
    case .bool:
      guard let flag = ["true": true, "yes": true, "1": true, "false": false, "no": false, "0": false][text] else {
        return nil
      }
      self = .bool(flag)
    case .none:
      self = text == "none" ? .none : Double(text).map { .number($0) } ?? .string(text)
    // The fields that are not given keep their defaults.
    case .record(let defaults):
      guard case .record(let given)? = Value(literalText: text) else { return nil }
      self = .record(defaults.merging(given))
    case .list where text.hasPrefix("["):
      guard let value = Value(literalText: text), case .list = value else { return nil }
      self = value
    case .list:
      let parts = text.split(separator: ",").map { $0.trimmingPrefix { $0 == " " } }
      self = .list(parts.map { part in Double(part).map { .number($0) } ?? .string(String(part)) })
    default: self = .string(text)
    }
  }
}
