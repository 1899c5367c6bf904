// Everything that a training run is: a value that one step turns into the next.

public import Tensor

/// A run between two steps.
public struct TrainingState: Sendable {
  public let settings: TrainingSettings
  public let objective: ObjectiveSettings
  public internal(set) var network: Network
  /// Moving averages of the parameters, one a decay, each in the parameters' order; and AdamW's moments.
  public internal(set) var averages: [[Tensor]]
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
      network: network, settings: settings, objective: objective, averages: settings.ema.map { _ in parameters }, mu: zeros, nu: zeros, step: 0,
      key: key)
  }

  /// A run in the middle, from a file.
  init(
    network: Network, settings: TrainingSettings, objective: ObjectiveSettings, averages: [[Tensor]], mu: [Tensor],
    nu: [Tensor], step: Int, updates: Int? = nil, key: RandomKey
  ) throws {
    self.settings = try settings.validated()
    self.objective = objective
    self.network = network
    self.averages = averages
    self.mu = mu
    self.nu = nu
    self.step = step
    self.updates = updates ?? step
    self.key = key
  }

  /// The network with averaged parameters: the one to sample from.
  public var emaNetwork: Network { network.with(ema) }

  /// The first average.
  public var ema: [Tensor] { averages[0] }
}

extension TrainingState {
  /// One step: the gradient, then AdamW and the moving averages. Tensors of the state that nobody else holds are
  /// overwritten: a run needs the memory of one state, not of two.
  ///
  /// - Parameters: as of `gradient`.
  /// - Throws: what the objective throws; the state is as it was then.
  public mutating func advance(_ x: Tensor, _ y: Tensor, draws: Draws? = nil) throws {
    try apply(gradient(x, y, draws: draws))
  }

  /// Makes the step that a gradient is of, whole or not at all.
  public mutating func apply(_ gradient: StepGradient) throws {
    let update = settings.update(at: updates)
    let gradients = try gradient.clipped(to: settings.clipNorm)
    try network.p.update { try update.apply(to: &$0, mu: &mu, nu: &nu, averages: &averages, gradients: gradients) }
    updates += 1
    record(gradient, rate: update.rate)
  }

  /// Goes on to the next step without an update: the batch and its random numbers are done with.
  public mutating func skip(_ gradient: StepGradient) { record(gradient, rate: settings.learningRate(at: updates)) }

  private mutating func record(_ gradient: StepGradient, rate: Double) {
    step += 1
    metrics = .init(
      loss: gradient.loss, lossU: gradient.lossU, lossV: gradient.lossV, gradientNorm: gradient.norm, learningRate: rate)
  }
}
