// Expressions to code: literals, names, elements, branches, attempts. Operators are in Compiler+Operators, calls in
// Compiler+Calls.

import Tensor

extension Compiler {
  func code(_ expression: Expression) -> Code {
    switch expression.form {
    case .none: return { _ in .none }
    case .bool(let flag): return { _ in .bool(flag) }
    case .number(let number): return { _ in .number(number) }
    case .string(let text): return { _ in .string(text) }
    case .interpolation(let pieces): return interpolation(pieces, expression.range)
    case .name(let name): return read(place(name, at: expression.range), name, at: expression.range)
    case .list(let elements): return list(elements)
    case .record(let entries): return record(entries)
    case .negation(let operand): return negation(operand, expression.range)
    case .binary(let operation, let left, let right, let place): return binary(operation, left, right, place)
    case .comparison(let first, let rest): return comparison(first, rest)
    case .not, .and, .or:
      let test = test(expression)
      return { frame in .bool(try test(frame)) }
    case .range(let start, let end): return range(start, end)
    case .conditional(let branches, let otherwise):
      return conditional(branches, otherwise) { self.value($0) }
    case .function(let function): return closure(function)
    case .call(let callee, let arguments): return call(callee, arguments, expression.range)
    case .method(let receiver, let name, let place, let arguments):
      return method(receiver, name, place, arguments, expression.range)
    case .index(let value, let subscripts): return index(value, subscripts, expression.range)
    case .field(let value, let name, let place): return field(value, name, place)
    case .pipe(let value, let name, let stage): return pipe(value, name, stage)
    case .attempt(let body, let name, let recovery): return attempt(body, name, recovery)
    }
  }

  // MARK: literals

  private func interpolation(_ pieces: [Piece], _ range: Range<Int>) -> Code {
    let place = span(range)
    let parts: [(Frame) throws -> String] = pieces.map { piece in
      switch piece {
      case .text(let text): return { _ in text }
      case .value(let value, let format):
        let code = code(value)
        let place = span(value.range)
        return { frame in
          do {
            return try code(frame).formatted(format)
          } catch let error as Diagnostic {
            throw error.located(place)
          }
        }
      }
    }
    return { frame in
      do {
        var text = ""
        for part in parts { text += try part(frame) }
        return .string(text)
      } catch {
        throw Messages.located(error, place)
      }
    }
  }

  private func list(_ elements: [Element]) -> Code {
    let parts = elements.map { (code: code($0.value), isSpread: $0.isSpread, place: span($0.value.range)) }
    if !elements.contains(where: \.isSpread) {
      let codes = parts.map(\.code)
      return { frame in .list(try codes.map { try $0(frame) }) }
    }
    return { frame in
      var items: [Value] = []
      for part in parts {
        let value = try part.code(frame)
        guard part.isSpread else {
          items.append(value)
          continue
        }
        guard let next = try value.iterator() else {
          throw Messages.cannotSpread(value, into: "a list").located(part.place)
        }
        do {
          try value.admitElements(for: "list")
        } catch {
          throw Messages.located(error, part.place)
        }
        while let item = try next() { items.append(item) }
      }
      return .list(items)
    }
  }

  private func record(_ entries: [Entry]) -> Code {
    let parts: [(Frame, inout Record) throws -> Void] = entries.map { entry in
      switch entry {
      case .field(let key, let value):
        let code = code(value)
        return { frame, record in record[key] = try code(frame) }
      case .computed(let key, let value):
        let (keyCode, valueCode, place) = (code(key), code(value), span(key.range))
        return { frame, record in
          let key = try keyCode(frame)
          guard case .string(let name) = key else { throw Messages.noFieldName(key).located(place) }
          record[name] = try valueCode(frame)
        }
      case .spread(let value):
        let (code, place) = (code(value), span(value.range))
        return { frame, record in
          let value = try code(frame)
          guard let other = try value.spreadable() else {
            throw Messages.cannotSpread(value, into: "a record").located(place)
          }
          for (key, value) in other { record[key] = value }
        }
      }
    }
    return { frame in
      var record = Record()
      for part in parts { try part(frame, &record) }
      return .record(record)
    }
  }

  private func range(_ start: Expression, _ end: Expression) -> Code {
    let (startCode, endCode) = (code(start), code(end))
    let (startPlace, endPlace) = (span(start.range), span(end.range))
    return { frame in
      let (first, last) = (try startCode(frame), try endCode(frame))
      guard let low = try first.wholeOrPlainNumber() else { throw Messages.noWholeRange(first).located(startPlace) }
      guard let high = try last.wholeOrPlainNumber() else { throw Messages.noWholeRange(last).located(endPlace) }
      return .range(NumberRange(start: low, end: high))
    }
  }

  // MARK: elements and fields

