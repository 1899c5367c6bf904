// Lists, records and sequences. `enumerate`, `zip` and `range` make their elements as they are walked.

import Tensor

extension Library {
  static let collections = Library("Lists and records", [
    Builtin(
      "len(x)", "how many elements, fields or characters",
      example: "len([1, 2, 3])",
      fails: [.type("len(7)", "len: a number has no length")]
    ) { call in
      guard let count = call["x"].count else {
        throw call.error(.type, "\(call["x"].kindInWords) has no length", argument: "x")
      }
      return .number(Double(count))
    },
    Builtin(
      "keys(r)", "the names of a record's fields",
      example: "keys({a: 1, b: 2})",
      fails: [.type("keys([1, 2])", "keys: `r` is a list; expected a record `{name: value}`")]
    ) { call in
      if case .object(let object) = call["r"] { return .list(object.fieldNames.map { .string($0) }) }
      return .list(try call.record("r").keys.map { .string($0) })
    },
    Builtin(
      "values(r)", "the values of a record's fields",
      example: "values({a: 1, b: 2})",
      fails: [.type("values([1, 2])", "values: `r` is a list; expected a record `{name: value}`")]
    ) { call in
      .list(try call.record("r").values)
    },
    Builtin(
      "has(r, name)",
      """
      whether a record has a field

      Also of a model, a state or another value with fields. `name in r` says the same of a record.
      """,
      example: "has({a: 1}, \"a\")",
      fails: [.type("has(\"a\", {a: 1})", "has: `name` is a record; expected a string")]
    ) { call in
      .bool(try Fields.names(call["r"]).contains(call.string("name")))
    },
    Builtin(
      "without(r, ...names)", "a record without some fields",
      example: "without({a: 1, b: 2}, \"b\")",
      fails: [.type("without([1, 2], 0)", "without: `r` is a list; expected a record `{name: value}`")]
    ) { call in
      var record = try call.record("r")
      for name in call.rest { record[name.text] = nil }
      return .record(record)
    },
    Builtin(
      "range(start, end = none, step = 1)",
      """
      whole numbers up to, without, the end

      `range(n)` counts from 0; `a..b` is `range(a, b)`. Lazy: a range takes no memory, and is indexed like a list.
      """,
      example: "range(2, 10, 3)[1]",
      fails: [
        .value("range(3, step = 0)", "range: `step` is 0"),
        .type("range(\"3\")", "range: `start` is a string; expected a number"),
      ],
      see: ["arange", "enumerate"]
    ) { call in
      let first = try call.number("start")
      let step = try call.number("step")
      guard step != 0, step.isFinite else { throw call.error(.value, "`step` is \(step.shown)", argument: "step") }
      guard let end = try call.optionalNumber("end") else { return .range(NumberRange(start: 0, end: first, step: step)) }
      return .range(NumberRange(start: first, end: end, step: step))
    },
    Builtin(
      "enumerate(xs, start = 0)", "pairs of place and element",
      example: "for i, x in enumerate([5, 6]) { print(i, x) }",
      fails: [
        .type("enumerate(3)", "enumerate: `xs` is a number; expected something to walk: a list, range or tensor"),
      ]
    ) { call in
      let xs = call["xs"]
      let start = try call.number("start")
      _ = try call.iterator("xs")
      return .object(LazySequence("enumerate", count: xs.count) {
        let next = try xs.iterator()
        var index = start - 1
        return {
          guard let item = try next?() else { return nil }
          index += 1
          return .list([.number(index), item])
        }
      })
    },
    Builtin(
      "zip(...sequences)", "elements side by side, as far as the shortest goes",
      example: "for a, b in zip([1, 2], [3, 4]) { print(a, b) }",
      fails: [.type("zip([1, 2], 3)", "zip: a number cannot be walked")],
      see: ["enumerate"]
    ) { call in
      let sequences = call.rest
      for sequence in sequences where try sequence.iterator() == nil {
        throw call.error(.type, "\(sequence.kindInWords) cannot be walked")
      }
      let count = sequences.compactMap(\.count).min()
      return .object(LazySequence("zip", count: count) {
        let walks = try sequences.compactMap { try $0.iterator() }
        return {
          var items: [Value] = []
          for next in walks {
            guard let item = try next() else { return nil }
            items.append(item)
          }
          return items.isEmpty ? nil : .list(items)
        }
      })
    },
    Builtin(
      "map(xs, f)", "f of every element; either order of the two is understood",
      example: "map([1, 2, 3], x -> x^2)",
      fails: [.type("map([1, 2], 3)", "map: `f` is a number; expected a function")],
      see: ["filter", "reduce", "map_tree"]
    ) { call in
      let (next, function) = try call.sequenceAndFunction()
      var items: [Value] = []
      while let item = try next() {
        try Interrupt.check()
        items.append(try call.apply(function, [item]))
      }
      return .list(items)
    },
    Builtin(
      "filter(xs, f)", "the elements for which f is true",
      example: "filter(range(6), x -> x % 2 == 0)",
      fails: [.type("filter([1, 2], x -> x)", "a number is no condition; true or false is needed")]
    ) { call in
      let (next, function) = try call.sequenceAndFunction()
      var items: [Value] = []
      while let item = try next() {
        try Interrupt.check()
        if try Operators.truth(call.apply(function, [item])) { items.append(item) }
      }
      return .list(items)
    },
    Builtin(
      "reduce(xs, f, start = none)",
      """
      f folded over the elements

      f takes what was folded so far and the next element; without `start` the first element begins.
      """,
      example: "reduce([1, 2, 3], (a, b) -> a + b)",
      fails: [.value("reduce([], (a, b) -> a + b)", "reduce: `xs` is empty")]
    ) { call in
      let next = try call.iterator("xs")
      guard var total = call.isGiven("start") ? call["start"] : try next() else {
        throw call.error(.value, "`xs` is empty", argument: "xs", hint: "`start` is what it gives then")
      }
      while let item = try next() {
        try Interrupt.check()
        total = try call.apply(call.function("f"), [total, item])
      }
      return total
    },
    Builtin(
      "reversed(xs)", "a list or string from its end",
      example: "reversed([1, 2, 3])",
      fails: [.type("reversed(3)", "reversed: `xs` is a number; expected a list")]
    ) { call in
      if case .string(let text) = call["xs"] { return .string(String(text.reversed())) }
      if case .tensor(let tensor) = call["xs"], tensor.rank > 0 { return .tensor(try tensor.flipped(axes: [0])) }
      return .list(try call.list("xs").reversed())
    },
    Builtin(
      "sorted(xs, by = none, descending = false)",
      """
      numbers or strings in order; `by` gives what to sort by

      `by` is a function of an element: `sorted(words, by = len)`. Elements that compare equal keep their order.
      """,
      example: "sorted([3, 1, 2])",
      fails: [.type("sorted([1, \"a\"])", "sorted: a string and a number have no order")],
      see: ["sort", "reversed"]
    ) { call in
      let items = try call.elements("xs")
      let marks = call["by"].isNone ? items : try items.map { try call.apply(call.function("by"), [$0]) }
      let isDescending = try call.bool("descending")
      let order = try items.indices.sorted { a, b in
        try Interrupt.check()
        return try isDescending ? Value.precedes(marks[b], marks[a], call) : Value.precedes(marks[a], marks[b], call)
      }
      return .list(order.map { items[$0] })
    },
    Builtin(
      "append(xs, x)",
      """
      the list with one element more

      The list itself stays as it was: write `xs = append(xs, x)`, which grows it without a copy.
      """,
      example: "append([1, 2], 3)",
      fails: [.type("append(1, 2)", "append: `xs` is a number; expected a list")],
      usesUpFirst: true
    ) { call in
      var items = try call.list("xs")
      // `xs = append(xs, x)` grows the list in its own memory.
      _ = call.take("xs")
      items.append(call["x"])
      return .list(items)
    },
    Builtin(
      "list(xs)", "a sequence as a list",
      example: "list(0..3)",
      fails: [.type("list(3)", "list: `xs` is a number; expected something to walk: a list, range or tensor")]
    ) { call in
      .list(try call.elements("xs"))
    },
    Builtin(
      "map_tree(f, tree, ...others)",
      """
      f of every tensor of a tree (and of the same places of others)

      A tree is a tensor, or lists and records of trees: parameters, gradients. f takes one tensor of each tree.
      """,
      example: "map_tree(x -> 2 * x, {a: 1, b: [2, 3]})",
      fails: [
        .type("map_tree(x -> \"text\", {a: 1})", "map_tree: f gave a string; expected a tensor"),
        .value("map_tree((a, b) -> a + b, {a: 1, b: 2}, {a: 1})", "map_tree: the trees differ: all need the same number of tensors"),
      ],
      see: ["leaves", "grad"]
    ) { call in
      let tree = try call.tree("tree")
      let function = try call.function("f")
      let others = try call.rest.map { other in
        guard let leaves = try other.asTree()?.leaves, leaves.count == tree.leaves.count else {
          throw call.error(.value, "the trees differ: all need the same number of tensors")
        }
        return leaves
      }
      var leaves: [Tensor] = []
      for (index, leaf) in tree.leaves.enumerated() {
        let result = try call.apply(function, [.tensor(leaf)] + others.map { .tensor($0[index]) })
        guard let tensor = try result.asTensor() else {
          throw call.error(.type, "f gave \(result.kindInWords); expected a tensor", argument: "f")
        }
        leaves.append(tensor)
      }
      return try call["tree"].rebuilt(from: tree.rebuilt(from: leaves))
    },
    Builtin(
      "leaves(tree)", "the tensors of a tree, in order",
      example: "leaves({a: 1, b: [2, 3]})",
      fails: [
        .type("leaves({a: \"text\"})", "leaves: `tree` is a record; expected a tensor, or lists and records of tensors"),
      ]
    ) { call in
      .list(try call.tree("tree").leaves.map { .tensor($0) })
    },
  ])
}

