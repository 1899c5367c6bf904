// A network's parameters: tensors under the reference's names (flax paths joined by `/`), in its order.

public import OrderedCollections
public import Tensor

/// Named parameters. Optimisers, averages and files visit them in order.
public struct Parameters: Sendable {
  public private(set) var tensors: OrderedDictionary<String, Tensor>

  public init(_ tensors: OrderedDictionary<String, Tensor>) { self.tensors = tensors }

  public var names: [String] { Array(tensors.keys) }
  public var values: [Tensor] { Array(tensors.values) }
  /// How many numbers there are in all.
  public var count: Int { tensors.values.reduce(0) { $0 + $1.count } }

  /// The parameter of a name that the network is known to have.
  subscript(name: String) -> Tensor {
    get throws {
      guard let tensor = tensors[name] else { throw ParameterError(missing: [name]) }
      return tensor
    }
  }

  /// Changes the values in place: nothing here holds them while the body runs.
  mutating func update(_ body: (inout [Tensor]) throws -> Void) rethrows {
    let names = tensors.keys
    var values = self.values
    tensors = [:]
    defer { tensors = OrderedDictionary(uniqueKeys: names, values: values) }
    try body(&values)
  }

  /// The same names with other values, in order.
  public func with(_ values: [Tensor]) -> Parameters {
    Parameters(OrderedDictionary(uniqueKeysWithValues: zip(tensors.keys, values)))
  }
}

/// Parameters that do not fit a network: everything that is wrong, in one error.
public struct ParameterError: Error, Sendable, CustomStringConvertible {
  public var missing: [String] = []
  public var extra: [String] = []
  public var misshaped: [(name: String, found: [Int], needed: [Int])] = []

  public init(
    missing: [String] = [], extra: [String] = [], misshaped: [(name: String, found: [Int], needed: [Int])] = []
  ) {
    self.missing = missing
    self.extra = extra
    self.misshaped = misshaped
  }

  public var description: String {
    var lines: [String] = []
    if !missing.isEmpty { lines.append("missing: " + missing.joined(separator: ", ")) }
    if !extra.isEmpty { lines.append("not in the network: " + extra.joined(separator: ", ")) }
    for item in misshaped { lines.append("\(item.name) has shape \(item.found), the network needs \(item.needed)") }
    return "the parameters do not fit the network\n  " + lines.joined(separator: "\n  ")
  }
}
