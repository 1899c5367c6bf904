// Runs: many steps with all that happens between them, and what a run left behind.

import Formats
import Foundation
import Lang
import MeanFlow
import OrderedCollections
import Tensor

extension Library {
  static let runs = Library("Runs", [
    Builtin(
      """
      train(state, x, y = none, steps = none, until = none, epochs = none, size = 128, seed = 0, shuffle = true, run = none, each = none, every = 0, \
      judge = none, decode = none, draws = none, config = none, **settings)
      """,
      """
      many steps on shuffled batches, with progress, checkpoints, logs and previews; the state after the last

      x holds all images [N, H, W, C] and y their classes; or x is a record of `images` and `labels`, or a data set. Without
      labels every image is of no class. `size` is the batch. How far: `steps` more, or `until` this step, or `epochs` walks
      through the data, both counted from the run's begin. A state that has steps behind it goes on where it stopped, in the
      order of the same seed, to the bit as if it had not. `shuffle = false` takes the images as they lie.

      `run = "folder"` keeps the run there: checkpoints, a log, TensorBoard's events, previews; `resume("folder")` goes on after
      whatever happened. Two runs cannot write one folder. Settings by name, 0 stands for never:

      - `log_per_step = 100`
      - `checkpoint_per_epoch = 0`, `checkpoint_per_step = 0`, `checkpoint_minutes = 10`, one at the end besides; `keep = 3` of them
      - `sample_per_epoch = 0`, `sample_per_step = 0`: previews of `samples = 40` images with the averaged network, drawn with
        `num_steps = 1`, `omega = 1`, `t_min = 0`, `t_max = 1`; `decode` is a function from samples to images
      - `judge_per_epoch = 0`, `judge_per_step = 0`: `judge` is a function of the state that gives a record of numbers for the log
      - `on_nan = "stop"`, or "skip": what to do where a loss is no number; state and batch of such a step are kept

      `each` is a function of the state, called after every `every` steps. `draws` is a function of how many steps were made that
      gives random numbers of the next one, for the whole batch, as `train_step` takes them; others are drawn as ever. The first Ctrl-C ends the step under way and gives
      the state; a second within a second stops at once. A script ends there, with a checkpoint written; so does `kill`.
      """,
      given: tinyModel, example: "train(train_state(m), zeros([4, 4, 4, 1]), [0, 1, 0, 1], steps = 2, size = 2).step",
      fails: [
        .argument("train(train_state(m), zeros([4, 4, 4, 1]), [0, 1, 0, 1])", "train: how many steps? `steps`, `until` or `epochs` says it"),
        .argument("train(train_state(m), zeros([4, 4, 4, 1]), [0, 1, 0, 1], steps = 2)", "`size` is 128; expected 1 to 4, as many as there are images"),
        .argument("train(train_state(m), zeros([4, 4, 4, 1]), [0, 1], steps = 2, size = 2)", "`y` is float32[2]; expected 4 labels, one an image"),
        .argument("train(train_state(m), zeros([4, 4, 4, 1]), steps = 2, size = 2, log_every = 5)", "train: there is no setting `log_every`"),
        .type("train(train_state(m), zeros([4, 4, 4, 1]), steps = 2, size = 2, draws = i -> i)", "train: `draws` gave a number; expected a record of draws"),
        .shape("train(train_state(m), zeros([4, 8, 8, 3]), steps = 2, size = 2)", "train: the data are images [8, 8, 3], the network takes [4, 4, 1]"),
      ],
      see: ["train_state", "train_step", "resume", "history", "sample"], usesUpFirst: true
    ) { call in
      try call.advancing("state") { state in try call.train(&state) }
    },
    Builtin(
      "resume(path, fresh = none)",
      """
      a training state from a file that `save` wrote, or the latest of a run's folder

      The run goes on bit for bit; a model's file is read by `load` instead. Where the folder holds no checkpoint yet, `fresh`
      is the answer: a state, or a function that makes one. A checkpoint of another network than that of `fresh` is an error, so
      `state = resume(out, fresh = train_state(m, ...))` begins a run and goes on with it.
      """,
      example: "try resume(\"missing.safetensors\") catch err { err.kind }",
      fails: [.io("resume(\"missing.safetensors\")", "missing.safetensors: there is no such file")],
      see: ["save", "train_state", "train"]
    ) { call in
      try .object(TrainingRun(state: call.resumed()))
    },
    Builtin(
      "ranks()",
      """
      this process among those that `mpirun` or `srun` started: {index, count}; alone {index: 0, count: 1}

      `train` shares its batches by itself. A script prints once with `if ranks().index == 0 { ... }`, and shares other work by
      the index: `sample(m, n = 64, sample_idx = ranks().index)`.
      """,
      example: "ranks().count",
      fails: [.argument("ranks(1)", "ranks takes no arguments, not 1")],
      see: ["train", "sample"]
    ) { _ in
      let ranks = try Ranks.current()
      return .record(["index": .number(Double(ranks?.index ?? 0)), "count": .number(Double(ranks?.count ?? 1))])
    },
    Builtin(
      "history(folder)",
      """
      what a run measured, from its log: a record of lists, one number a logged step

      Fields are step, epoch, loss, loss_u, loss_v, grad_norm, lr, steps_per_second, and among several processes seconds_waiting; `judge` holds, with steps of their own, what
      `train(..., judge = ...)` found. `plot(h.step, h.loss_u)` draws. Works while the run goes on.
      """,
      example: "try history(\"missing\") catch err { err.kind }",
      fails: [.io("history(\"missing\")", "missing/log.jsonl: there is no such file")],
      see: ["train", "plot"]
    ) { call in
      let history = try RunHistory(of: call.string("folder"))
      func record(_ series: RunHistory.Series) -> Record {
        func list(_ numbers: [Double]) -> Value { .list(numbers.map { .number($0) }) }
        return Record([("step", list(series.steps))] + series.columns.map { ($0.key, list($0.value)) })
      }
      var result = record(history.train)
      for (name, series) in history.groups { result[name] = .record(record(series)) }
      return .record(result)
    },
  ])
}

