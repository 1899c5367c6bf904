// Training against the reference's five steps, schedules, and states in files.

import Formats
import Foundation
import OrderedCollections
import Tensor
import Testing

@testable import MeanFlow

@Suite struct TrainingTests {
  @Test(arguments: ["A_train", "B_train", "B_train_warmup"]) func fiveSteps(_ file: String) throws {
    let reference = try ReferenceNetwork(String(file.prefix(1)))
    let g = try Golden(file), average = try Golden(file + "_ema")
    var settings = TrainingSettings()
    settings.learningRate = try g.number("lr_base")
    settings.b2 = try g.number("b2")
    settings.ema = [try g.number("ema")]
    settings.warmupSteps = Int(try g.number("warmup_steps"))
    let net = try reference.network()
    let fresh = try TrainingState(net, settings, objective: reference.objective)
    // The loop with the golden batches as its data and the golden noise.
    let steps = 0..<5
    let batches = try Batches(
      images: concat(steps.map { try g["step\($0)/images"] }), labels: concat(steps.map { try g["step\($0)/labels"] }),
      size: g["step0/images"].shape[0], shuffles: false)
    var hooks = TrainingHooks()
    hooks.stepped = { state, made in
      let m = try #require(state.metrics), step = made - 1
      let expected = try g["losses"].scalars(Double.self)[step]
      #expect(abs(m.loss - expected) < 2e-6 * expected)
      #expect(abs(m.lossU / (try g["losses_u"].scalars(Double.self)[step]) - 1) < 2e-5)
      #expect(abs(m.lossV / (try g["losses_v"].scalars(Double.self)[step]) - 1) < 2e-5)
      #expect(abs(m.learningRate - (try g["lr"].scalars(Double.self)[step])) < 1e-9)
    }
    var state = fresh
    let loop = try TrainingLoop(batches, hooks: hooks) { state, _ in try g.draws("step\(state.step)/") }
    #expect(try loop.run(&state) == .done && state.step == steps.count)
    // Steps by hand are the loop's.
    var byHand = fresh
    for step in steps { try byHand.advance(g["step\(step)/images"], g["step\(step)/labels"], draws: g.draws("step\(step)/")) }
    #expect(try bits(byHand.network.p.values + byHand.ema) == bits(state.network.p.values + state.ema))
    let end = g.under("params_end/"), emaEnd = average.under("ema_end/")
    let isWarm = file.hasSuffix("warmup")
    var squares = 0.0, all = 0.0
    for (index, name) in net.p.names.enumerated() {
      let expected = try #require(end[name]), start = net.p.values[index]
      let difference = try state.network.p.values[index] - expected
      let moved = try expected - start
      let (a, b) = (try sum(difference * difference).item(), try sum(moved * moved).item())
      squares += a
      all += b
      #expect((a / max(b, 1e-30)).squareRoot() < 5e-3, "\(name)")
      #expect(try largestDifference(state.network.p.values[index], expected) < (isWarm ? 5e-5 : 1e-3), "\(name)")
      #expect(try largestDifference(state.ema[index], #require(emaEnd[name])) < 5e-5, "\(name)")
    }
    #expect((squares / all).squareRoot() < (isWarm ? 1e-3 : 5e-4))
  }

  @Test func schedules() throws {
    let g = try Golden("scalars")
    let steps = try g["lr_steps"].scalars(Double.self).map { Int($0) }
    let rows: [(String, Schedule, Double, Int, Double)] = [
      ("lr_const_w2", .warmupConst, 1e-3, 20, 0), ("lr_const_w0", .warmupConst, 1e-3, 0, 0), ("lr_cosine_w2_min0", .warmupCosine, 1e-3, 20, 0),
      ("lr_cosine_w2_min01", .warmupCosine, 2e-4, 20, 0.1), ("lr_cosine_w0_min0", .warmupCosine, 1e-3, 0, 0),
    ]
    for (name, schedule, peak, warm, least) in rows {
      var settings = TrainingSettings()
      (settings.schedule, settings.warmupSteps, settings.totalSteps) = (schedule, warm, 100)
      (settings.learningRate, settings.minFactor) = (peak, least)
      let expected = try g[name].scalars(Double.self)
      for (step, rate) in zip(steps, expected) {
        #expect(abs(settings.learningRate(at: step) - rate) < 2e-6 * peak, "\(name) at \(step): \(settings.learningRate(at: step)), \(rate)")
      }
    }
    // Ours ends at the last step.
    var cosine = TrainingSettings()
    (cosine.schedule, cosine.warmupSteps, cosine.totalSteps) = (.cosine, 10, 100)
    #expect(cosine.learningRate(at: 100) < 1e-12 && cosine.learningRate(at: 10) == cosine.learningRate)
  }

