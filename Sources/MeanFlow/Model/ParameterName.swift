// One parameter, many names: flax' and torch's, the authors' older ones, and those of the community's torch ports.
// The table is docs/formats.md's; a name is brought to ours by rules on its parts, never guessed from shapes.

/// What a checkpoint's name means.
struct ParameterName: Hashable {
  /// How the tensor lies compared with ours.
  enum Layout: Hashable {
    /// Linear kernels (in, out), convolutions HWIO.
    case flax
    /// Linear weights (out, in), convolutions OIHW.
    case torch
  }

  /// Parts of one matrix: ours in the order of its outputs.
  enum Fusion: Hashable {
    case queryKeyValue
    case gateAndUp

    var parts: [String] {
      switch self {
      case .queryKeyValue: ["attn/q_proj", "attn/k_proj", "attn/v_proj"]
      case .gateAndUp: ["mlp/w1", "mlp/w3"]
      }
    }
  }

  /// Our name, or the block's where several of ours are fused.
  let name: String
  let layout: Layout
  var fusion: Fusion?

  /// Reads a name, its parts joined by `.` or `/`. Nil where it is none of the network's.
  /// - Parameter down: blocks whose gate and up projections are fused under `w12`: there `w3` is the down projection.
  init?(_ text: String, fused down: Set<String> = []) {
    var parts = Self.parts(of: text)
    guard let leaf = parts.popLast() else { return nil }
    if parts.isEmpty {
      // Tokens have no leaf of their own.
      guard let tokens = Self.tokens(leaf) else { return nil }
      self.init("net/" + tokens, .flax)
      return
    }
    let isBlock = Self.stacks.contains { parts[0].hasPrefix($0 + "_") && Int(parts[0].dropFirst($0.count + 1)) != nil }
    if isBlock {
      self.init(block: parts, leaf, down)
      return
    }
    guard let layout = Self.layouts[leaf] else { return nil }
    let isBias = leaf == "bias"
    let kind = isBias ? "bias" : "kernel"
    let module = parts.filter { !Self.wrappers.contains($0) }
    switch (module[0], module.count) {
    case ("x_embedder", 1), ("x_embedder", 2):
      guard module.count == 1 || module[1] == "proj" else { return nil }
      self.init("net/x_embedder/proj/\(kind)", layout)
    case ("y_embedder", 1) where !isBias: self.init("net/y_embedder/embedding_table/_flax_embedding/embedding", layout)
    case (let embedder, 3) where embedder.hasSuffix("_embedder") && module[1] == "mlp":
      guard let own = Self.embedders[embedder], let layer = Self.layers[module[2]] else { return nil }
      self.init("net/\(own)/mlp/\(layer)/_flax_linear/\(kind)", layout)
    case ("u_final_layer", 2), ("v_final_layer", 2):
      switch module[1] {
      case "norm" where !isBias, "norm_final" where !isBias: self.init("net/\(module[0])/norm/kernel", .flax)
      case "linear": self.init("net/\(module[0])/linear/_flax_linear/\(kind)", layout)
      default: return nil
      }
    default: return nil
    }
  }

  private init(_ name: String, _ layout: Layout) {
    self.name = name
    self.layout = layout
  }

  /// A parameter of a block: `shared_blocks_3`, then the module, then the leaf.
  private init?(block parts: [String], _ leaf: String, _ down: Set<String>) {
    let block = parts[0]
    if parts.count == 1 {
      guard leaf == "attn_scale" || leaf == "mlp_scale" else { return nil }
      self.init("net/\(block)/\(leaf)", .flax)
      return
    }
    guard leaf != "bias", let layout = Self.layouts[leaf] else { return nil }
    let module = parts.dropFirst().filter { !Self.wrappers.contains($0) }
    switch (module.first, module.count) {
    case ("norm1", 1), ("norm2", 1): self.init("net/\(block)/\(module[0])/kernel", .flax)
    case ("attn", 2):
      if module[1] == "q_norm" || module[1] == "k_norm" {
        self.init("net/\(block)/attn/\(module[1])/kernel", .flax)
      } else if module[1] == "qkv" || module[1] == "qkv_proj" {
        self.init("net/\(block)", layout)
        fusion = .queryKeyValue
      } else {
        guard let projection = Self.projections[module[1]] else { return nil }
        self.init("net/\(block)/attn/\(projection)/_flax_linear/kernel", layout)
      }
    case ("mlp", 2):
      if Self.fusedGates.contains(module[1]) {
        self.init("net/\(block)", layout)
        fusion = .gateAndUp
      } else {
        guard var projection = Self.gates[module[1]] else { return nil }
        if module[1] == "w3", down.contains(block) { projection = "w2" }
        self.init("net/\(block)/mlp/\(projection)/_flax_linear/kernel", layout)
      }
    default: return nil
    }
  }

