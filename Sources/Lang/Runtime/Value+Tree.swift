// Values as tensors and as parameter trees.

public import Tensor

extension Value {
  /// A tensor, or what stands for one: a number, or nested lists of numbers, as float32. nil for the rest.
  public func asTensor(_ dtype: DType = .float32) throws -> Tensor? {
    switch self {
    case .tensor(let tensor): return tensor
    case .number(let number): return Tensor(number, dtype: dtype)
    case .list(let items): return try Value.tensor(of: items, dtype)
    case .range(let range):
      try Memory.admit(range.count, of: 16, for: "tensor")
      return try Tensor.arange(from: range.start, to: range.end, by: range.step, dtype: dtype)
    default: return nil
    }
  }

  /// As a tensor beside another one: numbers and lists of numbers take its type where it can hold them all.
  func asTensor(beside other: Tensor) throws -> Tensor? {
    switch self {
    case .number(let number): return Tensor.number(number, like: other)
    case .bool(let flag): return Tensor(flag ? 1 : 0, dtype: .bool)
    case .list, .range:
      guard let exact = try asTensor(.float64), exact.dtype == .float64 else { return try asTensor() }
      // The widest number decides for all.
      let numbers = try exact.scalars(Double.self)
      let widest = numbers.map { Tensor.number($0, like: other).dtype }.reduce(other.dtype) { DType.promoted($0, $1) }
      return try exact.cast(to: numbers.isEmpty ? other.dtype : widest)
    default: return try asTensor()
    }
  }

  private static func tensor(of items: [Value], _ dtype: DType) throws -> Tensor? {
    var numbers: [Double] = []
    numbers.reserveCapacity(items.count)
    var flags = 0
    for item in items {
      switch item {
      case .number(let number): numbers.append(number)
      case .bool(let flag):
        numbers.append(flag ? 1 : 0)
        flags += 1
      default: return try stacked(items, dtype)
      }
    }
    guard flags == 0 || flags == items.count else { return nil }
    return try Tensor(numbers).cast(to: flags > 0 ? .bool : dtype)
  }

  /// Rows of one shape, stacked.
  private static func stacked(_ items: [Value], _ dtype: DType) throws -> Tensor? {
    var rows: [Tensor] = []
    for item in items {
      guard let row = try item.asTensor(dtype) else { return nil }
      rows.append(row)
    }
    if let odd = rows.first(where: { $0.shape != rows[0].shape }) {
      throw TensorError(
        .shape, "tensor", [], "the rows differ: \(rows[0].shape) and \(odd.shape)",
        hint: "all rows of a tensor have the same length")
    }
    return try stack(rows)
  }

  /// Lists and records of tensors; numbers become tensors. nil where something else stands in it.
  public func asTree() throws -> Tree? {
    switch self {
    case .tensor(let tensor): return .tensor(tensor)
    case .number(let number): return .tensor(Tensor(number))
    case .list(let items):
      // Plain numbers stand for a tensor, as everywhere.
      if items.contains(where: { if case .number = $0 { true } else { false } }), let tensor = try asTensor() {
        return .tensor(tensor)
      }
      var trees: [Tree] = []
      for item in items {
        guard let tree = try item.asTree() else { return nil }
        trees.append(tree)
      }
      return .list(trees)
    case .record(let record):
      var fields: [(key: String, value: Tree)] = []
      for (key, value) in record {
        guard let tree = try value.asTree() else { return nil }
        fields.append((key, tree))
      }
      return .record(fields)
    case .object(let object): return try object.tree()
    default: return nil
    }
  }

  /// Bytes of computed tensors in it; an array that several share counts each time.
  public var heldBytes: Int {
    switch self {
    case .tensor(let tensor): tensor.heldBytes
    case .list(let items): items.reduce(0) { $0 + $1.heldBytes }
    case .record(let record): record.values.reduce(0) { $0 + $1.heldBytes }
    case .object(let object): (try? object.tree())??.leaves.reduce(0) { $0 + $1.heldBytes } ?? 0
    default: 0
    }
  }

  public init(_ tree: Tree) {
    switch tree {
    case .tensor(let tensor): self = .tensor(tensor)
    case .list(let items): self = .list(items.map(Value.init))
    case .record(let fields): self = .record(Record(fields.map { ($0.key, Value($0.value)) }))
    }
  }

  /// This value with other leaves; an object is rebuilt as what it is.
  func rebuilt(from tree: Tree) throws -> Value {
    if case .object(let object) = self { return .object(try object.rebuilt(from: tree)) }
    return Value(tree)
  }
}

extension NumberRange {
  /// All of them, if memory has room; stops where an interrupt asks for it.
  func numbers() throws -> [Double] {
    try Memory.admit(count, of: 8, for: "range")
    return try (0..<count).map { index in
      if index & 0xffff == 0 { try Interrupt.check() }
      return self[index]
    }
  }
}
