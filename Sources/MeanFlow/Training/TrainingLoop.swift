// Many steps: the batches of a data set one after the other, and what happens between them. The loop knows when;
// what is shown, and how, its hooks know.

public import Formats
public import Tensor

/// What happens between the steps, outside the method.
public struct TrainingHooks {
  /// After every step, with how many this loop made.
  public var stepped: (TrainingState, Int) throws -> Void = { _, _ in }
  /// Measures a state; nil: nothing to measure by.
  public var judge: ((TrainingState) throws -> [(name: String, value: Double)])?
  /// Samples as a picture; nil where they have none.
  public var preview: (Tensor) throws -> Raster? = { _ in nil }
  /// A line for whoever watches.
  public var note: (String) -> Void = { _ in }

  public init() {}
}

/// Why a loop ended without an error.
public enum TrainingEnd: Sendable {
  case done
  /// Somebody wished it (`Interrupt`); the last step is whole, and in the folder where there is one.
  case asked
}

/// The random numbers of the step after a state, for a whole batch of images [B, H, W, C].
public typealias DrawSource = (TrainingState, _ images: [Int]) throws -> Draws

/// A loop of training steps.
public struct TrainingLoop {
  private let batches: Batches
  private let settings: RunSettings
  private let folder: RunFolder?
  private let hooks: TrainingHooks
  private let ranks: Ranks?
  private let draws: DrawSource?
  /// So many steps without an update in a row are no accident.
  private static let mostSkipped = 20

  /// - Parameters:
  ///   - batches: up to the last step, counted from the run's begin.
  ///   - folder: for checkpoints, logs and previews; nil keeps nothing.
  ///   - ranks: the processes that share the batches; the first of them has the folder and the hooks.
  ///   - draws: the random numbers of each step; nil draws them from the state's key.
  public init(
    _ batches: Batches, _ settings: RunSettings = .init(), folder: RunFolder? = nil, hooks: TrainingHooks = .init(), ranks: Ranks? = nil,
    draws: DrawSource? = nil
  ) throws {
    self.batches = batches
    self.settings = try settings.validated()
    self.folder = folder
    self.hooks = hooks
    self.ranks = ranks
    self.draws = draws
    if let ranks, !batches.size.isMultiple(of: ranks.count) {
      throw ConfigurationError(field: "size", reason: "is \(batches.size), which \(ranks.count) processes cannot share", hint: "it must be a multiple of \(ranks.count)")
    }
  }

  /// Makes the steps that are missing.
  ///
  /// - Throws: what a step or a hook throws; the state then holds the steps that were finished.
  public func run(_ state: inout TrainingState) throws -> TrainingEnd {
    try folder?.admit(state)
    let log = try folder.map { try RunLog($0, from: state.step) }
    let share = ranks?.share ?? .whole
    let walk = batches.walk(from: state.step, share: share)
    var clock = Clock(step: state.step)
    let first = state.step
    var skipped = 0
    while let batch = try walk.next() {
      let configuration = state.network.configuration
      let y = try batch.y.map { try configuration.checkedLabels($0) } ?? configuration.nullLabels(batch.x.shape[0])
      let (gradient, isWished) = try nextGradient(state, batch.x, y)
      if gradient.isFinite {
        try state.apply(gradient)
        skipped = 0
      } else {
        skipped += 1
        try refuse(&state, gradient, batch.x, y, skipped, log)
      }
      try after(state, gradient, log, &clock)
      try hooks.stepped(state, state.step - first)
      // Alone, a wish that came since is as good.
      if isWished || (ranks == nil && Interrupt.takeWish()) {
        try checkpoint(state, log, &clock)
        return .asked
      }
    }
    if state.step > first { try checkpoint(state, log, &clock) }
    return .done
  }

  /// The step's gradient, of all ranks where there are others, and whether anybody wishes to end after it: all ranks end at
  /// the same step, or one would wait for the others.
  private func nextGradient(_ state: TrainingState, _ x: Tensor, _ y: Tensor) throws -> (StepGradient, wish: Bool) {
    let draws = try draws.map { try $0(state, [x.shape[0] * (ranks?.count ?? 1)] + x.shape.dropFirst()) }
    guard let ranks else { return (try state.gradient(x, y, draws: draws), Interrupt.takeWish()) }
    let mean = try GradientMean(of: state.network, over: ranks)
    try state.gradient(x, y, draws: draws, share: ranks.share, into: mean)
    return try mean.finish(wish: Interrupt.takeWish())
  }

  // MARK: between steps