extension Call {
  /// The elements of anything that can be walked.
  fileprivate func elements(_ name: String) throws -> [Value] {
    if case .list(let items) = self[name] { return items }
    let next = try iterator(name)
    try self[name].admitElements(for: signature.name)
    var items: [Value] = []
    while let item = try next() {
      try Interrupt.check()
      items.append(item)
    }
    return items
  }

  /// `map(xs, f)` and `map(f, xs)` alike.
  fileprivate func sequenceAndFunction() throws -> (ValueIterator, Value) {
    if case .function = self["xs"], case .function = self["f"] {} else if case .function = self["xs"] {
      try self["f"].admitElements(for: signature.name)
      return (try iterator("f"), self["xs"])
    }
    try self["xs"].admitElements(for: signature.name)
    return (try iterator("xs"), try function("f"))
  }
}

extension Value {
  fileprivate static func precedes(_ a: Value, _ b: Value, _ call: Call) throws -> Bool {
    switch (a, b) {
    case (.number(let x), .number(let y)): return x < y
    case (.string(let x), .string(let y)): return x < y
    case (.list(let x), .list(let y)):
      for (p, q) in zip(x, y) {
        if try precedes(p, q, call) { return true }
        if try precedes(q, p, call) { return false }
      }
      return x.count < y.count
    default:
      if let x = try a.wholeOrPlainNumber(), let y = try b.wholeOrPlainNumber() { return x < y }
      throw call.error(.type, "\(a.kindInWords) and \(b.kindInWords) have no order", argument: "xs", hint: "`by = x -> ...` says what to sort by")
    }
  }
}