extension Call {
  fileprivate func train(_ state: inout TrainingState) throws {
    let data = try dataSet("x", labels: "y")
    let size = try integer("size", in: 1...Int.max)
    let configuration = state.network.configuration
    let side = configuration.inputSize
    guard data.imageShape == [side, side, configuration.inChannels] else {
      throw error(
        .shape, "the data are images \(data.imageShape), the network takes \([side, side, configuration.inChannels])", argument: "x")
    }
    if let labels = try data.knownLabels { _ = try configuration.checkedLabels(labels) }
    var settings = RunSettings()
    try apply(self.settings, to: &settings)
    let every = try integer("every", in: 0...Int.max)
    let last = try lastStep(of: state, perEpoch: data.count / size)
    let batches = try Batches(data, size: size, steps: last, seed: integer("seed"), shuffles: bool("shuffle"))
    let draws: DrawSource? = self["draws"].isNone ? nil : { try self.draws(after: $0, images: $1) }

    let path = try optionalString("run").flatMap { $0.isEmpty ? nil : $0 }
    try path.map { try checkWritable($0 + "/log.jsonl") }
    let ranks = try Ranks.current()
    guard ranks?.isFirst ?? true else {
      // The first rank shows, writes and judges for all.
      if try Interrupt.patiently({ try TrainingLoop(batches, settings, ranks: ranks, draws: draws).run(&state) }) == .asked { throw Interrupted() }
      return
    }
    let folder = try path.map { try RunFolder($0) }
    if let folder, let configuration = try optionalRecord("config"), let contents = try Value.record(configuration).fileValue() {
      try Formats::save(contents, to: folder.path + "/config.yml")
    }
    let progress = Progress("train", total: max(0, last - state.step))
    defer { progress.finish() }
    var hooks = TrainingHooks()
    hooks.note = { Console.progress.write($0 + "\n") }
    hooks.stepped = { state, done in
      if let m = state.metrics {
        progress.update(done, ["loss_u": m.lossU, "loss_v": m.lossV, "grad": m.gradientNorm, "lr": m.learningRate])
      }
      if every > 0, done.isMultiple(of: every), !self["each"].isNone {
        _ = try apply(function("each"), [.object(TrainingRun(state: state))])
      }
    }
    if !self["judge"].isNone { hooks.judge = { try numbers(judging: $0) } }
    hooks.preview = { try preview($0) }
    let loop = try TrainingLoop(batches, settings, folder: folder, hooks: hooks, ranks: ranks, draws: draws)
    defer { noteUnreadable(data) }
    if try Interrupt.patiently({ try loop.run(&state) }) == .asked {
      progress.finish()
      try stopped(state, path)
    }
  }

  private func noteUnreadable(_ data: any DataSet) {
    guard let problems = (data as? any FileDataSet)?.problems, let first = problems.first else { return }
    Console.progress.write("\(problems.count) unreadable file\(problems.count == 1 ? "" : "s") passed over; the first: \(first)\n")
  }

