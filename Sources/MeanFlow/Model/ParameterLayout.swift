// Which parameters a network has: names, shapes and how each starts, in the reference's order.

import OrderedCollections
public import Tensor

/// How a parameter starts.
public enum Initialisation: Sendable, Hashable {
  case zeros
  case ones
  /// Normal with this standard deviation.
  case normal(Double)
  /// Uniform within this bound on either side.
  case uniform(Double)
}

/// One parameter of a network.
public struct ParameterSlot: Sendable {
  public let name: String
  public let shape: [Int]
  public let initialisation: Initialisation
}

extension Configuration {
  /// The parameters of the network for training, or for inference, which has no v blocks.
  public func parameterSlots(inference: Bool = false) -> [ParameterSlot] {
    let D = hiddenSize
    var slots: [ParameterSlot] = []
    func add(_ name: String, _ shape: [Int], _ law: Initialisation) {
      slots.append(ParameterSlot(name: "net/" + name, shape: shape, initialisation: law))
    }
    let tokens: [(String, Int)] = [
      ("time", numTimeTokens), ("class", numClassTokens), ("omega", numCfgTokens), ("t_min", numIntervalTokens),
      ("t_max", numIntervalTokens),
    ]
    for (kind, count) in tokens { add(kind + "_tokens", [count, D], .normal(1 / Double(D).squareRoot())) }
    add(
      "x_embedder/proj/kernel", [patchSize, patchSize, inChannels, D],
      .uniform((6 / Double(patchDim + D)).squareRoot()))
    add("x_embedder/proj/bias", [D], .zeros)
    for kind in ["h", "omega", "cfg_t_start", "cfg_t_end"] {
      for (layer, inputs) in [("layers_0", Embedding.sinusoids), ("layers_2", D)] {
        let path = "\(kind)_embedder/mlp/\(layer)/_flax_linear/"
        add(path + "kernel", [inputs, D], .normal(1 / Double(inputs).squareRoot()))
        add(path + "bias", [D], .zeros)
      }
    }
    add(
      "y_embedder/embedding_table/_flax_embedding/embedding", [numClasses + 1, D],
      .normal(1 / Double(D).squareRoot()))

    func addBlocks(_ stack: String, _ count: Int) {
      for i in 0..<count {
        let block = "\(stack)_\(i)/"
        func linear(_ name: String, _ from: Int, _ to: Int) {
          add(block + name + "/_flax_linear/kernel", [from, to], .normal(0.32 / Double(from).squareRoot()))
        }
        add(block + "attn_scale", [D], .zeros)
        add(block + "mlp_scale", [D], .zeros)
        add(block + "norm1/kernel", [D], .ones)
        for projection in ["q_proj", "k_proj", "v_proj"] { linear("attn/" + projection, D, D) }
        add(block + "attn/q_norm/kernel", [headDim], .ones)
        add(block + "attn/k_norm/kernel", [headDim], .ones)
        linear("attn/out_proj", D, D)
        add(block + "norm2/kernel", [D], .ones)
        linear("mlp/w1", D, mlpHidden)
        linear("mlp/w3", D, mlpHidden)
        linear("mlp/w2", mlpHidden, D)
      }
    }
    addBlocks("shared_blocks", sharedDepth)
    addBlocks("u_heads", auxHeadDepth)
    if !inference { addBlocks("v_heads", auxHeadDepth) }
    for head in ["u", "v"] {
      add("\(head)_final_layer/norm/kernel", [D], .ones)
      add("\(head)_final_layer/linear/_flax_linear/kernel", [D, patchDim], .zeros)
      add("\(head)_final_layer/linear/_flax_linear/bias", [patchDim], .zeros)
    }
    return slots
  }

  /// Fresh parameters. Each slot draws from its own key, so that equal names start equal whatever else a network has.
  public func initialParameters(_ key: RandomKey, inference: Bool = false) throws -> Parameters {
    var tensors = OrderedDictionary<String, Tensor>()
    for (index, slot) in parameterSlots(inference: inference).enumerated() {
      let key = key.folded(in: index)
      tensors[slot.name] =
        switch slot.initialisation {
        case .zeros: try .zeros(slot.shape)
        case .ones: try .ones(slot.shape)
        case .normal(let deviation): try normal(key, slot.shape) * deviation
        case .uniform(let bound): try uniform(key, slot.shape, low: -bound, high: bound)
        }
    }
    try evaluate(Array(tensors.values))
    return Parameters(tensors)
  }

  /// Given parameters in the network's order, or one error that lists all that does not fit.
  public func checked(_ given: Parameters, inference: Bool) throws -> Parameters {
    let slots = parameterSlots(inference: inference)
    var error = ParameterError()
    var tensors = OrderedDictionary<String, Tensor>()
    for slot in slots {
      guard let tensor = given.tensors[slot.name] else {
        error.missing.append(slot.name)
        continue
      }
      if tensor.shape != slot.shape { error.misshaped.append((slot.name, tensor.shape, slot.shape)) }
      tensors[slot.name] = try tensor.cast(to: .float32)
    }
    let known = Set(slots.map(\.name))
    // An inference network may be cut out of a training checkpoint: its v blocks are simply not needed.
    error.extra = given.names.filter { !known.contains($0) && !(inference && $0.hasPrefix("net/v_heads_")) }
    guard error.missing.isEmpty, error.extra.isEmpty, error.misshaped.isEmpty else { throw error }
    return Parameters(tensors)
  }
}
