// Training: a state and one step. Runs.swift has many.

import Formats
import Lang
import MeanFlow
import Tensor

extension Library {
  static let training = Library("Training", [
    Builtin(
      "train_state(m, seed = 42, checkpoint = none, **settings)",
      """
      a training run before its first step: a network with optimiser, averages and settings

      Nothing changes in place: `train_step` and `train` give the next state, and `state = train_step(state, ...)` reuses
      its memory. Settings by name, those of `imf_loss` besides:

      - `loss = "imf"`, or "meanflow" or "flow_matching", the earlier objectives, for comparison
      - AdamW: `lr = 1e-4`, `b1 = 0.9`, `b2 = 0.95`, `eps = 1e-8`, `weight_decay = 0`
      - `ema = 0.9999`: decay of the parameters' moving average, which is what to sample from; 0.99 for runs of 1000 steps. A list
        of decays keeps as many averages; the first is sampled from
      - `schedule = "warmup_const"`, or "cosine", or "warmup_cosine", the reference's, which ends early; the last two need `total_steps`
      - `warmup_steps = 0`: lr grows to its value over so many steps
      - `min_factor = 0`: where a cosine ends, as a share of lr
      - `clip_norm = none`: a gradient longer than this is shortened to it
      - `accumulate = 1`: a batch goes through in so many parts, for less memory; the step is that of the whole batch

      `checkpoint` is what `load` gave for a training checkpoint of the authors: the run goes on at its step. Fields of a
      state: step, loss, loss_u, loss_v, grad_norm, lr, model, ema (the averaged model), emas, params, ema_params, settings, objective.
      """,
      given: tinyModel, example: "train_state(m, lr = 1e-3).step",
      fails: [
        .argument("train_state(m, learning_rate = 1e-3)", "train_state: there is no setting `learning_rate`"),
        .argument("train_state(m, schedule = \"linear\")", "train_state: `schedule` cannot be \"linear\"; expected \"warmup_const\", \"warmup_cosine\", \"cosine\""),
        .argument("train_state(m, schedule = \"cosine\")", "`total_steps` is missing: the schedule \"cosine\" needs it"),
        .type("train_state(\"B/2\")", "train_state: `m` is a string; expected a model"),
      ],
      options: TrainingSettings.settingOptions.merging(ObjectiveSettings.settingOptions) { $1 },
      see: ["train", "train_step", "resume", "imf"]
    ) { call in
      var settings = TrainingSettings()
      var objective = ObjectiveSettings()
      let ours = Set(ObjectiveSettings.settingNames)
      try call.apply(call.settings.filter { ours.contains($0.key) }, to: &objective)
      let rest = call.settings.filter { !ours.contains($0.key) }
      for (name, _) in rest where !TrainingSettings.settingNames.contains(name) {
        let known = TrainingSettings.settingNames + ObjectiveSettings.settingNames
        throw call.error(
          .argument, "there is no setting `\(name)`",
          hint: nearestName(to: name, among: known).map { "did you mean `\($0)`?" } ?? "settings are \(known.joined(separator: ", "))")
      }
      try call.apply(rest, to: &settings)
      let network = try call.network("m")
      let key = RandomKey(seed: try call.integer("seed"))
      let state =
        try call["checkpoint"].isNone
        ? TrainingState(network, settings, objective: objective, key: key)
        : TrainingState(network, checkpoint: call.checkpoint("checkpoint").tensors, settings, objective: objective, key: key)
      return .object(TrainingRun(state: state))
    },
    Builtin(
      "train_step(state, x, y, draws = none)",
      """
      one step of AdamW and EMA on images x with labels y; the new state knows loss, loss_u, loss_v, lr, step, model, ema

      x is [B, H, W, C], bytes or numbers in [-1, 1]. The random numbers belong to the state's seed and step, so a run that
      is resumed is the run that was not interrupted; `draws` replaces some of them, as for `imf_loss`.
      """,
      given: tinyModel, example: "train_step(train_state(m), zeros([2, 4, 4, 1]), [0, 1]).step",
      fails: [
        .type("train_step(m, zeros([2, 4, 4, 1]), [0, 1])", "train_step: `state` is a model; expected a training state"),
        .value("train_step(train_state(m), zeros([2, 4, 4, 1]), [0, 2])", "the label 2 is out of range: the model has the classes 0 to 1"),
        .shape("train_step(train_state(m), zeros([2, 1, 4, 4]), [0, 1])", "train_step: the network takes images [B, 4, 4, 1], not [B, 1, 4, 4]"),
      ],
      see: ["train", "train_state", "batches", "imf_loss"], usesUpFirst: true
    ) { call in
      try call.advancing("state") { state in
        let x = try call.images("x")
        let y = try state.network.configuration.checkedLabels(call.tensor("y"))
        let draws = call["draws"].isNone ? nil : try call.draws("draws", key: state.key.folded(in: state.step), images: x.shape)
        try state.advance(x, y, draws: draws)
      }
    },
  ])
}

extension Call {
  /// A state turned into a later one. Where the caller handed it over (`state = train(state, ...)`) its tensors are
  /// overwritten, and a failed call leaves the steps that were finished.
  func advancing(_ name: String, _ body: (inout TrainingState) throws -> Void) throws -> Value {
    var state = try object(name, TrainingRun.self, as: "a training state").state
    _ = take(name)
    do {
      try body(&state)
    } catch {
      giveBack(name, .object(TrainingRun(state: state)))
      throw error
    }
    return .object(TrainingRun(state: state))
  }
}
