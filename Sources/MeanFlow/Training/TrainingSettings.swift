// How a run learns: the optimiser's settings with the reference's defaults, and what guards a step.

/// What is minimised.
public enum LossKind: String, Sendable, CaseIterable {
  /// Improved MeanFlow, which this program is about.
  case imf
  /// The first MeanFlow and flow matching, for comparison.
  case meanflow
  case flowMatching = "flow_matching"
}

/// The optimiser's settings, with the reference's defaults.
public struct TrainingSettings: Sendable, Hashable {
  public var loss = LossKind.imf
  public var learningRate = 1e-4
  public var b1 = 0.9
  public var b2 = 0.95
  public var eps = 1e-8
  public var weightDecay = 0.0
  /// Decays of the parameters' moving averages; the first one's is sampled from.
  public var ema = [0.9999]
  public var schedule = Schedule.warmupConst
  public var warmupSteps = 0
  /// Needed by the schedules that decay.
  public var totalSteps: Int?
  /// Where a decay ends, as a share of the learning rate.
  public var minFactor = 0.0
  /// The longest gradient that is applied as it is; a longer one is shortened to it.
  public var clipNorm: Double?
  /// A batch goes through the network in so many parts; the update is that of the whole batch.
  public var accumulate = 1

  public init() {}

  /// Checks what the schedule needs.
  public func validated() throws -> TrainingSettings {
    func refuse(_ field: String, _ reason: String, _ hint: String? = nil) -> ConfigurationError {
      ConfigurationError(field: field, reason: reason, hint: hint)
    }
    guard learningRate >= 0, learningRate.isFinite else { throw refuse("lr", "cannot be \(learningRate)") }
    guard (0..<1).contains(b1) else { throw refuse("b1", "must be in 0 ..< 1, not \(b1)") }
    guard (0..<1).contains(b2) else { throw refuse("b2", "must be in 0 ..< 1, not \(b2)") }
    guard !ema.isEmpty else { throw refuse("ema", "is empty; one decay is needed at least") }
    if let odd = ema.first(where: { !(0...1).contains($0) }) { throw refuse("ema", "must be in 0 ... 1, not \(odd)") }
    guard eps >= 0, weightDecay >= 0 else { throw refuse("eps", "eps and weight_decay cannot be negative") }
    guard (0...1 << 50).contains(warmupSteps) else { throw refuse("warmup_steps", "cannot be \(warmupSteps)") }
    if let clipNorm, !(clipNorm > 0) { throw refuse("clip_norm", "must be above 0, not \(clipNorm)", "none clips nothing") }
    guard accumulate >= 1 else { throw refuse("accumulate", "must be at least 1, not \(accumulate)") }
    switch schedule {
    case .warmupConst: break
    case .warmupCosine, .cosine:
      guard let totalSteps else { throw refuse("total_steps", "is missing: the schedule \"\(schedule.rawValue)\" needs it") }
      guard (0...1 << 50).contains(totalSteps) else { throw refuse("total_steps", "cannot be \(totalSteps)") }
      let decay = totalSteps - (schedule == .cosine ? 1 : 2) * warmupSteps
      guard decay > 0 else {
        throw refuse(
          "warmup_steps", "\(warmupSteps) leaves no step of \(totalSteps) for the decay", "shorten the warm-up")
      }
    }
    return self
  }
}