  @Test func adamWAsOptax() throws {
    let g = try Golden("scalars")
    for (name, decay) in [("adamw_wd0_params", 0.0), ("adamw_wd0.1_params", 0.1)] {
      var settings = TrainingSettings()
      (settings.weightDecay, settings.learningRate) = (decay, 1e-2)
      var p = [try g["adamw_p0"]], none: [[Tensor]] = []
      let zeros = try Tensor.zeros(p[0].shape)
      var (mu, nu) = ([zeros], [zeros])
      for step in 0..<5 {
        let gradient = try g["adamw_grads"].sliced([.index(step)])
        try settings.update(at: step).apply(to: &p, mu: &mu, nu: &nu, averages: &none, gradients: [gradient])
        try expectClose(p[0], g[name].sliced([.index(step)]), 2e-6, "\(name) step \(step)")
      }
      #expect(try zeros.scalars(Float.self).allSatisfy { $0 == 0 })
    }
  }

  @Test func settingsThatCannotBe() throws {
    let cases: [(String, SettingValue)] = [
      ("b1", .number(1)), ("b2", .number(-0.1)), ("ema", .number(2)), ("lr", .number(-1)), ("warmup_steps", .number(-1)), ("schedule", .text("cosine")),
    ]
    for (name, value) in cases {
      var settings = TrainingSettings()
      try settings.set(name, value)
      #expect(throws: ConfigurationError.self, "\(name)") { try settings.validated() }
    }
    var settings = TrainingSettings()
    (settings.schedule, settings.warmupSteps, settings.totalSteps) = (.warmupCosine, 50, 100)
    #expect(throws: ConfigurationError.self) { try settings.validated() }
    #expect(throws: ConfigurationError.self) { try settings.set("schedule", .text("linear")) }
  }

  // MARK: files

  private func small() throws -> TrainingState {
    var c = Configuration()
    (c.inputSize, c.patchSize, c.inChannels, c.hiddenSize, c.depth, c.numHeads) = (4, 2, 1, 16, 2, 2)
    (c.auxHeadDepth, c.numClasses, c.numClassTokens, c.numTimeTokens) = (1, 3, 1, 1)
    var settings = TrainingSettings()
    (settings.learningRate, settings.schedule, settings.totalSteps, settings.warmupSteps) = (1e-3, .cosine, 20, 2)
    var objective = ObjectiveSettings()
    objective.randomDropout = true
    return try TrainingState(Network(c), settings, objective: objective)
  }

  private func bits(_ tensors: [Tensor]) throws -> [[UInt32]] { try tensors.map { try $0.scalars(Float.self).map(\.bitPattern) } }

  @Test func aResumedRunComputesTheSameBits() throws {
    let path = FileManager.default.temporaryDirectory.path + "/imf-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let x = try normal(RandomKey(seed: 1), [6, 4, 4, 1]), y = try Tensor([Int32(0), 1, 2, 0, 1, 2])
    var straight = try small()
    for _ in 0..<3 { try straight.advance(x, y) }
    try straight.save(to: path)
    var resumed = try TrainingState(contentsOf: path)
    #expect(resumed.metrics == straight.metrics && resumed.settings == straight.settings && resumed.objective == straight.objective)
    for _ in 0..<3 {
      try straight.advance(x, y)
      try resumed.advance(x, y)
    }
    #expect(resumed.step == 6)
    #expect(try bits(resumed.network.p.values) == bits(straight.network.p.values))
    #expect(try bits(resumed.ema + resumed.mu + resumed.nu) == bits(straight.ema + straight.mu + straight.nu))
  }

  @Test func damagedStatesAreErrors() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let path = folder + "/imf-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try small().save(to: path)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
    #expect(throws: FormatError.self) { try TrainingState(contentsOf: path) }
    try whole.write(to: URL(fileURLWithPath: path))
    let file = try SafeTensors(contentsOf: path)
    for key in ["step", "key", "net.depth", "kind"] {
      var broken = file
      broken.metadata[key] = nil
      try broken.write(to: path)
      #expect(throws: FormatError.self, "\(key)") { try TrainingState(contentsOf: path) }
    }
    var missing = file
    missing.tensors["mu/net/time_tokens"] = nil
    try missing.write(to: path)
    do {
      _ = try TrainingState(contentsOf: path)
      Issue.record("an incomplete state was read")
    } catch let error as FormatError {
      #expect(error.message.contains("net/time_tokens"))
    }
    #expect(throws: FormatError.self) { try TrainingState(contentsOf: folder + "/nothing.safetensors") }
  }
}
