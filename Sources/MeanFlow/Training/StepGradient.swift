// The gradient of one step, before anything changes: of a whole batch, of a share of it, or summed over passes.

public import Tensor

/// What a step wants to do to the parameters, and what was measured on the way. All computed.
public struct StepGradient: Sendable {
  var gradients: [Tensor]
  var loss: Double
  var lossU: Double
  /// 0 for losses without a v-head.
  var lossV: Double
  /// L2 norm of the whole gradient.
  var norm: Double
  /// Seconds for which the step did nothing but wait for other ranks' gradients; nil where there are none.
  var waited: Double?

  /// A gradient whose norm is yet to be computed.
  init(gradients: [Tensor], loss: Double, lossU: Double, lossV: Double) throws {
    let norm = try TrainingState.norm(of: gradients)
    try self.init(gradients: gradients, loss: loss, lossU: lossU, lossV: lossV, norm: norm.item())
  }

  init(gradients: [Tensor], loss: Double, lossU: Double, lossV: Double, norm: Double) {
    (self.gradients, self.loss, self.lossU, self.lossV, self.norm) = (gradients, loss, lossU, lossV, norm)
  }

  /// Whether the step can be made at all.
  public var isFinite: Bool { loss.isFinite && norm.isFinite }
}

extension TrainingState {
  /// The gradient of the next step.
  ///
  /// - Parameters:
  ///   - x: images [B, H, W, C] in [-1, 1]; y: labels [B].
  ///   - draws: the step's random numbers for the whole batch; drawn from the state's key where not given.
  ///   - share: of which rows of the whole batch x and y are.
  /// - Throws: what the objective throws.
  public func gradient(_ x: Tensor, _ y: Tensor, draws: Draws? = nil, share: Share = .whole) throws -> StepGradient {
    var sum: StepGradient?
    try eachPass(x, y, draws, share) { pass, _ in
      let gradient = try pass.gradient()
      sum = try sum.map { try $0.adding(gradient) } ?? gradient
    }
    guard let sum else { throw ConfigurationError(field: "accumulate", reason: "cannot be \(settings.accumulate)") }
    return try sum.scaled(by: 1 / Double(settings.accumulate))
  }

  /// The same as a part of the mean over all ranks, which each of them adds; `finish` gives it.
  func gradient(_ x: Tensor, _ y: Tensor, draws: Draws?, share: Share, into mean: GradientMean) throws {
    try eachPass(x, y, draws, share) { try mean.add($0, part: $1, of: settings.accumulate) }
  }

  /// Builds the passes that a share of a batch is made in, one after the other.
  private func eachPass(_ x: Tensor, _ y: Tensor, _ draws: Draws?, _ share: Share, _ body: (TrainingPass, _ part: Int) throws -> Void) throws {
    let parts = settings.accumulate
    guard x.rank == 4, x.shape[0].isMultiple(of: parts), x.shape[0] > 0 else {
      throw ConfigurationError(
        field: "accumulate", reason: "is \(parts): a batch of \(x.shape.first ?? 0) does not come in so many equal parts",
        hint: "batches must be a multiple of it")
    }
    let whole = [x.shape[0] * share.count] + x.shape.dropFirst()
    let draws = try draws ?? Draws(key.folded(in: step), images: whole)
    for part in 0..<parts {
      let own = Share(index: part, count: parts)
      try body(pass(own.taken(of: x), own.taken(of: y), draws.part(share.part(part, of: parts), objective)), part)
    }
  }

  /// One pass forwards and backwards.
  private func pass(_ x: Tensor, _ y: Tensor, _ draws: Draws) throws -> TrainingPass {
    let (loss, parts, gradients) = try valueAndGrad(
      { [network, objective, settings] parameters -> (Tensor, (Tensor, Tensor)) in
        let net = network.with(parameters)
        switch settings.loss {
        case .imf:
          let result = try improvedMeanFlow(net, x, y, draws, objective)
          return (result.loss, (result.lossU, result.lossV))
        case .meanflow:
          let result = try meanFlow(net, x, y, draws, objective)
          return (result.loss, (result.lossU, Tensor(0)))
        case .flowMatching:
          let loss = try flowMatching(net, x, y, draws, objective)
          return (loss, (loss, Tensor(0)))
        }
      }, at: network.p.values)
    return TrainingPass(gradients: gradients, numbers: [loss, parts.0, parts.1])
  }

  fileprivate static func norm(of gradients: [Tensor]) throws -> Tensor {
    try sqrt(sumOfSquares(gradients))
  }
}

/// A pass forwards and backwards that is yet to be computed.
struct TrainingPass {
  let gradients: [Tensor]
  /// Loss, lossU and lossV, of float32.
  let numbers: [Tensor]

  fileprivate func gradient() throws -> StepGradient {
    let norm = try TrainingState.norm(of: gradients)
    try evaluate(gradients + numbers + [norm])
    return StepGradient(
      gradients: gradients, loss: try numbers[0].item(), lossU: try numbers[1].item(), lossV: try numbers[2].item(), norm: try norm.item())
  }
}

extension StepGradient {
  fileprivate func adding(_ other: StepGradient) throws -> StepGradient {
    var sum = self
    sum.gradients = try zip(gradients, other.gradients).map { try $0 + $1 }
    try evaluate(sum.gradients)
    sum.loss += other.loss
    sum.lossU += other.lossU
    sum.lossV += other.lossV
    return sum
  }

  fileprivate func scaled(by factor: Double) throws -> StepGradient {
    guard factor != 1 else { return self }
    var mean = self
    mean.gradients = try gradients.map { try $0 * factor }
    let norm = try TrainingState.norm(of: mean.gradients)
    try evaluate(mean.gradients + [norm])
    mean.norm = try norm.item()
    mean.loss *= factor
    mean.lossU *= factor
    mean.lossV *= factor
    return mean
  }

  /// Shortened to the longest norm allowed.
  func clipped(to longest: Double?) throws -> [Tensor] {
    guard let longest, norm > longest else { return gradients }
    return try gradients.map { try $0 * (longest / norm) }
  }
}
