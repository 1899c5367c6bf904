// What a module above this one makes known to the language: models, training states, images, plots.

public import Tensor

/// A value of the language that another module defines.
public protocol LanguageObject: Sendable {
  /// As `type(x)` says it: "model".
  var typeName: String { get }
  /// One line.
  var summary: String { get }
  /// What the prompt shows.
  var details: String { get }
  var fieldNames: [String] { get }
  /// nil: there is no such field.
  func field(_ name: String) throws -> Value?
  /// nil: it cannot be called.
  var signature: Signature? { get }
  func call(_ call: Call) throws -> Value
  /// Its tensors, where it is a parameter tree.
  func tree() throws -> Tree?
  func rebuilt(from tree: Tree) throws -> any LanguageObject
  /// `len(x)`.
  var count: Int? { get }
  /// For `for x in object`.
  func iterator() throws -> ValueIterator?
  func isEqual(to other: any LanguageObject) -> Bool
}

extension LanguageObject {
  public var details: String { summary }
  public var fieldNames: [String] { [] }
  public func field(_ name: String) throws -> Value? { nil }
  public var signature: Signature? { nil }
  public func call(_ call: Call) throws -> Value { throw Diagnostic(.type, "\(typeName) cannot be called") }
  public func tree() throws -> Tree? { nil }
  public func rebuilt(from tree: Tree) throws -> any LanguageObject { self }
  public var count: Int? { nil }
  public func iterator() throws -> ValueIterator? { nil }
  public func isEqual(to other: any LanguageObject) -> Bool { false }
}

/// Gives one element after the other, nil at the end.
public typealias ValueIterator = () throws -> Value?

/// A sequence made as it is walked: `enumerate`, `zip`, `batches`.
public struct LazySequence: LanguageObject {
  public let typeName: String
  public let count: Int?
  private let make: @Sendable () throws -> ValueIterator

  public init(_ typeName: String, count: Int? = nil, _ make: @escaping @Sendable () throws -> ValueIterator) {
    self.typeName = typeName
    self.count = count
    self.make = make
  }

  public var summary: String { count.map { "\(typeName) of \($0)" } ?? typeName }
  public func iterator() throws -> ValueIterator? { try make() }
}