  /// The step to end at, from whichever argument says it.
  private func lastStep(of state: TrainingState, perEpoch: Int) throws -> Int {
    let given = ["steps", "until", "epochs"].filter { !self[$0].isNone }
    guard let name = given.first, given.count == 1 else {
      throw error(
        .argument, given.isEmpty ? "how many steps? `steps`, `until` or `epochs` says it" : "`\(given[0])` and `\(given[1])` both say how many steps")
    }
    let number = try integer(name, in: 0...1 << 30)
    switch name {
    case "steps": return state.step + number
    case "until": return max(number, state.step)
    default: return max(number * max(perEpoch, 1), state.step)
    }
  }

  /// The user's random numbers of the next step.
  private func draws(after state: TrainingState, images: [Int]) throws -> Draws {
    let given = try apply(function("draws"), [.number(Double(state.step))])
    guard case .record(let fields) = given else {
      throw error(.type, "`draws` gave \(given.kindInWords); expected a record of draws", argument: "draws")
    }
    return try draws(fields, key: state.key.folded(in: state.step), images: images, argument: "draws")
  }

  /// What the user's judge found.
  private func numbers(judging state: TrainingState) throws -> [(name: String, value: Double)] {
    let found = try apply(function("judge"), [.object(TrainingRun(state: state))])
    guard case .record(let fields) = found else {
      throw error(.type, "the judge gave \(found.kindInWords); expected a record of numbers", argument: "judge")
    }
    return try fields.map { name, value in
      guard let tensor = try value.asTensor(), tensor.count == 1 else {
        throw error(.type, "the judge's `\(name)` is \(value.kindInWords); expected a number", argument: "judge")
      }
      return (name, try tensor.item())
    }
  }

  /// Samples in one picture, shown where somebody looks. Of images that are no pictures, the first three channels.
  private func preview(_ samples: Tensor) throws -> Raster? {
    var images = samples
    if !self["decode"].isNone {
      let decoded = try apply(function("decode"), [.tensor(samples)])
      guard let tensor = try decoded.asTensor() else {
        throw error(.type, "`decode` gave \(decoded.kindInWords); expected images", argument: "decode")
      }
      images = tensor
    } else if let channels = samples.shape.last, channels != 1, channels != 3 {
      images = try samples.narrowed(axis: samples.rank - 1, 0..<min(channels, channels < 3 ? 1 : 3))
    }
    let picture = try Picture.grid(Picture.pictures(of: toImage(images)), columns: 10)
    if Terminal.isTerminal(1) { Stage.show(.picture(picture)) }
    return picture.raster
  }

  /// The run was asked to end. At a prompt the state is the answer; a script ends, and nothing is lost.
  private func stopped(_ state: TrainingState, _ folder: String?) throws {
    let isKilled = Signals.raised.contains(.terminate)
    guard isKilled || !Signals.isPrompt else {
      Console.progress.write("stopped after step \(state.step); resume with train(_, ...)\n")
      return
    }
    if let folder {
      Console.progress.write("stopped after step \(state.step); resume(\"\(folder)\") goes on\n")
    } else if isKilled {
      let file = "interrupted_\(state.step).safetensors"
      try checkWritable(file)
      try state.save(to: file)
      Console.progress.write("stopped after step \(state.step); resume(\"\(file)\") goes on\n")
    }
    throw Interrupted()
  }

  fileprivate func resumed() throws -> TrainingState {
    let path = try string("path")
    let isBegun = !RunFolder.checkpoints(in: path).isEmpty || (FileManager.default.fileExists(atPath: path) && !isFolder(path))
    guard isBegun || self["fresh"].isNone else {
      let made = self["fresh"].isFunction ? try apply(function("fresh"), []) : self["fresh"]
      guard case .object(let object) = made, let run = object as? TrainingRun else {
        throw error(.type, "`fresh` is \(made.kindInWords); expected a training state, or a function that makes one", argument: "fresh")
      }
      return run.state
    }
    let found = try state(in: path)
    if case .object(let object) = self["fresh"], let expected = (object as? TrainingRun)?.state {
      try found.admit(expected.network.configuration, in: path)
      note(found.settings.settings, expected.settings.settings)
      note(found.objective.settings, expected.objective.settings)
    }
    return found
  }

  private func state(in path: String) throws -> TrainingState {
    try TrainingState(resuming: path) { Console.progress.write("passed over a checkpoint: \($0)\n") }
  }

  /// The checkpoint's settings hold, so that the run stays one; whoever changed the script should know.
  private func note(_ found: [(name: String, value: SettingValue)], _ expected: [(name: String, value: SettingValue)]) {
    for (own, other) in zip(found, expected) where own.value != other.value {
      Console.progress.write("the run goes on with \(own.name) = \(own.value), as it began; here it is \(other.value)\n")
    }
  }

  private func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}

extension Value {
  fileprivate var isFunction: Bool { if case .function = self { true } else { false } }
}
