// Typed access to arguments. Each throws the standard message, so that all builtins speak alike.

public import Tensor

extension Call {
  /// A tensor, a number, or nested lists of numbers (float32).
  public func tensor(_ name: String) throws -> Tensor {
    if let tensor = try self[name].asTensor() { return tensor }
    throw mismatch(name, "a tensor, a number or a list of numbers")
  }

  /// A number, or a tensor of one element.
  public func number(_ name: String) throws -> Double {
    switch self[name] {
    case .number(let number): return number
    case .tensor(let tensor) where tensor.count == 1:
      try refuseTraced(tensor, name)
      return try tensor.item()
    default: throw mismatch(name, "a number")
    }
  }

  /// A plain number made of a value under differentiation would drop its derivative without a word.
  func refuseTraced(_ tensor: Tensor, _ name: String) throws {
    guard tensor.isTraced else { return }
    let written = place?.argument(name, in: signature).map { place?.source.excerpt($0) ?? name } ?? name
    throw error(
      .value, "`\(written)` is being differentiated, and a plain number has no derivative", argument: name,
      hint: "compute with the tensor itself; `stop_gradient(\(written))` makes it a constant")
  }

  public func integer(_ name: String, in range: ClosedRange<Int>? = nil) throws -> Int {
    let number = try number(name)
    guard let integer = Int(exactly: number) else {
      throw error(.value, "`\(name)` is \(number.shown); expected a whole number", argument: name)
    }
    if let range, !range.contains(integer) {
      let legal =
        range.upperBound == .max ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
      throw error(.value, "`\(name)` is \(integer); expected a whole number \(legal)", argument: name)
    }
    return integer
  }

  public func string(_ name: String) throws -> String {
    guard case .string(let text) = self[name] else { throw mismatch(name, "a string") }
    return text
  }

  public func bool(_ name: String) throws -> Bool {
    switch self[name] {
    case .bool(let value): return value
    case .tensor(let tensor) where tensor.count == 1 && tensor.dtype == .bool: return try tensor.item() != 0
    default: throw mismatch(name, "true or false")
    }
  }

  public func key(_ name: String) throws -> RandomKey {
    guard case .key(let key) = self[name] else {
      throw mismatch(name, "a key", hint: "`key(seed)` makes one")
    }
    return key
  }

  public func list(_ name: String) throws -> [Value] {
    try self[name].admitElements(for: signature.name)
    switch self[name] {
    case .list(let items): return items
    case .range(let range):
      return (0..<range.count).map { .number(range[$0]) }
    case .tensor(let tensor) where tensor.rank > 0:
      return try (0..<tensor.shape[0]).map { try .tensor(tensor.sliced([.index($0)])) }
    case .object(let object):
      guard let next = try object.iterator() else { throw mismatch(name, "a list") }
      var items: [Value] = []
      while let item = try next() { items.append(item) }
      return items
    default: throw mismatch(name, "a list")
    }
  }

  public func record(_ name: String) throws -> Record {
    guard case .record(let record) = self[name] else { throw mismatch(name, "a record `{name: value}`") }
    return record
  }

  /// Anything that can be called.
  public func function(_ name: String) throws -> Value {
    switch self[name] {
    case .function: return self[name]
    case .object(let object) where object.signature != nil: return self[name]
    default: throw mismatch(name, "a function")
    }
  }

  public func object<T: LanguageObject>(_ name: String, _ type: T.Type = T.self, as described: String? = nil) throws -> T {
    if case .object(let object) = self[name], let found = object as? T { return found }
    throw mismatch(name, described ?? "a \(String(describing: T.self).lowercased())")
  }

  public func iterator(_ name: String) throws -> ValueIterator {
    guard let next = try self[name].iterator() else { throw mismatch(name, "something to walk: a list, range or tensor") }
    return next
  }

  // MARK: shapes and axes

  /// A whole number or a list of them; -1 is let through for those that infer a size.
  public func shape(_ name: String) throws -> [Int] {
    try sizes(self[name], name)
  }

  /// Sizes given one by one (`reshape(x, 2, 3)`) or as one list.
  public func shapeOfRest(_ name: String) throws -> [Int] {
    if rest.count == 1, case .list = rest[0] { return try sizes(rest[0], name) }
    return try rest.flatMap { try sizes($0, name) }
  }

  private func sizes(_ value: Value, _ name: String) throws -> [Int] {
    func whole(_ value: Value) throws -> Int {
      var number: Double?
      if case .number(let plain) = value { number = plain }
      if case .tensor(let tensor) = value, tensor.count == 1 { number = try tensor.item() }
      guard let number, let size = Int(exactly: number) else {
        throw error(.type, "`\(name)` holds \(value.quoted); expected whole numbers", argument: name)
      }
      return size
    }
    switch value {
    case .number: return [try whole(value)]
    case .list(let items): return try items.map(whole)
    case .tensor(let tensor) where tensor.rank == 1: return try tensor.scalars(Double.self).map { try whole(.number($0)) }
    default:
      throw error(.type, "`\(name)` is \(value.kindInWords); expected a list of whole numbers", argument: name)
    }
  }

  /// none for all axes, a number or a list.
  public func axes(_ name: String) throws -> [Int]? { self[name].isNone ? nil : try shape(name) }

  public func dtype(_ name: String) throws -> DType {
    let text = try choice(name, DType.names)
    return DType(rawValue: text) ?? .float32
  }

  public func optionalDType(_ name: String) throws -> DType? { self[name].isNone ? nil : try dtype(name) }

  /// One of a few words.
  public func choice(_ name: String, _ allowed: [String]) throws -> String {
    let text = try string(name)
    guard allowed.contains(text) else {
      let near = nearestName(to: text, among: allowed).map { "did you mean \"\($0)\"?" }
      throw error(
        .value, "`\(name)` is \"\(text)\"; expected \(allowed.map { "\"\($0)\"" }.joined(separator: ", "))",
        argument: name, hint: near)
    }
    return text
  }

  // MARK: trees

  /// A list's tensors, or a tensor's rows.
  public func tensors(_ name: String) throws -> [Tensor] {
    try list(name).map { item in
      guard let tensor = try item.asTensor() else {
        throw error(.type, "`\(name)` holds \(item.kindInWords); expected tensors", argument: name)
      }
      return tensor
    }
  }

  /// A tensor, or lists and records of tensors; numbers become tensors.
  public func tree(_ name: String) throws -> Tree {
    guard let tree = try self[name].asTree() else {
      throw mismatch(name, "a tensor, or lists and records of tensors")
    }
    return tree
  }

  // MARK: those that may be none

  public func optionalTensor(_ name: String) throws -> Tensor? { self[name].isNone ? nil : try tensor(name) }
  public func optionalNumber(_ name: String) throws -> Double? { self[name].isNone ? nil : try number(name) }
  public func optionalInteger(_ name: String) throws -> Int? { self[name].isNone ? nil : try integer(name) }
  public func optionalString(_ name: String) throws -> String? { self[name].isNone ? nil : try string(name) }
  public func optionalKey(_ name: String) throws -> RandomKey? { self[name].isNone ? nil : try key(name) }
  public func optionalRecord(_ name: String) throws -> Record? { self[name].isNone ? nil : try record(name) }
}

extension CaseIterable where Self: RawRepresentable<String> {
  /// The words that a choice has, as users write them.
  static var names: [String] { allCases.map(\.rawValue) }
}
