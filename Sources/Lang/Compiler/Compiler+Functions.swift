// Functions: their names' places, defaults, dimension checks, and the closures made from them.

import Tensor

extension Compiler {
  /// Compiles a function; the code makes a closure of it.
  func closure(_ function: FunctionSyntax) -> Code {
    let name = function.name ?? "function"
    let compiled: FunctionCode
    do {
      let signature = try Signature(name: name, parameters: function.parameters, source: source, literals: false)
      compiled = FunctionCode(
        name: name, signature: signature, documentation: function.documentation, source: source,
        range: function.range)
    } catch {
      return { _ in throw error }
    }
    let outer = (scope, valueDepth, attemptDepth, hasEscapes, localNames)
    enter(function, compiled)
    compile(function, into: compiled)
    (scope, valueDepth, attemptDepth, hasEscapes, localNames) = outer
    let (signature, doc, captures) = (compiled.signature, compiled.documentation, compiled.captures)
    if captures.isEmpty {
      let made = Function(name: name, signature: signature, doc: doc, body: .written(compiled, captures: []))
      return { _ in .function(made) }
    }
    return { frame in
      let seen = captures.map { frame.variables[$0] }
      return .function(Function(name: name, signature: signature, doc: doc, body: .written(compiled, captures: seen)))
    }
  }

  /// Gives every name of the function its place.
  private func enter(_ function: FunctionSyntax, _ compiled: FunctionCode) {
    let survey = NameSurvey(of: function)
    let inner = Scope(parent: scope)
    for name in survey.free.sorted() {
      switch scope.place(name) {
      case .variable(let place): inner.addCapture(name, from: place)
      case .global(let global): inner.addGlobal(name, global)
      case .slot, nil: break
      }
    }
    // Parameters take the first slots in the order the call fills them; captured ones move into variables.
    let ordered =
      function.parameters.filter { $0.kind == .plain } + function.parameters.filter { $0.kind == .rest }
      + function.parameters.filter { $0.kind == .settings }
    let captured = survey.captured
    for parameter in ordered {
      let slot = inner.addSlot(parameter.name)
      if captured.contains(parameter.name) {
        inner.addVariable(parameter.name)
        moves.append((parameter.name, slot))
      }
    }
    for name in survey.bound.sorted() where inner.place(name) == nil {
      if captured.contains(name) { inner.addVariable(name) } else { _ = inner.addSlot(name) }
    }
    localNames += survey.bound.filter { !$0.hasPrefix("_@") }
    inner.onlyChanged = survey.onlyChanged
    compiled.captures = inner.captures
    compiled.captureNames = inner.captureNames
    scope = inner
    valueDepth = 0
    attemptDepth = 0
    hasEscapes = false
  }

  private func compile(_ function: FunctionSyntax, into compiled: FunctionCode) {
    let moved = moves
    moves = []
    dimensionNames = []
    var slot = 0
    for parameter in function.parameters where parameter.kind == .plain {
      prologue(parameter, slot, moved.contains { $0.name == parameter.name }, compiled)
      slot += 1
    }
    for (name, slot) in moved where !function.parameters.contains(where: { $0.name == name && $0.kind == .plain }) {
      compiled.prologue.append(move(name, slot))
    }
    let body = ending(function.body)
    compiled.body = body
    if hasEscapes {
      compiled.body = { frame in
        do {
          return try body(frame)
        } catch let escape as Escape {
          if case .result(let value) = escape.flow { return value }
          return .none
        }
      }
    }
    compiled.slotCount = scope.slotCount
    compiled.ownVariableCount = scope.ownVariableCount
    let isPlain = function.parameters.allSatisfy { $0.kind == .plain && $0.dimensions == nil }
    if isPlain, scope.captures.isEmpty, scope.ownVariableCount == 0 { compiled.numeric = (function, namespace) }
  }

  /// A parameter's default, then its move into a variable, then its dimensions.
  private func prologue(_ parameter: ParameterSyntax, _ slot: Int, _ isMoved: Bool, _ compiled: FunctionCode) {
    if let initial = parameter.initial {
      let value = code(initial)
      compiled.prologue.append { frame in
        if frame.slots[slot] == nil { frame.slots[slot] = try value(frame) }
        return .normal
      }
    }
    if let dimensions = parameter.dimensions {
      compiled.prologue.append(check(dimensions, of: parameter, slot, in: compiled.name))
    }
    if isMoved { compiled.prologue.append(move(parameter.name, slot)) }
  }

  private func move(_ name: String, _ slot: Int) -> Effect {
    let store = store(name)
    return { frame in
      if let value = frame.slots[slot] { store(frame, value) }
      frame.slots[slot] = nil
      return .normal
    }
  }

  /// `x: [b, 3, d]`: sizes must agree; a name seen for the first time is bound, later it must agree.
  private func check(
    _ dimensions: [ParameterSyntax.Dimension], of parameter: ParameterSyntax, _ slot: Int, in function: String
  ) -> Effect {
    let place = span(parameter.range)
    let expected = source.excerpt(parameter.range).drop { $0 != "[" }
    var steps: [(Frame, [Int], Int) throws -> Void] = []
    for dimension in dimensions {
      switch dimension {
      case .any: steps.append { _, _, _ in }
      case .size(let size):
        steps.append { _, shape, axis in
          if shape[axis] != size {
            throw Messages.wrongSize(function, parameter.name, shape, axis, String(size)).located(place)
          }
        }
      case .name(let name):
        let isFirst = dimensionNames.insert(name).inserted
        let (store, read) = (store(name), read(self.place(name, at: parameter.range), name, at: parameter.range))
        steps.append { frame, shape, axis in
          if isFirst { return store(frame, .number(Double(shape[axis]))) }
          guard case .number(let known) = try read(frame), known != Double(shape[axis]) else { return }
          throw Messages.wrongSize(function, parameter.name, shape, axis, "\(name) = \(known.shown)").located(place)
        }
      }
    }
    let mayBeNone = if case .none? = parameter.initial?.form { true } else { false }
    let checked: Effect = { [steps] frame in
      guard let value = frame.slots[slot] else { return .normal }
      if mayBeNone, value.isNone { return .normal }
      guard let tensor = try value.asTensor() else {
        throw Messages.notATensor(function, parameter.name, value).located(place)
      }
      guard tensor.rank == steps.count else {
        throw Messages.wrongRank(function, parameter.name, tensor.shape, String(expected)).located(place)
      }
      for (axis, step) in steps.enumerated() { try step(frame, tensor.shape, axis) }
      // What has a shape in the signature is a tensor inside.
      if case .list = value { frame.slots[slot] = .tensor(tensor) }
      return .normal
    }
    return { frame in
      do {
        return try checked(frame)
      } catch var error as Diagnostic {
        let tensor = try? frame.slots[slot]?.asTensor()
        error.parameter = (slot, parameter.name, tensor?.description ?? frame.slots[slot]?.typeName ?? "")
        throw error
      }
    }
  }
}
