// The texts of the errors that running programs meet. In the user's terms: lower case, no full stop, what is
// wrong with which value, then the remedy. Those about names and arguments are in Messages+Names.swift.

import Tensor

enum Messages {
  // MARK: operators

  static func noOperator(_ operation: BinaryOperator, _ a: Value, _ b: Value) -> Diagnostic {
    let sign = operation.rawValue
    var hint: String?
    switch (a, b) {
    case (.list, .list), (.list, .number), (.number, .list):
      hint = "`tensor([...])` makes a tensor, whose elements `\(sign)` takes one by one"
    case (.bool, _), (_, .bool): hint = "booleans are no numbers: `int(flag)` is 0 or 1"
    case (.string, _) where operation == .remainder: hint = "f\"{x:.3f}\" puts a number into text"
    case (.string, _), (_, .string): hint = operation == .add ? "`str(x)` makes text, f\"{x}\" puts it into text" : nil
    case (.function, _), (_, .function): hint = "call the function with `(...)` to use its value"
    case (.none, _), (_, .none): hint = "none is what a function without a value gives"
    default: break
    }
    return Diagnostic(.type, "`\(sign)` does not take \(a.kindInWords) and \(b.kindInWords)", hint: hint)
  }

  static func repeatNotWhole(_ times: Double) -> Diagnostic {
    Diagnostic(.value, "a string is repeated a whole number of times, not \(times.shown)")
  }

  static func cannotNegate(_ value: Value) -> Diagnostic {
    Diagnostic(
      .type, "`-` takes a number or a tensor, not \(value.kindInWords)",
      hint: value.typeName == "bool" ? "`not` negates a condition" : nil)
  }

  static func noOrder(_ test: ComparisonOperator, _ a: Value, _ b: Value) -> Diagnostic {
    Diagnostic(.type, "`\(test.rawValue)` cannot order \(a.kindInWords) and \(b.kindInWords)")
  }

  static func cannotContain(_ container: Value, _ item: Value) -> Diagnostic {
    Diagnostic(
      .type, "\(item.kindInWords) cannot be looked for in \(container.kindInWords)",
      hint: "`in` and `contains` look in lists, ranges, tensors (numbers), records (names) and strings (strings)")
  }

  static func textTooLong(_ operation: String, _ longest: Int) -> Diagnostic {
    Diagnostic(.limit, "\(operation): a text of more than \(longest >> 20) MiB")
  }

  /// - Parameter name: the value as the program writes it, where that is short.
  static func noCondition(_ value: Value, _ name: String = "x") -> Diagnostic {
    if case .tensor(let tensor) = value {
      return Diagnostic(
        .type, "a tensor of \(tensor.count) elements is no condition", notes: ["it is \(tensor)"],
        hint: "`all(\(name))` or `any(\(name))` makes one; `logical_and` and `where` work by element")
    }
    let hint = ["number": "\(name) != 0", "string": "\(name) != \"\"", "none": "\(name) == none", "list": "len(\(name)) > 0"]
    return Diagnostic(
      .type, "\(value.kindInWords) is no condition; true or false is needed",
      hint: hint[value.typeName].map { "compare it: `\($0)`" })
  }

  // MARK: elements and fields

  static func oneIndex(_ value: Value, _ count: Int) -> Diagnostic {
    Diagnostic(
      .index, "\(value.kindInWords) takes one index, not \(count)",
      hint: value.typeName == "list" ? "index twice: `xs[i][j]`, or make it a tensor" : nil)
  }

  static func cannotIndex(_ value: Value, _ index: Index) -> Diagnostic {
    let described =
      switch index {
      case .value(let value): value.kindInWords
      case .slice: "a slice"
      case .ellipsis: "`...`"
      case .newAxis: "`new`"
      }
    let legal = [
      "list": "a number, a slice or a list of numbers", "string": "a number or a slice", "range": "a number or a slice",
      "record": "a name in quotes", "tensor": "numbers, slices, `...`, `new`, masks and integer tensors",
    ]
    guard let takes = legal[value.typeName] else {
      return Diagnostic(.type, "\(value.kindInWords) has no elements to index")
    }
    return Diagnostic(.index, "\(value.kindInWords) cannot be indexed by \(described); it takes \(takes)")
  }

  /// Changing an element of what can be read, but not in part.
  static func cannotChange(_ value: Value, _ index: Index) -> Diagnostic {
    switch value {
    case .string:
      Diagnostic(
        .type, "a part of a string cannot be changed", hint: "build a new one: `s[:1] + \"x\" + s[2:]`, or `replace`")
    case .range:
      Diagnostic(.type, "a part of a range cannot be changed", hint: "`list(r)` makes a list of it")
    default: cannotIndex(value, index)
    }
  }

