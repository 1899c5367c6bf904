// Assignments: names, unpacking, and changes inside a value (`r.a[0] = v`), made in place where the value has one owner.

import Tensor

/// A step from a value to a part of it, evaluated.
private enum Step {
  case field(String, Span)
  case index([Index], Span)
}

extension Compiler {
  func assignment(_ targets: [Target], _ value: Expression) -> Effect {
    if let handover = handover(targets, value) { return handover }
    if targets.count == 1, targets[0].steps.isEmpty {
      let (value, store) = (code(value), store(targets[0].name))
      return { frame in
        store(frame, try value(frame))
        return .normal
      }
    }
    let input = code(value)
    let store = unpacking(targets)
    return { frame in
      try store(frame, try input(frame))
      return .normal
    }
  }

  /// One target takes the value, several take its elements.
  func unpacking(_ targets: [Target]) -> (Frame, Value) throws -> Void {
    let stores = targets.map { storing($0) }
    if stores.count == 1 { return stores[0] }
    let place = span(targets[0].range.lowerBound..<(targets.last?.range.upperBound ?? 0))
    return { frame, value in
      guard value.count == stores.count || value.count == nil, let next = try value.iterator() else {
        throw Messages.cannotUnpack(value, stores.count).located(place)
      }
      var items: [Value] = []
      while let item = try next() {
        items.append(item)
        if items.count > stores.count { break }
      }
      guard items.count == stores.count else { throw Messages.cannotUnpack(.list(items), stores.count).located(place) }
      for (store, item) in zip(stores, items) { try store(frame, item) }
    }
  }

  private func storing(_ target: Target) -> (Frame, Value) throws -> Void {
    if target.steps.isEmpty { return store(target.name) }
    checkChange(of: target)
    let change = changing(target)
    return { frame, value in try change(frame, true) { $0 = value } }
  }

  func update(_ target: Target, _ operation: BinaryOperator, _ value: Expression, _ place: Range<Int>) -> Effect {
    checkChange(of: target)
    let site = OperatorSite(source, place, left: target.range, right: value.range, verb: operation.verb)
    if target.steps.isEmpty {
      let old = Expression(form: .name(target.name), range: target.nameRange)
      let (value, store) = (binary(operation, old, value, place), store(target.name))
      return { frame in
        store(frame, try value(frame))
        return .normal
      }
    }
    let input = code(value)
    let change = changing(target)
    return { frame in
      let right = try input(frame)
      try change(frame, false) { $0 = try site.apply(operation, $0, right) }
      return .normal
    }
  }

  /// Applies a change to a part of a named value. Subscripts are evaluated first; the value is then taken out of
  /// its place, so that the change finds it with one owner, and put back whatever happens.
  private func changing(_ target: Target) -> (Frame, Bool, (inout Value) throws -> Void) throws -> Void {
    let place = place(target.name, at: target.nameRange)
    let read = read(place, target.name, at: target.nameRange)
    let store = store(target.name)
    let steps: [(Frame) throws -> Step] = target.steps.map { step in
      switch step {
      case .field(let name, let range):
        let place = span(range)
        return { _ in .field(name, place) }
      case .index(let subscripts, let range):
        let (indices, place) = (indices(subscripts), span(range))
        return { frame in .index(try indices(frame), place) }
      }
    }
    return { frame, isWhole, change in
      let path = try steps.map { try $0(frame) }
      var value = try read(frame)
      store(frame, .none)
      defer { store(frame, value) }
      try Self.change(&value, path[...], isWhole, change)
    }
  }

  private static func change(
    _ value: inout Value, _ path: ArraySlice<Step>, _ isWhole: Bool, _ body: (inout Value) throws -> Void
  ) throws {
    guard let step = path.first else { return try body(&value) }
    let rest = path.dropFirst()
    // A field on the way must be there already; the last one may be new.
    let mayBeNew = isWhole && rest.isEmpty
    switch step {
    case .field(let name, let place):
      do {
        try Subscripts.updateField(&value, name, isWhole: mayBeNew) { try change(&$0, rest, isWhole, body) }
      } catch {
        throw Messages.located(error, place)
      }
    case .index(let indices, let place):
      do {
        try Subscripts.update(&value, indices, isWhole: mayBeNew) { try change(&$0, rest, isWhole, body) }
      } catch {
        throw Messages.located(error, place)
      }
    }
  }
}
