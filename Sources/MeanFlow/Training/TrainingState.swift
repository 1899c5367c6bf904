// Everything that a training run is: a value that one step turns into the next.

public import Tensor

/// A run between two steps.
public struct TrainingState: Sendable {
  public let settings: TrainingSettings
  public let objective: ObjectiveSettings
  public internal(set) var network: Network
  /// Moving average of the parameters, in their order, and AdamW's moments.
  public internal(set) var ema: [Tensor]
  public internal(set) var mu: [Tensor]
  public internal(set) var nu: [Tensor]
  /// Steps made.
  public internal(set) var step: Int
  /// Updates that the optimiser has made, which its schedule and bias correction count: `step` in runs of ours; checkpoints
  /// of others may count apart.
  public internal(set) var updates: Int
  /// Each step draws from this key folded with the step's number, so that a resumed run draws the same.
  public let key: RandomKey
  /// What the last step measured; nil before the first.
  public internal(set) var metrics: Metrics?

  /// Numbers of one step.
  public struct Metrics: Sendable, Hashable {
    public var loss: Double
    public var lossU: Double
    public var lossV: Double
    /// L2 norm of the whole gradient.
    public var gradientNorm: Double
    public var learningRate: Double
  }

  /// A run that has not begun.
  public init(
    _ network: Network, _ settings: TrainingSettings = .init(), objective: ObjectiveSettings = .init(),
    key: RandomKey = RandomKey(seed: 42)
  ) throws {
    try network.requireTrainable()
    let parameters = network.p.values
    let zeros = try parameters.map { try Tensor.zeros($0.shape) }
    try self.init(
      network: network, settings: settings, objective: objective, ema: parameters, mu: zeros, nu: zeros, step: 0,
      key: key)
  }

  /// A run in the middle, from a file.
  init(
    network: Network, settings: TrainingSettings, objective: ObjectiveSettings, ema: [Tensor], mu: [Tensor],
    nu: [Tensor], step: Int, updates: Int? = nil, key: RandomKey
  ) throws {
    self.settings = try settings.validated()
    self.objective = objective
    self.network = network
    self.ema = ema
    self.mu = mu
    self.nu = nu
    self.step = step
    self.updates = updates ?? step
    self.key = key
  }

  /// The network with averaged parameters: the one to sample from.
  public var emaNetwork: Network { network.with(ema) }
}

extension TrainingState {
  /// One step of AdamW on the iMF objective, then of the moving average. Tensors of the state that nobody else holds are
  /// overwritten: a run needs the memory of one state, not of two.
  ///
  /// - Parameters:
  ///   - x: images [B, H, W, C] in [-1, 1]; y: labels [B].
  ///   - draws: the step's random numbers; drawn from the state's key where not given.
  /// - Throws: what the objective throws; the state is as it was then.
  public mutating func advance(_ x: Tensor, _ y: Tensor, draws: Draws? = nil) throws {
    let draws = try draws ?? Draws(key.folded(in: step), images: x.shape)
    let (loss, parts, gradients) = try valueAndGrad(
      { [network, objective] parameters -> (Tensor, (Tensor, Tensor)) in
        let result = try improvedMeanFlow(network.with(parameters), x, y, draws, objective)
        return (result.loss, (result.lossU, result.lossV))
      }, at: network.p.values)
    let norm = try sqrt(sum(stack(gradients.map { try sum(square($0)) })))
    try evaluate(gradients + [loss, parts.0, parts.1, norm])

    let update = settings.update(at: updates)
    try network.p.update { try update.apply(to: &$0, mu: &mu, nu: &nu, average: &ema, gradients: gradients) }
    step += 1
    updates += 1
    metrics = .init(
      loss: try loss.item(), lossU: try parts.0.item(), lossV: try parts.1.item(), gradientNorm: try norm.item(),
      learningRate: update.rate)
  }
}