  static func indexNotWhole(_ number: Double) -> Diagnostic {
    Diagnostic(.index, "the index \(number.shown) is no whole number", hint: "`//` divides to whole numbers")
  }

  static func indexOutOfRange(_ index: Int, _ count: Int, _ value: Value) -> Diagnostic {
    let legal = count == 0 ? "it is empty" : "legal are \(-count) to \(count - 1)"
    return Diagnostic(.index, "index \(index) is out of range for a \(value.typeName) of \(count): \(legal)")
  }

  static func sliceLength(_ places: Int, _ given: Int) -> Diagnostic {
    Diagnostic(.value, "a slice of \(places) elements cannot take \(given)")
  }

  static func cannotStore(_ part: Value, _ value: Value) -> Diagnostic {
    Diagnostic(.type, "\(part.kindInWords) cannot be stored in \(value.kindInWords)")
  }

  /// - Parameter call: how to write the call, where a function has the name.
  static func noField(_ name: String, _ value: Value, call: String? = nil) -> Diagnostic {
    let names = Fields.names(value)
    if let call {
      return Diagnostic(.name, "\(value.summaryInWords) has no field `\(name)`", hint: "call the function: `\(call)`")
    }
    if let near = nearestName(to: name, among: names) {
      return Diagnostic(.name, "\(value.summaryInWords) has no field `\(name)`", hint: "did you mean `\(near)`?")
    }
    let shown = names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", ..." : "")
    return Diagnostic(
      .name, "\(value.summaryInWords) has no field `\(name)`", notes: names.isEmpty ? [] : ["its fields: \(shown)"])
  }

  static func noFieldAssignment(_ name: String, _ value: Value) -> Diagnostic {
    Diagnostic(
      .type, "\(value.kindInWords) has no fields to set: `\(name)`",
      hint: value.isNone ? "start with an empty record: `r = {}`" : nil)
  }

  static func cannotWalk(_ value: Value) -> Diagnostic {
    var hint: String?
    if case .number(let number) = value { hint = "`0..\(number.shown)` counts to it" }
    if case .record = value { hint = "`values(r)` lists the values" }
    return Diagnostic(.type, "`for` cannot walk \(value.kindInWords)", hint: hint)
  }

  static func cannotUnpack(_ value: Value, _ count: Int) -> Diagnostic {
    if let found = value.count {
      return Diagnostic(.value, "\(count) names cannot take the \(found) elements of \(value.kindInWords)")
    }
    return Diagnostic(.type, "\(count) names cannot take \(value.kindInWords) apart; a list is needed")
  }

  static func cannotSpread(_ value: Value, into what: String) -> Diagnostic {
    Diagnostic(.type, "`...` cannot spread \(value.kindInWords) into \(what)")
  }

  static func noWholeRange(_ value: Value) -> Diagnostic {
    Diagnostic(.type, "`..` takes numbers, not \(value.kindInWords)")
  }

  static func noFieldName(_ value: Value) -> Diagnostic {
    Diagnostic(.type, "a field's name is a string, not \(value.kindInWords)")
  }

  // MARK: formats

  static func unknownFormat(_ text: String) -> Diagnostic {
    Diagnostic(
      .value, "`\(text)` is no format", hint: "as in Python: `.3f`, `>8`, `05d`, `.2e`, `,`, `.1%`")
  }

  static func formatNeedsNumber(_ type: Character) -> Diagnostic {
    Diagnostic(.type, "the format `\(type)` needs a number")
  }

  static func formatNeedsWhole(_ type: Character, _ number: Double) -> Diagnostic {
    Diagnostic(.value, "the format `\(type)` needs a whole number, not \(number.shown)", hint: "`.0f` rounds")
  }

  static let formatNeedsText = Diagnostic(.type, "the format `s` needs a string")

  static func formatNeedsOne(_ value: Value, _ format: String) -> Diagnostic {
    Diagnostic(.type, "the format `\(format)` needs a number or a string, not \(value.kindInWords)")
  }

  // MARK: running

  static func recursionTooDeep(_ depth: Int) -> Diagnostic {
    Diagnostic(
      .limit, "calls are nested \(depth) deep and there is no room for more",
      hint: "is a recursion missing its end? a loop needs no stack")
  }

  static let interrupted = Diagnostic(.interrupt, "interrupted")

  /// `xs.append(x)` as a statement, which changes a list elsewhere.
  static func unusedAppend(_ list: String, _ item: String) -> Diagnostic {
    Diagnostic(.value, "append gives a new list, and nothing keeps it", hint: "`\(list) = append(\(list), \(item))`")
  }

  static func assertionFailed(_ text: String) -> Diagnostic { Diagnostic(.value, "assertion failed: \(text)") }

  /// An example in a comment that does not show what it gives; nil for no line at all.
  static func exampleDiffers(_ found: String?, _ expected: String?) -> Diagnostic {
    switch (found, expected) {
    case (let found?, let expected?): Diagnostic(.value, "the example gives another line", notes: ["expected: \(expected)", "found:    \(found)"])
    case (let found?, nil): Diagnostic(.value, "the example gives a line more: \(found)")
    case (nil, _): Diagnostic(.value, "the example gives no such line")
    }
  }

  // MARK: errors of other modules

  /// What a builtin threw, as a diagnostic at its call.
  static func diagnostic(
    of error: any Error, in signature: Signature, at place: CallPlace?, _ labels: @autoclosure () -> [Diagnostic.Label] = []
  ) -> any Error {
    let name = signature.name
    switch error {
    case let error as Diagnostic: return place.map { error.located($0.span) } ?? error
    case is Escape: return error
    case is Interrupted: return place.map { interrupted.located($0.span) } ?? interrupted
    case let error as TensorError:
      // The builtin's name alone: which operations it is made of is no concern of its callers. An operation that was
      // recorded elsewhere is the culprit itself.
      let culprit = error.origin?.place is Span ? error.operation : name
      var diagnostic = Diagnostic(
        Diagnostic.Kind(error.kind), "\(culprit): \(error.reason)", at: place?.span, hint: error.hint)
      diagnostic.secondary = labels()
      // An axis that does not exist is the argument's fault.
      if error.kind == .index, error.reason.hasPrefix("axis"), let place, let axis = place.argument("axis", in: signature) {
        diagnostic.primary = .init(Span(source: place.source, range: axis))
      }
      if diagnostic.secondary.isEmpty, !error.operands.isEmpty {
        diagnostic.notes = ["of " + error.operands.map(\.description).joined(separator: ", ")]
      }
      diagnostic.adopt(error)
      return diagnostic
    case let error as any DescribedError:
      return Diagnostic(error.kind, error.message, at: place?.span, hint: error.hint)
    default:
      return Diagnostic(.io, "\(name): \(error)", at: place?.span)
    }
  }

  /// What an operator's operands could not do: `cannot multiply z @ w`, with both shapes.
  static func diagnostic(of error: any Error, _ site: OperatorSite, _ a: Value, _ b: Value?) -> any Error {
    switch error {
    case var error as Diagnostic where error.primary == nil:
      if let b { error.secondary = [site.typeLabel(a, site.left), site.typeLabel(b, site.right)] }
      return error.located(site.span)
    case let error as TensorError:
      var diagnostic = Diagnostic(
        Diagnostic.Kind(error.kind), "cannot \(site.verb) \(site.text)", at: site.span, notes: [error.reason],
        hint: error.hint)
      diagnostic.secondary = [site.label(a, site.left)]
      if let b { diagnostic.secondary.append(site.label(b, site.right)) }
      diagnostic.adopt(error)
      return diagnostic
    case is Interrupted: return interrupted.located(site.span)
    default: return error
    }
  }
}

