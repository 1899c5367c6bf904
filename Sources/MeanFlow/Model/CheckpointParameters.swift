// The parameters in a loaded checkpoint: which of its trees they are, under our names and in our layout.

public import OrderedCollections
public import Tensor

/// Parameters out of a checkpoint, whoever wrote it.
public struct CheckpointParameters: Sendable {
  /// Under our names where they are known, under the checkpoint's where not: `Configuration.checked` lists those.
  public let parameters: Parameters
  /// Which part of the checkpoint they are, `ema_params` for one; nil where it holds nothing else.
  public let tree: String?

  /// Whether there are blocks of the v head. Without them a network can sample, not train.
  public var hasVelocityBlocks: Bool { parameters.names.contains { $0.hasPrefix("net/v_heads_") } }

  /// Whether any name is one that we know.
  public var isRecognised: Bool { parameters.names.contains { $0.hasPrefix("net/") } }

  /// Trees in the order in which they are wanted: averages are what one samples from.
  private static let trees = ["ema_params", "ema", "ema_model", "model_ema", "params", "model_state_dict", "state_dict", "model", "module"]

  /// - Parameters:
  ///   - tensors: the checkpoint's, their paths joined by `/`; names of torch keep the dots in them.
  ///   - tree: the only tree that will do; nil for the best there is.
  /// - Throws: `ParameterError` where two names of the checkpoint mean the same parameter.
  public init(_ tensors: OrderedDictionary<String, Tensor>, tree wanted: String? = nil) throws {
    var own = tensors
    var chosen: String?
    for tree in wanted.map({ [$0] }) ?? Self.trees {
      let inside = Self.tensors(of: tree, in: own)
      if wanted == nil, inside.isEmpty || !inside.keys.contains(where: { ParameterName($0) != nil }) { continue }
      // A state dict whose names all begin with `model.` is that of a class with one member, no tree among others.
      if inside.count == own.count, tree == "model" || tree == "module" { break }
      own = inside
      chosen = tree
      break
    }
    tree = chosen
    parameters = Parameters(try Self.renamed(own))
  }

  /// The tensors below a name, under what follows it.
  static func tensors(of tree: String, in tensors: OrderedDictionary<String, Tensor>) -> OrderedDictionary<String, Tensor> {
    var inside = OrderedDictionary<String, Tensor>()
    for (name, tensor) in tensors where name.hasPrefix(tree) {
      let rest = name.dropFirst(tree.count)
      if rest.first == "/" || rest.first == "." { inside[String(rest.dropFirst())] = tensor }
    }
    return inside
  }

  /// The same tensors under our names, in our layout.
  static func renamed(_ tensors: OrderedDictionary<String, Tensor>) throws -> OrderedDictionary<String, Tensor> {
    let down = Set(tensors.keys.compactMap { ParameterName.fusedBlock($0) })
    var ours = OrderedDictionary<String, Tensor>()
    var error = ParameterError()
    func add(_ name: String, _ tensor: Tensor, _ given: String) {
      if ours.updateValue(tensor, forKey: name) != nil { error.extra.append("\(given) (\(name) once more)") }
    }
    for (given, tensor) in tensors {
      guard let name = ParameterName(given, fused: down) else {
        if !ParameterName.isBuffer(given) { add(given, tensor, given) }
        continue
      }
      let kernel = name.layout == .torch ? try flaxLayout(tensor, name.name) : tensor
      guard let fusion = name.fusion else {
        add(name.name, kernel, given)
        continue
      }
      // A matrix that cannot be cut evenly is left whole, to be reported by its name.
      let count = fusion.parts.count
      guard kernel.rank == 2, kernel.shape[1] % count == 0 else {
        add(given, tensor, given)
        continue
      }
      let width = kernel.shape[1] / count
      let pieces = try kernel.split(sizes: [Int](repeating: width, count: count), axis: 1)
      for (part, piece) in zip(fusion.parts, pieces) { add("\(name.name)/\(part)/_flax_linear/kernel", try owned(piece), given) }
    }
    guard error.extra.isEmpty else { throw error }
    return ours
  }

  /// torch's (out, in) as (in, out), OIHW as HWIO. Embeddings and norms lie alike in both.
  private static func flaxLayout(_ tensor: Tensor, _ name: String) throws -> Tensor {
    guard !name.hasSuffix("/embedding") else { return tensor }
    switch tensor.rank {
    case 2: return try owned(tensor.transposed())
    case 4: return try owned(tensor.permuted([2, 3, 1, 0]))
    default: return tensor
    }
  }

  /// A view as memory of its own: parameters are read thousands of times.
  private static func owned(_ view: Tensor) throws -> Tensor {
    try view.withBytes { try Tensor(bytes: $0, shape: view.shape, dtype: view.dtype) }
  }
}
