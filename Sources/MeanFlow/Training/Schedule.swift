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

extension TrainingSettings {
  /// The update that the step makes, counted from 0.
  func update(at step: Int) -> AdamWStep {
    var update = AdamWStep(rate: learningRate(at: step), count: step + 1)
    (update.b1, update.b2, update.eps, update.weightDecay, update.averageDecays) = (b1, b2, eps, weightDecay, ema)
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
