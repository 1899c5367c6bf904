// What a run does beside its steps, and when. 0 stands for never; epochs and steps are counted from the run's begin.

/// What happens when a step's loss or gradient is no number.
public enum BadStepPolicy: String, Sendable, CaseIterable {
  /// The run ends before that step.
  case stop
  /// The step makes no update.
  case skip
}

/// Logs, checkpoints, previews and guards of a run.
public struct RunSettings: Sendable, Hashable {
  public var logPerStep = 100
  public var checkpointPerEpoch = 0
  public var checkpointPerStep = 0
  /// Besides: never lose more than so many minutes of work.
  public var checkpointMinutes = 10.0
  /// How many checkpoints stay, the latest ones.
  public var keep = 3
  public var samplePerEpoch = 0
  public var samplePerStep = 0
  /// How many samples, and how they are drawn.
  public var samples = 40
  public var numSteps = 1
  public var omega = 1.0
  public var tMin = 0.0
  public var tMax = 1.0
  public var judgePerEpoch = 0
  public var judgePerStep = 0
  public var onNaN = BadStepPolicy.stop

  public init() {}

  public func validated() throws -> RunSettings {
    let counts = [
      ("log_per_step", logPerStep), ("checkpoint_per_epoch", checkpointPerEpoch), ("checkpoint_per_step", checkpointPerStep),
      ("sample_per_epoch", samplePerEpoch), ("sample_per_step", samplePerStep), ("judge_per_epoch", judgePerEpoch),
      ("judge_per_step", judgePerStep),
    ]
    for (name, count) in counts where !(0...1 << 30).contains(count) {
      throw ConfigurationError(field: name, reason: "cannot be \(count)", hint: "0 stands for never")
    }
    guard keep >= 1 else { throw ConfigurationError(field: "keep", reason: "must be at least 1, not \(keep)") }
    guard (1...1024).contains(samples) else { throw ConfigurationError(field: "samples", reason: "must be from 1 to 1024, not \(samples)") }
    guard checkpointMinutes >= 0 else {
      throw ConfigurationError(field: "checkpoint_minutes", reason: "cannot be \(checkpointMinutes)", hint: "0 stands for never")
    }
    guard numSteps >= 1 else { throw ConfigurationError(field: "num_steps", reason: "must be at least 1, not \(numSteps)") }
    guard omega > 0 else { throw ConfigurationError(field: "omega", reason: "must be above 0, not \(omega)") }
    return self
  }

  var sampling: SamplingSettings { SamplingSettings(steps: numSteps, omega: omega, tMin: tMin, tMax: tMax) }
}