  private func isDue(_ step: Int, everyStep: Int, everyEpoch: Int = 0) -> Bool {
    (everyStep > 0 && step.isMultiple(of: everyStep)) || (everyEpoch > 0 && step.isMultiple(of: everyEpoch * batches.perEpoch))
  }

  private func after(_ state: TrainingState, _ gradient: StepGradient, _ log: RunLog?, _ clock: inout Clock) throws {
    let step = state.step
    if isDue(step, everyStep: settings.logPerStep), let m = state.metrics {
      let rate = clock.rate(at: step)
      try log?.append(
        [
          ("epoch", Double(step) / Double(batches.perEpoch)), ("loss", m.loss), ("loss_u", m.lossU), ("loss_v", m.lossV),
          ("grad_norm", m.gradientNorm), ("lr", m.learningRate), ("steps_per_second", rate),
        ] + (gradient.waited.map { [("seconds_waiting", $0)] } ?? []), step: step)
    }
    if isDue(step, everyStep: settings.samplePerStep, everyEpoch: settings.samplePerEpoch) { try preview(state, log) }
    if let judge = hooks.judge, isDue(step, everyStep: settings.judgePerStep, everyEpoch: settings.judgePerEpoch) {
      let found = try judge(state)
      try log?.append(found, step: step, group: "judge")
      hooks.note("step \(step): " + found.map { "\($0.name) \($0.value)" }.joined(separator: ", "))
    }
    let isLate = settings.checkpointMinutes > 0 && clock.secondsSinceCheckpoint > 60 * settings.checkpointMinutes
    if isLate || isDue(step, everyStep: settings.checkpointPerStep, everyEpoch: settings.checkpointPerEpoch) {
      try checkpoint(state, log, &clock)
    }
  }

  private func checkpoint(_ state: TrainingState, _ log: RunLog?, _ clock: inout Clock) throws {
    guard let folder, clock.checkpointStep != state.step else { return }
    try folder.save(state, keep: settings.keep)
    clock.tookCheckpoint(at: state.step)
    try log?.append("checkpoint", step: state.step)
  }

  /// Samples of the averaged network, always from the same noise, so that pictures of one run compare.
  private func preview(_ state: TrainingState, _ log: RunLog?) throws {
    let net = state.emaNetwork
    let start = try samplingStart(net, n: settings.samples)
    let labels = try batches.data.isLabelled ? start.labels : net.configuration.nullLabels(settings.samples)
    guard let picture = try hooks.preview(sample(net, noise: start.noise, labels: labels, settings.sampling)) else { return }
    try folder?.save(picture, step: state.step)
    try log?.append(picture, step: state.step)
  }

  /// A step whose loss or gradient is no number changes nothing: the run ends before it, or passes over it.
  private func refuse(
    _ state: inout TrainingState, _ gradient: StepGradient, _ x: Tensor, _ y: Tensor, _ skipped: Int, _ log: RunLog?
  ) throws {
    let step = state.step + 1
    let what = "the loss is \(gradient.loss) and the gradient's norm \(gradient.norm) at step \(step)"
    let file = try folder?.save(bad: state, x: x, y: y, keep: settings.keep)
    try log?.append("bad step", step: step, what)
    let kept = file.map { "; the state before it and its batch are in \($0)" } ?? ""
    guard settings.onNaN == .skip, skipped < Self.mostSkipped else {
      throw ConfigurationError(
        field: nil, reason: what + (skipped > 1 ? ", \(skipped) steps in a row" : "") + kept,
        hint: "a smaller learning rate, a longer warm-up or clip_norm; on_nan = \"skip\" passes over such steps")
    }
    hooks.note(what + ": passed over" + kept)
    state.skip(gradient)
  }

  /// Seconds, and what was done when.
  private struct Clock {
    private var logged: (step: Int, time: Double)
    private(set) var checkpointStep: Int?
    private var checkpointTime: Double

    init(step: Int) {
      let now = MonotonicClock.seconds
      logged = (step, now)
      checkpointTime = now
    }

    /// Steps a second since the last question.
    mutating func rate(at step: Int) -> Double {
      let now = MonotonicClock.seconds
      defer { logged = (step, now) }
      return Double(step - logged.step) / max(now - logged.time, 1e-9)
    }

    var secondsSinceCheckpoint: Double { MonotonicClock.seconds - checkpointTime }

    mutating func tookCheckpoint(at step: Int) {
      checkpointStep = step
      checkpointTime = MonotonicClock.seconds
    }
  }
}