  /// What the authors' torch code calls a parameter of ours, and the axes of ours in its order; nil where they are the same.
  static func torch(_ ours: String, rank: Int) -> (name: String, axes: [Int]?) {
    var parts = ours.split(separator: "/").map(String.init)
    let isLinear = parts.contains("_flax_linear")
    parts = parts.flatMap { part -> [String] in
      if let stack = stacks.first(where: { part.hasPrefix($0 + "_") }) { return [stack, String(part.dropFirst(stack.count + 1))] }
      if part == "kernel" || part == "embedding" { return ["weight"] }
      return [part.hasPrefix("layers_") ? String(part.dropFirst("layers_".count)) : part]
    }
    let axes: [Int]? = rank == 4 ? [3, 2, 0, 1] : rank == 2 && isLinear ? [1, 0] : nil
    return (parts.joined(separator: "."), axes)
  }

  // MARK: parts of names

  /// The parts of a name, without the wrappers in front and with numbers joined to the stack that they count.
  static func parts(of text: String) -> [String] {
    var parts: [String] = []
    for part in text.split(whereSeparator: { $0 == "." || $0 == "/" }).map(String.init) {
      if parts.isEmpty, leads.contains(part) { continue }
      if let last = parts.last, stacks.contains(last), part.allSatisfy(\.isNumber) {
        parts[parts.count - 1] = last + "_" + part
      } else {
        parts.append(part)
      }
    }
    return parts
  }

  /// The block of a fused `w12`, whose neighbour `w3` leads down.
  static func fusedBlock(_ text: String) -> String? {
    let parts = parts(of: text)
    guard parts.count > 2, parts.contains("w12") else { return nil }
    return parts[0]
  }

  /// Tables that a port computes and stores all the same: they are no parameters.
  static func isBuffer(_ text: String) -> Bool {
    parts(of: text).contains { buffers.contains($0) }
  }

  /// Where a module of the whole begins: wrappers of compilers, of parallel runs, of the authors' class.
  private static let leads: Set<String> = ["net", "module", "_orig_mod", "model"]
  private static let stacks: Set<String> = ["shared_blocks", "u_heads", "v_heads"]
  private static let buffers: Set<String> = ["freqs_cos", "freqs_sin", "inv_freq", "rope", "rotary_emb", "feat_rope"]
  /// Parts that stand between a module and its leaf without saying anything.
  private static let wrappers: Set<String> = ["_flax_linear", "_flax_embedding", "embedding_table", "embedding"]

  private static let layouts: [String: Layout] = [
    "kernel": .flax, "embedding": .flax, "scale": .flax, "bias": .flax, "weight": .torch,
  ]

  private static func tokens(_ name: String) -> String? {
    let old = [
      "cfg_start_cond_tokens": "t_min_tokens", "cfg_end_cond_tokens": "t_max_tokens", "time_cond_tokens": "time_tokens",
      "class_cond_tokens": "class_tokens", "kappa_cond_tokens": "omega_tokens",
    ]
    let now = old[name] ?? name
    return ["time_tokens", "class_tokens", "omega_tokens", "t_min_tokens", "t_max_tokens"].contains(now) ? now : nil
  }

  private static let embedders = [
    "h_embedder": "h_embedder", "omega_embedder": "omega_embedder", "k_embedder": "omega_embedder",
    "cfg_t_start_embedder": "cfg_t_start_embedder", "cfg_t_end_embedder": "cfg_t_end_embedder",
  ]
  private static let layers = ["0": "layers_0", "2": "layers_2", "layers_0": "layers_0", "layers_2": "layers_2"]
  private static let projections = [
    "q_proj": "q_proj", "k_proj": "k_proj", "v_proj": "v_proj", "out_proj": "out_proj", "q": "q_proj", "k": "k_proj",
    "v": "v_proj", "to_q": "q_proj", "to_k": "k_proj", "to_v": "v_proj", "to_out": "out_proj", "proj": "out_proj",
    "o_proj": "out_proj", "wq": "q_proj", "wk": "k_proj", "wv": "v_proj", "wo": "out_proj",
  ]
  private static let gates = [
    "w1": "w1", "w2": "w2", "w3": "w3", "gate_proj": "w1", "up_proj": "w3", "down_proj": "w2",
  ]
  private static let fusedGates: Set<String> = ["w12", "w13", "gate_up_proj"]
}
