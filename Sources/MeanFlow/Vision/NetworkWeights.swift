// Weights of a network that somebody else trained, by torch's names and in our layout, whoever wrote the file: nested
// records of flax, flat ones of torch, old and new names of attention. Facts: FORMATS.md of the reference material, 12 and 13.

import Foundation
import Formats
import OrderedCollections
import Tensor

/// Named weights of one file. Kernels of convolutions are [kh, kw, in, out], those of products [in, out].
struct NetworkWeights {
  let path: String
  private(set) var tensors: OrderedDictionary<String, Tensor> = [:]

  /// - Throws: `FormatError` where the file cannot be read or holds something else than tensors.
  init(contentsOf path: String) throws {
    try self.init(load(path), path: path)
  }

  init(_ contents: FileValue, path: String) throws {
    self.path = path
    var flat: [(String, Tensor)] = []
    Self.collect(contents, [], &flat)
    guard !flat.isEmpty else { throw FormatError(.format, path, "holds no weights", hint: "a record of tensors is needed") }
    for (given, tensor) in flat {
      guard let name = Self.ours(given) else { continue }
      tensors[name.text] = try Self.laidOut(tensor, name)
    }
  }

  private static func collect(_ value: FileValue, _ parts: [String], _ found: inout [(String, Tensor)]) {
    switch value {
    case .record(let fields): for (key, field) in fields { collect(field, parts + [key], &found) }
    case .tensor(let tensor): found.append((parts.joined(separator: "."), tensor))
    default: break
    }
  }

  // MARK: names

  private struct Name {
    let text: String
    /// Whether the tensor lies as flax has it: outputs last.
    let isFlax: Bool
  }

  /// Wrappers in front of a whole network.
  private static let leads: Set<String> = ["params", "batch_stats", "state_dict", "module", "model", "vae"]
  private static let stacks = ["down_blocks", "up_blocks", "resnets", "attentions", "downsamplers", "upsamplers"]
  private static let attention = ["query": ["to_q"], "key": ["to_k"], "value": ["to_v"], "proj_attn": ["to_out", "0"], "to_out_0": ["to_out", "0"]]
  private static let leaves = ["kernel": "weight", "scale": "weight", "mean": "running_mean", "var": "running_var"]

  /// The name as torch writes it today; nil for what is no weight.
  private static func ours(_ given: String) -> Name? {
    var parts: [String] = []
    for part in given.split(whereSeparator: { $0 == "." || $0 == "/" }).map(String.init) {
      if parts.isEmpty, leads.contains(part) { continue }
      if let stack = stacks.first(where: { part.hasPrefix($0 + "_") }) {
        parts += [stack, String(part.dropFirst(stack.count + 1))]
      } else {
        parts += attention[part] ?? [part]
      }
    }
    guard let leaf = parts.popLast(), leaf != "num_batches_tracked" else { return nil }
    return Name(text: (parts + [leaves[leaf] ?? leaf]).joined(separator: "."), isFlax: leaf == "kernel")
  }

  private static func laidOut(_ tensor: Tensor, _ name: Name) throws -> Tensor {
    var tensor = tensor
    if !name.isFlax {
      if tensor.rank == 4 { tensor = try tensor.permuted([2, 3, 1, 0]) }
      if tensor.rank == 2 { tensor = try tensor.transposed() }
    }
    // The first Stable Diffusion kept its attention's products as convolutions of one pixel.
    if tensor.rank == 4, name.text.contains(".attentions."), tensor.shape[..<2] == [1, 1] {
      tensor = try tensor.reshaped(Array(tensor.shape[2...]))
    }
    return tensor
  }

  // MARK: use

  subscript(name: String) -> Tensor {
    get throws {
      guard let tensor = tensors[name] else { throw ParameterError(missing: [name]) }
      return tensor
    }
  }

  /// Compares names and shapes with those that a network needs.
  /// - Parameters:
  ///   - network: what the weights ought to be of.
  ///   - hint: where the right ones are.
  func check(_ slots: [(name: String, shape: [Int])], of network: String, hint: String) throws {
    let missing = slots.filter { tensors[$0.name] == nil }.map(\.name)
    let wrong = slots.filter { tensors[$0.name].map { tensor in tensor.shape } ?? $0.shape != $0.shape }
    guard missing.isEmpty, wrong.isEmpty else {
      throw FormatError(.format, path, describe(missing, wrong, of: slots.count, network), hint: hint)
    }
  }

  private func describe(
    _ missing: [String], _ wrong: [(name: String, shape: [Int])], of count: Int, _ network: String
  ) -> String {
    if missing.count > count / 2 {
      let what = kind.map { "it holds \($0)" } ?? "its names are \(tensors.keys.prefix(3).joined(separator: ", ")) ..."
      return "these are not the weights of \(network): \(what)"
    }
    var parts: [String] = []
    if !missing.isEmpty { parts.append("\(missing.count) of \(count) are missing: \(Self.listed(missing))") }
    if !wrong.isEmpty {
      parts.append("of another shape: " + Self.listed(wrong.map { "\($0.name) \(tensors[$0.name]?.shape ?? []), needed \($0.shape)" }))
    }
    return "the weights do not fit \(network): " + parts.joined(separator: "; ")
  }

  private static func listed(_ items: [String]) -> String {
    items.prefix(4).joined(separator: ", ") + (items.count > 4 ? " and \(items.count - 4) more" : "")
  }

  /// What other network these are the weights of, where that is known.
  private var kind: String? {
    let names = tensors.keys
    if names.contains("Mixed_7c.branch1x1.conv.weight") { return "an Inception-v3" }
    if names.contains(where: { $0.hasPrefix("encoder.") || $0.hasPrefix("decoder.") }) { return "an autoencoder" }
    if names.contains(where: { $0.contains("shared_blocks") }) { return "an iMF network" }
    return nil
  }
}

/// A file of weights that is not there: which it is, where its authors publish it, and what can be done without it.
func requireWeights(_ path: String, _ what: String, published: String, without: String) throws {
  guard !FileManager.default.fileExists(atPath: path) else { return }
  throw FormatError(.io, path, "there is no such file: the weights of \(what)", hint: "\(published); without them \(without)")
}
