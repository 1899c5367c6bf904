// The reference's numbers: arrays of the files in golden/, and how close is close (golden/README.md).

import Formats
import Foundation
import OrderedCollections
import Tensor
import Testing

@testable import MeanFlow

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

func goldenPath(_ name: String) -> String { root.appendingPathComponent("golden/\(name)").path }

/// One golden file's arrays.
struct Golden {
  let arrays: OrderedDictionary<String, Tensor>

  init(_ name: String) throws {
    guard case .record(let fields) = try load(goldenPath(name + ".npz")) else {
      arrays = [:]
      return
    }
    arrays = fields.compactMapValues { if case .tensor(let tensor) = $0 { tensor } else { nil } }
  }

  subscript(name: String) -> Tensor {
    get throws { try #require(arrays[name], "the golden file has no \(name)") }
  }

  func number(_ name: String) throws -> Double { try self[name].item() }

  /// The arrays under a prefix, without it.
  func under(_ prefix: String) -> OrderedDictionary<String, Tensor> {
    OrderedDictionary(
      uniqueKeysWithValues: arrays.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
  }

  /// The draws of one loss or step.
  func draws(_ prefix: String = "") throws -> Draws {
    var draws = try Draws(RandomKey(seed: 0), images: self[prefix + "images"].shape)
    for (ours, theirs) in zip(Draws.names, ["normal_t", "normal_r", "e", "tmin", "tmax", "u_omega", "u_drop"]) {
      draws[ours] = try self[prefix + "draw_" + theirs]
    }
    return draws
  }
}

/// One of the two reference networks.
struct ReferenceNetwork: CustomTestStringConvertible, Sendable {
  let name: String
  let configuration: Configuration
  let objective: ObjectiveSettings

  static let both: [ReferenceNetwork] = ["A", "B"].compactMap { try? ReferenceNetwork($0) }

  init(_ name: String) throws {
    self.name = name
    guard case .record(let fields) = try load(goldenPath("\(name)_config.json")), case .record(let net)? = fields["net"],
      case .record(let imf)? = fields["imf"], case .number(let classes)? = fields["num_classes"]
    else { throw FormatError(.format, name, "is no golden configuration") }
    var configuration = Configuration()
    for case (let key, .number(let value)) in net { try configuration.set(key, .number(value)) }
    configuration.numClasses = Int(classes)
    self.configuration = configuration
    var objective = ObjectiveSettings()
    for case (let key, .number(let value)) in imf { try objective.set(key, .number(value)) }
    self.objective = objective
  }

  var testDescription: String { name }

  func network(inference: Bool = false) throws -> Network {
    try Network(configuration, parameters: Parameters(Golden("\(name)_params").arrays), inference: inference)
  }
}

/// max |a - b| / max |b|.
func relative(_ a: Tensor, _ b: Tensor) throws -> Double {
  #expect(a.shape == b.shape)
  guard a.shape == b.shape, a.count > 0 else { return a.shape == b.shape ? 0 : .infinity }
  let (x, y) = try (a.scalars(Double.self), b.scalars(Double.self))
  let largest = y.map(\.magnitude).max() ?? 0
  let difference = zip(x, y).map { ($0 - $1).magnitude }.max() ?? 0
  return largest > 0 ? difference / largest : difference
}

func expectClose(
  _ a: Tensor, _ b: Tensor, _ bound: Double, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let found = try relative(a, b)
  #expect(found < bound, "\(what): \(found)", sourceLocation: sourceLocation)
}

/// Largest |a - b|.
func largestDifference(_ a: Tensor, _ b: Tensor) throws -> Double {
  #expect(a.shape == b.shape)
  return try zip(a.scalars(Double.self), b.scalars(Double.self)).map { ($0 - $1).magnitude }.max() ?? 0
}
