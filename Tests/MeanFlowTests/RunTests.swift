// Runs: what a step guards, what a folder keeps, and that nothing is lost or drawn twice.

import Formats
import Foundation
import OrderedCollections
import Tensor
import Testing

@testable import MeanFlow

/// A folder that goes away with the test.
private final class Scratch {
  let path = FileManager.default.temporaryDirectory.path + "/imf-run-\(UUID().uuidString)"
  deinit { try? FileManager.default.removeItem(atPath: path) }
  func file(_ name: String) -> String { path + "/" + name }
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

private func tiny(classes: Int = 3, _ change: (inout TrainingSettings) -> Void = { _ in }) throws -> TrainingState {
  var c = Configuration()
  (c.inputSize, c.patchSize, c.inChannels, c.hiddenSize, c.depth, c.numHeads) = (4, 2, 1, 16, 2, 2)
  (c.auxHeadDepth, c.numClasses, c.numClassTokens, c.numTimeTokens) = (1, classes, 1, 1)
  var settings = TrainingSettings()
  settings.learningRate = 1e-3
  change(&settings)
  return try TrainingState(Network(c), settings)
}

private let images = try? normal(RandomKey(seed: 5), [12, 4, 4, 1])
private let classes = try? Tensor((0..<12).map { Int32($0 % 3) })

private func batches(steps: Int, size: Int = 4) throws -> Batches {
  try Batches(images: #require(images), labels: classes, size: size, steps: steps, seed: 3)
}

private func bits(_ state: TrainingState) throws -> [[UInt32]] {
  try (state.network.p.values + state.averages.joined() + state.mu + state.nu).map { try $0.scalars(Float.self).map(\.bitPattern) }
}

@Suite(.serialized) struct StepTests {
  /// Parts of a batch make the step that the whole batch makes; so do the shares of several processes.
  @Test(arguments: [LossKind.imf, .meanflow, .flowMatching]) func partsMakeTheWhole(_ loss: LossKind) throws {
    var whole = try tiny { $0.loss = loss }, parts = try tiny { ($0.loss, $0.accumulate) = (loss, 3) }
    let x = try #require(images), y = try #require(classes)
    for _ in 0..<3 {
      // Shares of two processes, each in three parts: the mean of their gradients is the whole batch's.
      let shares = try (0..<2).map { index in
        let share = Share(index: index, count: 2)
        return try parts.gradient(share.taken(of: x), share.taken(of: y), share: share)
      }
      let gradient = try whole.gradient(x, y)
      for (index, g) in gradient.gradients.enumerated() {
        let mean = try (shares[0].gradients[index] + shares[1].gradients[index]) / 2
        #expect(try relative(mean, g) < 2e-4, "\(whole.network.p.names[index])")
      }
      #expect(abs((shares[0].lossU + shares[1].lossU) / 2 / gradient.lossU - 1) < 1e-5)
      try whole.advance(x, y)
      try parts.advance(x, y)
    }
    for (a, b) in zip(whole.network.p.values, parts.network.p.values) { #expect(try largestDifference(a, b) < 1e-5) }
  }

  @Test func longGradientsAreShortened() throws {
    let x = try #require(images), y = try #require(classes)
    let free = try tiny().gradient(x, y)
    let clipped = try free.clipped(to: free.norm / 4)
    #expect(try relative(clipped[0], free.gradients[0] / 4) < 1e-6)
    #expect(try same(free.clipped(to: free.norm * 2), free.gradients) && same(free.clipped(to: nil), free.gradients))
  }

  private func same(_ a: [Tensor], _ b: [Tensor]) throws -> Bool { try zip(a, b).allSatisfy { try largestDifference($0, $1) == 0 } }

  @Test func everyDecayHasItsAverage() throws {
    var state = try tiny { $0.ema = [0.9, 0.5, 0] }
    let x = try #require(images), y = try #require(classes)
    let start = state.network.p.values.map { $0 }
    for _ in 0..<2 { try state.advance(x, y) }
    #expect(state.averages.count == 3)
    // 0 is the parameters themselves; a mean lies between where it began and where they are.
    #expect(try same(state.averages[2], state.network.p.values))
    let moved = try zip(start, state.network.p.values).map { try largestDifference($0, $1) }.reduce(0, Swift.max)
    let slow = try zip(start, state.averages[0]).map { try largestDifference($0, $1) }.reduce(0, Swift.max)
    let quick = try zip(start, state.averages[1]).map { try largestDifference($0, $1) }.reduce(0, Swift.max)
    #expect(slow > 0 && slow < quick && quick < moved)
    let scratch = Scratch()
    try state.save(to: scratch.file("s.safetensors"))
    #expect(try bits(TrainingState(contentsOf: scratch.file("s.safetensors"))) == bits(state))
  }

  @Test func aStateOfTheFormerKindIsRead() throws {
    let scratch = Scratch(), path = scratch.file("s.safetensors")
    let state = try tiny()
    try state.save(to: path)
    var file = try SafeTensors(contentsOf: path)
    file.metadata["kind"] = "imf-repl training state 1"
    for name in ["loss", "clip_norm", "accumulate"] { file.metadata["train." + name] = nil }
    try file.write(to: path)
    #expect(try bits(TrainingState(contentsOf: path)) == bits(state))
    file.metadata["kind"] = "imf-repl training state 2"
    try file.write(to: path)
    #expect(throws: FormatError.self) { try TrainingState(contentsOf: path) }
  }

  @Test func batchesThatDoNotDivideAreErrors() throws {
    let state = try tiny { $0.accumulate = 5 }
    #expect(throws: ConfigurationError.self) { try state.gradient(#require(images), #require(classes)) }
    for change: (inout TrainingSettings) -> Void in [{ $0.accumulate = 0 }, { $0.clipNorm = 0 }, { $0.ema = [] }, { $0.ema = [0.9, 2] }] {
      #expect(throws: ConfigurationError.self) { try tiny(classes: 3, change) }
    }
  }

  @Test func aModelWithoutClassesTrainsAndSamples() throws {
    var state = try tiny(classes: 0)
    let loop = try TrainingLoop(Batches(images: #require(images), labels: nil, size: 4, steps: 3))
    #expect(try loop.run(&state) == .done && state.step == 3)
    let start = try samplingStart(state.emaNetwork, n: 4)
    #expect(try sample(state.emaNetwork, noise: start.noise, labels: start.labels).scalars(Float.self).allSatisfy(\.isFinite))
    #expect(throws: ConfigurationError.self) { try state.network.configuration.checkedLabels(Tensor([Int32(0)])) }
  }
}

private func every(_ change: (inout RunSettings) -> Void = { _ in }) -> RunSettings {
  var settings = RunSettings()
  (settings.logPerStep, settings.checkpointPerStep) = (1, 1)
  change(&settings)
  return settings
}

// An interrupt stops whatever the process evaluates, the other tests included: those that ask for one run in processes of
// their own.
@Suite(.serialized) struct RunTests {
  @Test func anInterruptedRunGoesOnToTheSameBits() async {
    await #expect(processExitsWith: .success) {
      var straight = try tiny()
      #expect(try TrainingLoop(batches(steps: 7)).run(&straight) == .done)

      let scratch = Scratch()
      var first = try tiny()
      var hooks = TrainingHooks()
      hooks.stepped = { state, _ in if state.step == 4 { Interrupt.request() } }
      let end = try Interrupt.patiently {
        try TrainingLoop(batches(steps: 7), every { $0.checkpointPerStep = 0 }, folder: RunFolder(scratch.path), hooks: hooks).run(&first)
      }
      #expect(end == .asked && first.step == 4 && !Interrupt.isRequested)

      // In the middle of the second epoch of three batches; the log goes on where the state does.
      var second = try TrainingState(resuming: scratch.path)
      #expect(try TrainingLoop(batches(steps: 7), every(), folder: RunFolder(scratch.path)).run(&second) == .done)
      #expect(try bits(second) == bits(straight) && second.metrics == straight.metrics)
      let history = try RunHistory(of: scratch.path)
      #expect(history.train.steps == [1, 2, 3, 4, 5, 6, 7])
      #expect(history.train.columns["loss_u"]?.last == straight.metrics?.lossU)
    }
  }

  @Test func twoWishesWithinASecondStopAtOnce() async {
    await #expect(processExitsWith: .success) {
      var state = try tiny()
      // Made before: what is computed after the wishes stops as well.
      let three = try batches(steps: 3)
      var hooks = TrainingHooks()
      hooks.stepped = { _, _ in
        Interrupt.request()
        Interrupt.request()
      }
      #expect(throws: Interrupted.self) {
        try Interrupt.patiently {
          Interrupt.request()
          Interrupt.request()
          return try TrainingLoop(three, hooks: hooks).run(&state)
        }
      }
      Interrupt.clear()
      #expect(state.step == 0)
      // A wish that nobody took stops what comes next.
      Interrupt.patiently { Interrupt.request() }
      #expect(Interrupt.isRequested)
      Interrupt.clear()
    }
  }

  @Test func checkpointsAreKeptByNumber() throws {
    let scratch = Scratch()
    var state = try tiny()
    _ = try TrainingLoop(batches(steps: 5), every { $0.keep = 2 }, folder: RunFolder(scratch.path)).run(&state)
    #expect(RunFolder.checkpoints(in: scratch.path).map(\.step) == [4, 5])
    // The latest is damaged: the one before it is taken, and said so.
    try Data("damaged".utf8).write(to: URL(fileURLWithPath: scratch.file("state_00000005.safetensors")))
    var notes: [String] = []
    #expect(try TrainingState(resuming: scratch.path) { notes.append($0) }.step == 4)
    #expect(notes.count == 1 && notes[0].contains("state_00000005"))
  }

  @Test func oneFolderHasOneRun() throws {
    let scratch = Scratch()
    var holder: RunFolder? = try RunFolder(scratch.path)
    let error = try #require(throws: FormatError.self) { try RunFolder(scratch.path) }
    #expect(error.message.contains("another run") && error.message.contains("process \(getpid())"))
    #expect(holder != nil)
    holder = nil
    try Data().write(to: URL(fileURLWithPath: scratch.file("state_00000001.safetensors.writing-1-2")))
    _ = try RunFolder(scratch.path)
    #expect(!scratch.names.contains { $0.contains("writing") })
    #expect(throws: FormatError.self) { try RunFolder("/dev/null/run") }
  }

  @Test func anEarlierStateDoesNotWriteOverARun() throws {
    let scratch = Scratch()
    var state = try tiny()
    _ = try TrainingLoop(batches(steps: 2), folder: RunFolder(scratch.path)).run(&state)
    var fresh = try tiny()
    let error = try #require(throws: FormatError.self) { try TrainingLoop(batches(steps: 2), folder: RunFolder(scratch.path)).run(&fresh) }
    #expect(error.message.contains("at step 2") && fresh.step == 0)
    #expect(throws: FormatError.self) { try state.admit(tiny(classes: 4).network.configuration, in: scratch.path) }
    #expect(throws: FormatError.self) { try TrainingState(resuming: Scratch().path) }
  }

  /// One image that is no number.
  private func poisoned() throws -> Batches {
    let bad = try select(equal(Tensor.arange(12).reshaped([12, 1, 1, 1]), Tensor(7, dtype: .int32)), Tensor(.nan), #require(images))
    return try Batches(images: bad, labels: classes, size: 4, steps: 6, seed: 3)
  }

  @Test func aStepThatIsNoNumberStopsTheRunBeforeIt() throws {
    let scratch = Scratch()
    var state = try tiny()
    let error = try #require(throws: ConfigurationError.self) { try TrainingLoop(poisoned(), every(), folder: RunFolder(scratch.path)).run(&state) }
    #expect(error.reason.contains("nan") && error.reason.contains("at step \(state.step + 1)"))
    #expect(try bits(state).joined().allSatisfy { Float(bitPattern: $0).isFinite })
    // State and batch are there, and make the same step.
    let file = scratch.file(String(format: "bad_%08d.safetensors", state.step + 1))
    let batch = try SafeTensors(contentsOf: file).tensors
    #expect(try !TrainingState(contentsOf: file).gradient(#require(batch["batch/x"]), #require(batch["batch/y"])).isFinite)
  }

  @Test func suchStepsCanBePassedOver() throws {
    let scratch = Scratch()
    var state = try tiny()
    var notes: [String] = []
    var hooks = TrainingHooks()
    hooks.note = { notes.append($0) }
    #expect(try TrainingLoop(poisoned(), every { $0.onNaN = .skip }, folder: RunFolder(scratch.path), hooks: hooks).run(&state) == .done)
    #expect(state.step == 6 && state.updates == 4 && notes.count == 2)
    #expect(try bits(TrainingState(resuming: scratch.path)) == bits(state))
    let all = try Batches(images: Tensor.full([8, 4, 4, 1], .nan), labels: nil, size: 4, steps: 100)
    var other = try tiny()
    #expect(throws: ConfigurationError.self) { try TrainingLoop(all, every { $0.onNaN = .skip }).run(&other) }
    #expect(other.step == 19)
  }

  @Test func wrongLabelsAndSettingsAreErrors() throws {
    var state = try tiny()
    let wrong = try Batches(images: #require(images), labels: Tensor((0..<12).map { Int32($0) }), size: 4, steps: 3)
    #expect(throws: ConfigurationError.self) { try TrainingLoop(wrong).run(&state) }
    #expect(state.step == 0)
    for change: (inout RunSettings) -> Void in [{ $0.keep = 0 }, { $0.logPerStep = -1 }, { $0.samples = 0 }, { $0.omega = 0 }, { $0.numSteps = 0 }] {
      #expect(throws: ConfigurationError.self) { try TrainingLoop(batches(steps: 1), every(change)) }
    }
  }

  @Test func whatIsMeasuredIsLogged() throws {
    let scratch = Scratch()
    var state = try tiny()
    var hooks = TrainingHooks()
    hooks.judge = { [("distance", Double($0.step))] }
    hooks.preview = { Raster(width: 1, height: 1, channels: 1, bytes: [UInt8($0.shape[0])]) }
    let settings = every { ($0.judgePerEpoch, $0.samplePerStep, $0.logPerStep, $0.samples) = (1, 4, 2, 5) }
    _ = try TrainingLoop(batches(steps: 6), settings, folder: RunFolder(scratch.path), hooks: hooks).run(&state)
    let history = try RunHistory(of: scratch.path)
    #expect(history.train.steps == [2, 4, 6] && history.groups["judge"]?.steps == [3, 6])
    #expect(history.groups["judge"]?.columns["distance"] == [3, 6])
    #expect(history.train.columns["epoch"] == [2.0 / 3, 4.0 / 3, 2])
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.file("samples")) == ["00000004.png"])
    // A torn last line is passed over, and the log goes on after it.
    let log = scratch.file("log.jsonl")
    try (String(contentsOfFile: log, encoding: .utf8) + "{\"step\": 7, \"lo").write(toFile: log, atomically: true, encoding: .utf8)
    #expect(try RunHistory(of: scratch.path).train.steps == [2, 4, 6])
    _ = try TrainingLoop(batches(steps: 8), settings, folder: RunFolder(scratch.path)).run(&state)
    #expect(try RunHistory(of: scratch.path).train.steps == [2, 4, 6, 8])
    #expect(throws: FormatError.self) { try RunHistory(of: scratch.path + "/nowhere") }
  }
}
