// Reading and changing elements: x[0, 2:5, ...], xs[-1], "text"[1:3], r["a"].

import Tensor

/// An index as evaluated.
enum Index {
  case value(Value)
  case slice(start: Int?, stop: Int?, step: Int)
  case ellipsis
  case newAxis
}

enum Subscripts {
  // MARK: reading

  static func read(_ value: Value, _ indices: [Index]) throws -> Value {
    if case .tensor(let tensor) = value { return .tensor(try TensorIndex.read(tensor, indices)) }
    guard indices.count == 1, let index = indices.first else { throw Messages.oneIndex(value, indices.count) }
    switch (value, index) {
    case (.list(let items), .value(.number(let number))): return items[try position(number, items.count, value)]
    case (.list(let items), .slice(let start, let stop, let step)):
      return .list(places(start, stop, step, items.count).map { items[$0] })
    case (.list(let items), .value(.range(let range))):
      return .list(try places(range, items.count).map { items[$0] })
    case (.list(let items), .value(.list(let picks))):
      return .list(try picks.map { items[try position($0, items.count, value)] })
    case (.list(let items), .value(.tensor(let picks))) where picks.rank == 1 && picks.dtype.isInteger:
      return .list(try picks.scalars(Double.self).map { items[try position($0, items.count, value)] })
    case (.list(let items), .value(.tensor(let pick))) where pick.count == 1 && pick.dtype.isInteger:
      return items[try position(try pick.item(), items.count, value)]
    case (.string(let text), .value(.number(let number))):
      let characters = Array(text)
      return .string(String(characters[try position(number, characters.count, value)]))
    case (.string(let text), .slice(let start, let stop, let step)):
      let characters = Array(text)
      return .string(String(places(start, stop, step, characters.count).map { characters[$0] }))
    case (.string(let text), .value(.range(let range))):
      let characters = Array(text)
      return .string(String(try places(range, characters.count).map { characters[$0] }))
    case (.range(let range), .value(.number(let number))):
      return .number(range[try position(number, range.count, value)])
    case (.range(let range), .slice(let start, let stop, let step)):
      try Memory.admit(range.count / max(1, Int(clamping: step.magnitude)), of: 4 * MemoryLayout<Value>.stride, for: "slice")
      return .list(places(start, stop, step, range.count).map { .number(range[$0]) })
    case (.record(let record), .value(.string(let key))):
      guard let field = record[key] else { throw Messages.noField(key, value) }
      return field
    case (.object(let object), .value(.string(let key))):
      guard let field = try object.field(key) else { throw Messages.noField(key, value) }
      return field
    default: throw Messages.cannotIndex(value, index)
    }
  }

  /// A whole number, negative from the end, within bounds.
  static func position(_ number: Double, _ count: Int, _ value: Value) throws -> Int {
    guard let whole = Int(exactly: number) else { throw Messages.indexNotWhole(number) }
    let place = whole < 0 ? whole + count : whole
    guard place >= 0, place < count else { throw Messages.indexOutOfRange(whole, count, value) }
    return place
  }

  private static func position(_ pick: Value, _ count: Int, _ value: Value) throws -> Int {
    guard case .number(let number) = pick else { throw Messages.cannotIndex(value, .value(pick)) }
    return try position(number, count, value)
  }

  /// Python's slice of `count` elements.
  static func places(_ start: Int?, _ stop: Int?, _ step: Int, _ count: Int) -> [Int] {
    func clamped(_ bound: Int, _ low: Int, _ high: Int) -> Int {
      min(max(bound < 0 ? bound + count : bound, low), high)
    }
    let first = step > 0 ? clamped(start ?? 0, 0, count) : start.map { clamped($0, -1, count - 1) } ?? count - 1
    let last = step > 0 ? clamped(stop ?? count, 0, count) : stop.map { clamped($0, -1, count - 1) } ?? -1
    return Array(stride(from: first, to: last, by: step))
  }

  private static func places(_ range: NumberRange, _ count: Int) throws -> [Int] {
    guard range.step == range.step.rounded() else { throw Messages.indexNotWhole(range.step) }
    return places(try bound(range.start), try bound(range.end), try bound(range.step), count)
  }

  /// A range's number as a slice's bound; far outside any sequence it may be cut.
  static func bound(_ number: Double) throws -> Int {
    guard !number.isNaN else { throw Messages.indexNotWhole(number) }
    return Int(max(min(number, 1e15), -1e15))
  }

  // MARK: changing

  /// Changes one element, slice or field in place; the rest of the value is not copied.
  ///
  /// - Parameter isWhole: whether the change looks at nothing of what was there, so that a field may be new.
  static func update(_ value: inout Value, _ indices: [Index], isWhole: Bool, _ change: (inout Value) throws -> Void) throws {
    if case .tensor(let tensor) = value {
      var part = Value.tensor(try TensorIndex.read(tensor, indices))
      try change(&part)
      guard let new = try part.asTensor(tensor.dtype) else { throw Messages.cannotStore(part, value) }
      value = .tensor(try TensorIndex.replace(tensor, indices, new))
      return
    }
    guard indices.count == 1, let index = indices.first else { throw Messages.oneIndex(value, indices.count) }
    switch (value, index) {
    case (.list(var items), .value(.number(let number))):
      let place = try position(number, items.count, value)
      value = .none
      defer { value = .list(items) }
      try change(&items[place])
    case (.list(var items), .slice(let start, let stop, let step)):
      let places = places(start, stop, step, items.count)
      var part = Value.list(places.map { items[$0] })
      try change(&part)
      guard case .list(let new) = part else { throw Messages.cannotStore(part, value) }
      if step == 1 {
        let first = places.first ?? min(max(start ?? 0, 0), items.count)
        items.replaceSubrange(first..<(places.last.map { $0 + 1 } ?? first), with: new)
      } else {
        guard new.count == places.count else { throw Messages.sliceLength(places.count, new.count) }
        for (place, item) in zip(places, new) { items[place] = item }
      }
      value = .list(items)
    case (.record, .value(.string(let key))): try updateField(&value, key, isWhole: isWhole, change)
    default: throw Messages.cannotChange(value, index)
    }
  }

  /// Changes a field, or adds it where it is given a whole value.
  static func updateField(
    _ value: inout Value, _ key: String, isWhole: Bool, _ change: (inout Value) throws -> Void
  ) throws {
    guard case .record(var record) = value else { throw Messages.noFieldAssignment(key, value) }
    value = .none
    defer { value = .record(record) }
    if try record.update(key, change) { return }
    guard isWhole else { throw Messages.noField(key, .record(record)) }
    var fresh = Value.none
    try change(&fresh)
    record[key] = fresh
  }
}
