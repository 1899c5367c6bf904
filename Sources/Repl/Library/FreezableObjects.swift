// How the objects of the program come apart into values, and are put together again.

import Formats
import Lang
import MeanFlow
import OrderedCollections
import Tensor

/// The kinds of objects that can be frozen.
enum FreezableKinds {
  static let all: [any FreezableObject.Type] = [Model.self, Picture.self, Plot.self, Animation.self, TrainingRun.self]
}

extension Record {
  /// A part that must be there.
  func part(_ name: String) throws -> Value {
    guard let value = self[name] else { throw FreezingFailure("`\(name)` is missing") }
    return value
  }

  func text(_ name: String) throws -> String {
    guard case .string(let text) = try part(name) else { throw FreezingFailure("`\(name)` is no text") }
    return text
  }

  func whole(_ name: String) throws -> Int {
    guard case .number(let number) = try part(name), let whole = Int(exactly: number) else { throw FreezingFailure("`\(name)` is no whole number") }
    return whole
  }

  func tensor(_ name: String) throws -> Tensor {
    guard case .tensor(let tensor) = try part(name) else { throw FreezingFailure("`\(name)` is no tensor") }
    return tensor
  }

  func record(_ name: String) throws -> Record {
    guard case .record(let record) = try part(name) else { throw FreezingFailure("`\(name)` is no record") }
    return record
  }
}

extension Model: FreezableObject {
  static let frozenKind = "model"

  var frozenParts: Record {
    [
      "config": .record(Record(network.configuration.settings.map { (key: $0.name, value: Value($0.value)) })),
      "params": .record(Record(network.p.tensors.map { (key: $0.key, value: .tensor($0.value)) })),
      "inference": .bool(network.isInference), "source": source.map { .string($0) } ?? .none,
    ]
  }

  init(frozenParts parts: Record) throws {
    var configuration = Configuration()
    for (name, value) in try parts.record("config") {
      guard let setting = value.setting else { throw FreezingFailure("the setting `\(name)` cannot be \(value.kindInWords)") }
      try configuration.set(name, setting)
    }
    var tensors: OrderedDictionary<String, Tensor> = [:]
    let params = try parts.record("params")
    for name in params.keys { tensors[name] = try params.tensor(name) }
    guard case .bool(let inference) = try parts.part("inference") else { throw FreezingFailure("`inference` is neither true nor false") }
    network = try Network(configuration, parameters: Parameters(tensors), inference: inference)
    if case .string(let name) = try parts.part("source") { source = name }
  }
}

extension Picture: FreezableObject {
  static let frozenKind = "picture"

  var frozenParts: Record {
    get throws {
      ["pixels": .tensor(try Tensor(pixels, shape: [height, width, 3])), "caption": .string(caption)]
    }
  }

  init(frozenParts parts: Record) throws {
    let pixels = try parts.tensor("pixels")
    guard pixels.rank == 3, pixels.shape[2] == 3 else { throw FreezingFailure("the pixels have shape \(pixels.shape)") }
    try self.init(width: pixels.shape[1], height: pixels.shape[0], pixels: pixels.scalars(UInt8.self), caption: parts.text("caption"))
  }
}

extension TrainingRun: FreezableObject {
  static let frozenKind = "state"

  var frozenParts: Record {
    let file = state.contents
    return [
      "tensors": .record(Record(file.tensors.map { (key: $0.key, value: .tensor($0.value)) })),
      "metadata": .record(Record(file.metadata.map { (key: $0.key, value: .string($0.value)) })),
    ]
  }

  init(frozenParts parts: Record) throws {
    var file = SafeTensors(tensors: [:])
    let (tensors, metadata) = (try parts.record("tensors"), try parts.record("metadata"))
    for name in tensors.keys { file.tensors[name] = try tensors.tensor(name) }
    for name in metadata.keys { file.metadata[name] = try metadata.text(name) }
    self.init(state: try TrainingState(file, from: "the frozen state"))
  }
}