  private func index(_ value: Expression, _ subscripts: [Subscript], _ range: Range<Int>) -> Code {
    let base = code(value)
    let (place, basePlace) = (span(range), span(value.range))
    if subscripts.count == 1, case .value(let only) = subscripts[0] {
      let key = code(only)
      return { frame in
        let (container, index) = (try base(frame), try key(frame))
        if case .list(let items) = container, case .number(let number) = index, number >= 0,
          number < Double(items.count), number == number.rounded(.towardZero)
        {
          return items[Int(number)]
        }
        do {
          return try Subscripts.read(container, [.value(index)])
        } catch {
          throw Messages.located(error, place, container, basePlace)
        }
      }
    }
    let indices = self.indices(subscripts)
    return { frame in
      let container = try base(frame)
      let found = try indices(frame)
      do {
        return try Subscripts.read(container, found)
      } catch {
        throw Messages.located(error, place, container, basePlace)
      }
    }
  }

  func indices(_ subscripts: [Subscript]) -> (Frame) throws -> [Index] {
    let parts: [(Frame) throws -> Index] = subscripts.map { part in
      switch part {
      case .value(let value):
        let code = code(value)
        return { frame in .value(try code(frame)) }
      case .slice(let start, let stop, let step):
        let (start, stop, stepCode) = (bound(start), bound(stop), bound(step))
        let place = step.map { span($0.range) }
        return { frame in
          let step = try stepCode(frame) ?? 1
          guard step != 0 else {
            let error = Diagnostic(.index, "the step of a slice cannot be 0")
            throw place.map { error.located($0) } ?? error
          }
          return .slice(start: try start(frame), stop: try stop(frame), step: step)
        }
      case .ellipsis: return { _ in .ellipsis }
      case .newAxis: return { _ in .newAxis }
      }
    }
    return { frame in try parts.map { try $0(frame) } }
  }

  private func bound(_ expression: Expression?) -> (Frame) throws -> Int? {
    guard let expression else { return { _ in nil } }
    let code = code(expression)
    let place = span(expression.range)
    return { frame in
      let value = try code(frame)
      if value.isNone { return nil }
      guard let number = try value.wholeOrPlainNumber() else {
        throw Diagnostic(.type, "a slice's bound is a whole number, not \(value.kindInWords)").located(place)
      }
      guard let whole = Int(exactly: number) else { throw Messages.indexNotWhole(number).located(place) }
      return whole
    }
  }

  private func field(_ value: Expression, _ name: String, _ range: Range<Int>) -> Code {
    let base = code(value)
    let place = span(range)
    let call = isKnown(name) ? "\(source.excerpt(value.range)).\(name)()" : nil
    return { frame in
      let container = try base(frame)
      if case .record(let record) = container, let field = record[name] { return field }
      do {
        if let field = try Fields.read(container, name) { return field }
        throw Messages.noField(name, container, call: call)
      } catch {
        throw Messages.located(error, place)
      }
    }
  }

  // MARK: flow

  /// `body` compiles the branches: as values, or as a function's end.
  func conditional(_ branches: [Branch], _ otherwise: Block?, _ body: (Block) -> Code) -> Code {
    var rest: Code = otherwise.map { body($0) } ?? { _ in .none }
    for branch in branches.reversed() {
      let condition = test(branch.condition)
      let value = body(branch.body)
      let next = rest
      rest = { frame in try condition(frame) ? try value(frame) : try next(frame) }
    }
    return rest
  }

  private func pipe(_ value: Expression, _ name: String, _ stage: Expression) -> Code {
    let input = code(value)
    let store = store(name)
    let output = code(stage)
    return { frame in
      store(frame, try input(frame))
      return try output(frame)
    }
  }

  private func attempt(_ body: Block, _ name: String, _ recovery: Block) -> Code {
    attemptDepth += 1
    let risky = value(body)
    attemptDepth -= 1
    let store = store(name)
    let mended = value(recovery)
    return { frame in
      do {
        return try risky(frame)
      } catch let error as Diagnostic where error.kind != .interrupt && error.kind != .exit {
        store(frame, .error(error))
        return try mended(frame)
      }
    }
  }
}

extension Value {
  /// A number, or the one element of a tensor.
  func wholeOrPlainNumber() throws -> Double? {
    switch self {
    case .number(let number): return number
    case .tensor(let tensor) where tensor.count == 1: return try tensor.item()
    default: return nil
    }
  }

  /// The fields that `...` spreads: a record's, or an object's.
  func spreadable() throws -> Record? {
    switch self {
    case .record(let record): return record
    case .object(let object) where !object.fieldNames.isEmpty:
      return Record(try object.fieldNames.compactMap { name in try object.field(name).map { (name, $0) } })
    default: return nil
    }
  }
}
