// Training: a state, one step, many steps.

import Formats
import Lang
import MeanFlow
import Tensor

extension Library {
  static let training = Library("Training", [
    Builtin(
      "train_state(m, seed = 42, checkpoint = none, **settings)",
      "a run that has not begun, or that a loaded training checkpoint of the authors goes on with: AdamW, schedule, EMA and objective settings by name",
      example: "train_state(imf({input_size: 4, in_channels: 1, hidden_size: 8, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 2}), lr = 1e-3).step"
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
      "one step of AdamW and EMA on images x with labels y; the new state knows loss, loss_u, loss_v, lr, step, model, ema",
      example: "train_step(train_state(imf({input_size: 4, in_channels: 1, hidden_size: 8, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 2})), zeros([2, 4, 4, 1]), [0, 1]).step",
      usesUpFirst: true
    ) { call in
      try call.advancing("state") { state in
        let x = try imageValues(call.tensor("x"))
        let y = try state.network.configuration.checkedLabels(call.tensor("y"))
        guard x.rank > 0 else { throw call.error(.shape, "`x` is \(x); expected images [B, H, W, C]", argument: "x") }
        let draws = call["draws"].isNone ? nil : try call.draws("draws", key: state.key.folded(in: state.step), images: x.shape)
        try state.advance(x, y, draws: draws)
      }
    },
    Builtin(
      "train(state, x, y, steps, size = 128, seed = 0, each = none, every = 0)",
      "many steps on shuffled batches with progress; each(state) is called every so many steps",
      example: "train(train_state(imf({input_size: 4, in_channels: 1, hidden_size: 8, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 2})), zeros([4, 4, 4, 1]), [0, 1, 0, 1], steps = 2, size = 2).step",
      usesUpFirst: true
    ) { call in
      try call.advancing("state") { state in try call.train(&state) }
    },
    Builtin("resume(path)", "a training state from a file that `save` wrote", example: "try resume(\"missing.safetensors\") catch err { err.kind }") { call in
      .object(TrainingRun(state: try TrainingState(contentsOf: call.string("path"))))
    },
  ])
}

extension Call {
  /// A state turned into a later one. Where the caller handed it over (`state = train(state, ...)`) its tensors are
  /// overwritten, and a failed call leaves the steps that were finished.
  fileprivate func advancing(_ name: String, _ body: (inout TrainingState) throws -> Void) throws -> Value {
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

  fileprivate func train(_ state: inout TrainingState) throws {
    let y = try state.network.configuration.checkedLabels(tensor("y"))
    let total = try integer("steps", in: 0...Int.max)
    let every = try integer("every", in: 0...Int.max)
    // A state that has steps behind it goes on where it stopped, in the order of the same seed.
    let batches = try Batches(
      images: tensor("x"), labels: y, size: integer("size", in: 1...Int.max), steps: state.step + total, seed: integer("seed"))
    let walk = batches.walk(from: state.step)
    let progress = Progress("train", total: total)
    defer { progress.finish() }
    var done = 0
    while let batch = try walk.next() {
      try state.advance(batch.x, batch.y ?? y)
      done += 1
      if let m = state.metrics {
        guard m.loss.isFinite, m.gradientNorm.isFinite else {
          throw error(
            .value, "the loss is \(m.loss) at step \(state.step)", hint: "a smaller learning rate or a longer warm-up")
        }
        progress.update(done, ["loss_u": m.lossU, "loss_v": m.lossV, "grad": m.gradientNorm, "lr": m.learningRate])
      }
      if every > 0, done % every == 0, !self["each"].isNone {
        _ = try apply(function("each"), [.object(TrainingRun(state: state))])
      }
    }
  }
}