extension Messages {
  /// An error of an element or a field, at its place.
  ///
  /// - Parameter container: what the element was asked of, and where it stands; a tensor is shown with its shape.
  static func located(_ error: any Error, _ place: Span, _ container: Value? = nil, _ base: Span? = nil) -> any Error {
    switch error {
    case let error as Diagnostic: return error.located(place)
    case let error as TensorError:
      var diagnostic = Diagnostic(Diagnostic.Kind(error.kind), error.reason, at: place, hint: error.hint)
      if case .tensor(let tensor)? = container, let base, base.text.count <= 20, !base.text.contains("\n") {
        diagnostic.secondary = [.init(base, "\(base.text): \(tensor)")]
      } else if !error.operands.isEmpty {
        diagnostic.notes = ["of " + error.operands.map(\.description).joined(separator: ", ")]
      }
      diagnostic.adopt(error)
      return diagnostic
    case let error as any DescribedError:
      return Diagnostic(error.kind, error.message, at: place, hint: error.hint)
    case is Interrupted: return interrupted.located(place)
    default: return error
    }
  }
}

extension Diagnostic {
  /// Takes over what a tensor's error knows beyond its sentence. A recorded operation is the culprit: the caret goes
  /// to it, and where its value was needed becomes a note.
  mutating func adopt(_ error: TensorError) {
    notes += error.notes
    isMemory = error.isMemory
    guard let span = error.origin?.place as? Span else { return }
    if let primary, primary.span.place != span.place { notes.append("computed for \(primary.span.place)") }
    primary = Label(span)
    secondary = []
  }
}

extension Diagnostic.Kind {
  init(_ kind: TensorError.Kind) {
    self = Diagnostic.Kind(rawValue: kind.rawValue) ?? .value
  }
}

extension Value {
  /// For sentences about a particular value.
  var summaryInWords: String {
    switch self {
    case .object(let object): "this \(object.typeName)"
    case .record: "this record"
    default: kindInWords
    }
  }
}
