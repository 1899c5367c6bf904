// Values to writing. Collects the tensors on the way.

import Lang
import OrderedCollections
import Tensor

struct Freezer {
  private(set) var tensors: OrderedDictionary<String, Tensor> = [:]
  private let interpreter: Interpreter
  /// Functions whose captures are being written: one that holds itself by way of another has no end.
  private var underWay: [Function] = []
  private var depth = 0
  /// Deeper values than any person makes; keeps the stack safe, here and in whoever reads the JSON.
  private static let depthLimit = 200

  init(_ interpreter: Interpreter) { self.interpreter = interpreter }

  /// - Throws: `FreezingFailure` where it cannot be written; what computing it throws.
  mutating func freeze(_ value: Value) throws -> FrozenValue {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { throw FreezingFailure("lists and records are nested more than \(Self.depthLimit) deep") }
    switch value {
    case .none: return .none
    case .bool(let bool): return .bool(bool)
    case .number(let number): return .number("\(number)")
    case .string(let text): return .string(text)
    case .list(let items): return .list(try items.map { try freeze($0) })
    case .record(let record): return .record(try fields(record.map { ($0.key, $0.value) }))
    case .range(let range): return .range(start: "\(range.start)", end: "\(range.end)", step: "\(range.step)")
    case .tensor(let tensor):
      let name = "t\(tensors.count)"
      tensors[name] = tensor
      return .tensor(name)
    case .key(let key): return .key(high: key.high, low: key.low)
    case .error(let error): return .error(kind: error.kind.rawValue, message: error.message, hint: error.hint)
    case .function(let function): return try freeze(function)
    case .object(let object):
      guard let object = object as? any FreezableObject else { throw FreezingFailure("\(value.kindInWords) cannot be frozen") }
      return .object(kind: type(of: object).frozenKind, parts: try fields(object.frozenParts.map { ($0.key, $0.value) }))
    }
  }

  private mutating func freeze(_ function: Function) throws -> FrozenValue {
    switch interpreter.form(of: function) {
    case .builtin(let name): return .builtin(name)
    case .imported(let path, let name): return .imported(path: path, name: name)
    case .made: throw FreezingFailure("a function that a builtin made cannot be frozen; its definition in a function of its own can")
    case .written(let text, let captures):
      guard !underWay.contains(where: { $0 === function }) else { throw FreezingFailure("`\(function.name)` holds itself by way of another function") }
      underWay.append(function)
      defer { underWay.removeLast() }
      return .function(text: text, captures: try fields(captures))
    }
  }

  private mutating func fields(_ fields: [(name: String, value: Value)]) throws -> [FrozenValue.Field] {
    try fields.map { FrozenValue.Field(name: $0.name, value: try freeze($0.value)) }
  }
}

/// Writing to values.
struct Thawer {
  let tensors: OrderedDictionary<String, Tensor>
  let interpreter: Interpreter

  /// Gives the session's names their values.
  /// - Throws: what keeps a value from being made; all names are then as they were.
  func thaw(_ fields: [FrozenValue.Field]) throws {
    let before = fields.map { ($0.name, interpreter[$0.name]) }
    // A function can be made when the names that it reads are there, whatever they are: it looks when it is called.
    for field in fields { interpreter[field.name] = Value.none }
    do {
      for field in fields { interpreter[field.name] = try thaw(field.value) }
    } catch {
      for (name, value) in before { interpreter[name] = value }
      throw error
    }
  }

  /// - Throws: `FreezingFailure` where the writing is damaged.
  func thaw(_ frozen: FrozenValue) throws -> Value {
    switch frozen {
    case .none: return .none
    case .bool(let bool): return .bool(bool)
    case .number(let text): return .number(try number(text))
    case .string(let text): return .string(text)
    case .list(let items): return .list(try items.map { try thaw($0) })
    case .record(let fields): return .record(try record(fields))
    case .range(let start, let end, let step):
      let step = try number(step)
      guard step != 0 else { throw FreezingFailure("a range has step 0") }
      return .range(NumberRange(start: try number(start), end: try number(end), step: step))
    case .tensor(let name):
      guard let tensor = tensors[name] else { throw FreezingFailure("the tensor \(name) is missing") }
      return .tensor(tensor)
    case .key(let high, let low): return .key(RandomKey(high: high, low: low))
    case .builtin(let name): return try interpreter.function(from: .builtin(name))
    case .imported(let path, let name): return try interpreter.function(from: .imported(path: path, name: name))
    case .function(let text, let captures):
      return try interpreter.function(from: .written(text: text, captures: record(captures).map { ($0.key, $0.value) }))
    case .error(let kind, let message, let hint):
      return .error(Diagnostic(Diagnostic.Kind(rawValue: kind) ?? .value, message, hint: hint))
    case .object(let kind, let parts):
      guard let type = FreezableKinds.all.first(where: { $0.frozenKind == kind }) else { throw FreezingFailure("`\(kind)` is no kind of value here") }
      return .object(try type.init(frozenParts: try record(parts)))
    }
  }

  private func number(_ text: String) throws -> Double {
    guard let number = Double(text) else { throw FreezingFailure("`\(text.prefix(40))` is no number") }
    return number
  }

  private func record(_ fields: [FrozenValue.Field]) throws -> Record {
    Record(try fields.map { (key: $0.name, value: try thaw($0.value)) })
  }
}
