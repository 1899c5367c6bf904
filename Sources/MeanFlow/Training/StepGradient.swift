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
    let parts = settings.accumulate
    guard x.rank == 4, x.shape[0].isMultiple(of: parts), x.shape[0] > 0 else {
      throw ConfigurationError(
        field: "accumulate", reason: "is \(parts): a batch of \(x.shape.first ?? 0) does not come in so many equal parts",
        hint: "batches must be a multiple of it")
    }
    let whole = [x.shape[0] * share.count] + x.shape.dropFirst()
    let draws = try draws ?? Draws(key.folded(in: step), images: whole)
    var sum: StepGradient?
    for part in 0..<parts {
      let own = Share(index: part, count: parts)
      let pass = try gradient(own.taken(of: x), own.taken(of: y), draws.part(share.part(part, of: parts), objective))
      sum = try sum.map { try $0.adding(pass) } ?? pass
    }
    guard let sum else { throw ConfigurationError(field: "accumulate", reason: "cannot be \(parts)") }
    return try sum.scaled(by: 1 / Double(parts))
  }

  /// One pass forwards and backwards.
  private func gradient(_ x: Tensor, _ y: Tensor, _ draws: Draws) throws -> StepGradient {
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
    let norm = try Self.norm(of: gradients)
    try evaluate(gradients + [loss, parts.0, parts.1, norm])
    return StepGradient(
      gradients: gradients, loss: try loss.item(), lossU: try parts.0.item(), lossV: try parts.1.item(), norm: try norm.item())
  }

  fileprivate static func norm(of gradients: [Tensor]) throws -> Tensor {
    try sqrt(sum(stack(gradients.map { try sum(square($0)) })))
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
