// Learning rates by step.

import Glibc
import Tensor

/// How the learning rate runs over the steps; all start with a linear warm-up from 0.
public enum Schedule: String, Sendable, CaseIterable {
  /// Warm-up, then constant: the reference's default.
  case warmupConst = "warmup_const"
  /// The reference's cosine: its decay is counted inside total - warm-up, so it ends `warmup` steps early.
  case warmupCosine = "warmup_cosine"
  /// Warm-up, then a cosine that reaches its end at the last step.
  case cosine
}

/// The optimiser's settings, with the reference's defaults.
public struct TrainingSettings: Sendable, Hashable {
  public var learningRate = 1e-4
  public var b1 = 0.9
  public var b2 = 0.95
  public var eps = 1e-8
  public var weightDecay = 0.0
  /// Decay of the parameters' moving average.
  public var ema = 0.9999
  public var schedule = Schedule.warmupConst
  public var warmupSteps = 0
  /// Needed by the schedules that decay.
  public var totalSteps: Int?
  /// Where a decay ends, as a share of the learning rate.
  public var minFactor = 0.0

  public init() {}

  /// Checks what the schedule needs.
  public func validated() throws -> TrainingSettings {
    func refuse(_ field: String, _ reason: String, _ hint: String? = nil) -> ConfigurationError {
      ConfigurationError(field: field, reason: reason, hint: hint)
    }
    guard learningRate >= 0, learningRate.isFinite else { throw refuse("lr", "cannot be \(learningRate)") }
    guard (0..<1).contains(b1) else { throw refuse("b1", "must be in 0 ..< 1, not \(b1)") }
    guard (0..<1).contains(b2) else { throw refuse("b2", "must be in 0 ..< 1, not \(b2)") }
    guard (0...1).contains(ema) else { throw refuse("ema", "must be in 0 ... 1, not \(ema)") }
    guard eps >= 0, weightDecay >= 0 else { throw refuse("eps", "eps and weight_decay cannot be negative") }
    guard warmupSteps >= 0 else { throw refuse("warmup_steps", "cannot be \(warmupSteps)") }
    switch schedule {
    case .warmupConst: break
    case .warmupCosine, .cosine:
      guard let totalSteps else { throw refuse("total_steps", "is missing: the schedule \"\(schedule.rawValue)\" needs it") }
      let decay = totalSteps - (schedule == .cosine ? 1 : 2) * warmupSteps
      guard decay > 0 else {
        throw refuse(
          "warmup_steps", "\(warmupSteps) leaves no step of \(totalSteps) for the decay", "shorten the warm-up")
      }
    }
    return self
  }

  /// The update that the step makes, counted from 0.
  func update(at step: Int) -> AdamWStep {
    var update = AdamWStep(rate: learningRate(at: step), count: step + 1)
    (update.b1, update.b2, update.eps, update.weightDecay, update.averageDecay) = (b1, b2, eps, weightDecay, ema)
    return update
  }

  /// The learning rate of a step, counted from 0.
  public func learningRate(at step: Int) -> Double {
    let warm = warmupSteps > 0 ? min(1, Double(step) / Double(warmupSteps)) : 1
    if warm < 1 || schedule == .warmupConst { return learningRate * warm }
    let total = (totalSteps ?? step + 1) - (schedule == .cosine ? 1 : 2) * warmupSteps
    let done = min(1, Double(step - warmupSteps) / Double(max(1, total)))
    return learningRate * ((1 - minFactor) * 0.5 * (1 + Glibc.cos(.pi * done)) + minFactor)
  }
}
