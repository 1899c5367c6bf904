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
    let parameters = network.p.values
    let zeros = try parameters.map { try Tensor.zeros($0.shape) }
    try self.init(
      network: network, settings: settings, objective: objective, ema: parameters, mu: zeros, nu: zeros, step: 0,
      key: key)
  }

  /// A run in the middle, from a file.
  init(
    network: Network, settings: TrainingSettings, objective: ObjectiveSettings, ema: [Tensor], mu: [Tensor],
    nu: [Tensor], step: Int, key: RandomKey
  ) throws {
    self.settings = try settings.validated()
    self.objective = objective
    self.network = network
    self.ema = ema
    self.mu = mu
    self.nu = nu
    self.step = step
    self.key = key
  }

  /// The network with averaged parameters: the one to sample from.
  public var emaNetwork: Network { network.with(ema) }
}

/// One step of AdamW on the iMF objective, then of the moving average. Computes everything in one walk.
///
/// - Parameters:
///   - x: images [B, H, W, C] in [-1, 1]; y: labels [B].
///   - draws: the step's random numbers; drawn from the state's key where not given.
public func trainStep(
  _ state: TrainingState, _ x: Tensor, _ y: Tensor, draws: Draws? = nil
) throws -> TrainingState {
  let draws = try draws ?? Draws(state.key.folded(in: state.step), images: x.shape)
  let (loss, parts, gradients) = try valueAndGrad(
    { parameters -> (Tensor, (Tensor, Tensor)) in
      let result = try improvedMeanFlow(state.network.with(parameters), x, y, draws, state.objective)
      return (result.loss, (result.lossU, result.lossV))
    }, at: state.network.p.values)

  let rate = state.settings.learningRate(at: state.step), decay = state.settings.ema
  var parameters: [Tensor] = [], ema: [Tensor] = [], mu: [Tensor] = [], nu: [Tensor] = []
  for (i, p) in state.network.p.values.enumerated() {
    let next = try adamW(
      p, gradient: gradients[i], mu: state.mu[i], nu: state.nu[i], count: state.step + 1, rate: rate, state.settings)
    parameters.append(next.p)
    mu.append(next.mu)
    nu.append(next.nu)
    ema.append(try state.ema[i] * decay + next.p * (1 - decay))
  }
  let squares = try gradients.map { try sum(square($0)) }
  let norm = try sqrt(sum(stack(squares)))
  try evaluate(parameters + ema + mu + nu + [loss, parts.0, parts.1, norm])

  var next = state
  next.network = state.network.with(parameters)
  (next.ema, next.mu, next.nu) = (ema, mu, nu)
  next.step += 1
  next.metrics = .init(
    loss: try loss.item(), lossU: try parts.0.item(), lossV: try parts.1.item(), gradientNorm: try norm.item(),
    learningRate: rate)
  return next
}
