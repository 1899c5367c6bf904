// `fid`: samples of a network judged against reference statistics, one setting of the sampler or a grid of them.

import Foundation
import Lang
import MeanFlow
import Tensor

extension Library {
  static let sampleQuality = Library("Sample quality", [
    Builtin(
      "fid(m, reference, n = 50000, omega = 1, t_min = 0, t_max = 1, steps = 1, net = none, vae = none, size = 128, seed = 99, intervals = none, state = none, spatial = false)",
      """
      the Frechet distance of a model's samples to a reference, and their inception score

      Samples have the reference's seeds: batch i of `size` images has the noise and labels of `sample(m, n = size, sample_idx = i)`,
      and all classes come in turn. Batches are decoded and judged as they come, so memory does not grow with n.

      - `reference`: a file of statistics (ref_mu, ref_sigma; `prepare` writes one), a record {mu, sigma}, or images [N, H, W, C]
      - `net`: `inception(path)`; or a `classifier`, whose distance is called frechet_distance, since it is no FID
      - `vae`: `vae(path)`, for models of latents
      - `omega`: a number or a list; `intervals`: [[t_min, t_max], ...]. Every pair is tried; the best comes first, all are in `runs`
      - `state`: a file (.npz) that keeps what is done, once a minute and at Ctrl-C; the same call with it goes on there
      - `spatial`: sFID too, against ref_mu_s and ref_sigma_s

      Under `mpirun` every process makes its share of the batches, and each has the result.

      The result is {fid, inception_score, inception_score_std, omega, t_min, t_max, steps, n, seconds, statistics}. Below as many
      samples as features the distance is biased upwards: a note says so.
      """,
      given: tinyModel + "\njudge = classifier(zeros([4, 4, 4, 1]), [0, 1, 0, 1], steps = 2)",
      example: "fid(m, statistics(normal(key(0), [64, 16])), n = 32, size = 16, net = judge).n",
      fails: [
        .argument("fid(m, statistics(ones([4, 16])), n = 32)", "fid: needs `net`, which looks at the images"),
        .value("fid(m, statistics(ones([4, 3])), n = 32, net = judge)", "fid: the reference statistics are of 3 features, those of `net` are 16"),
        .argument("fid(m, statistics(ones([4, 16])), n = 2, net = judge)", "`n` is 2; at least 10 samples are needed"),
        .value("fid(m, statistics(ones([4, 16])), n = 32, net = judge, state = \"eval\")", "fid: `state` is \"eval\"; a file's name ends with .npz"),
      ],
      see: ["inception", "statistics", "prepare", "frechet_distance", "inception_score"]
    ) { call in try call.judgedSamples() },
  ])
}

/// What samples are compared with.
private struct Reference {
  let pooled: FeatureStatistics
  let spatial: FeatureStatistics?
}

extension Call {
  fileprivate func judgedSamples() throws -> Value {
    guard !self["net"].isNone else {
      throw error(
        .argument, "needs `net`, which looks at the images",
        hint: "`net = inception(path)` for FID, or a `classifier` for distances that compare with one another")
    }
    let network = try network("m"), judge = try featureNetwork("net")
    let codec = try self["vae"].isNone ? nil : codec("vae")
    var settings = SampleEvaluation.Settings()
    settings.count = try integer("n", in: 1...1 << 30)
    settings.batch = try integer("size", in: 1...1 << 20)
    settings.seed = try integer("seed")
    settings.spatial = try bool("spatial")
    if settings.spatial, !judge.isInception {
      throw error(.argument, "`spatial` needs Inception's features", argument: "spatial", hint: "sFID is a distance of Inception's")
    }
    let path = try optionalString("state")
    if let path {
      guard path.hasSuffix(".npz") else {
        throw error(.value, "`state` is \"\(path)\"; a file's name ends with .npz", argument: "state")
      }
      try checkWritable(path)
    }
    let points = try samplingSettings()
    // What can be wrong is found before the reference's images are looked at.
    _ = try SampleEvaluation(network, autoencoder: codec, judge: judge, settings)
    let reference = try reference(judge, spatial: settings.spatial)
    if settings.count < judge.features, try Ranks.current()?.isFirst ?? true {
      Console.progress.write(
        "note: \(settings.count) samples are fewer than the \(judge.features) features: the distance is biased upwards and "
          + "compares only with others of as many samples\n")
    }
    var runs: [Record] = []
    for (index, point) in points.enumerated() {
      settings.sampling = point
      let own = path.map { points.count == 1 ? $0 : String($0.dropLast(4)) + "-\(index + 1).npz" }
      runs.append(try run(SampleEvaluation(network, autoencoder: codec, judge: judge, settings), against: reference, state: own))
    }
    func distance(_ run: Record) -> Double { if case .number(let number)? = run[judge.distanceName] { number } else { .infinity } }
    guard var best = runs.min(by: { distance($0) < distance($1) }) else { return .none }
    if runs.count > 1 {
      best["runs"] = .list(runs.map { run in .record(Record(run.filter { $0.key != "statistics" }.map { ($0.key, $0.value) })) })
    }
    return .record(best)
  }

  /// Every guidance scale on every interval.
  private func samplingSettings() throws -> [SamplingSettings] {
    let steps = try integer("steps", in: 1...100_000)
    let omegas = if case .number = self["omega"] { [try number("omega")] } else { try tensor("omega").scalars(Double.self) }
    var intervals = [[try number("t_min"), try number("t_max")]]
    if !self["intervals"].isNone {
      let pairs = try tensor("intervals")
      guard pairs.rank == 2, pairs.shape[1] == 2, pairs.shape[0] > 0 else {
        throw error(.shape, "`intervals` are pairs [[t_min, t_max], ...]", argument: "intervals")
      }
      let ends = try pairs.cast(to: .float64).scalars(Double.self)
      intervals = stride(from: 0, to: ends.count, by: 2).map { [ends[$0], ends[$0 + 1]] }
    }
    guard !omegas.isEmpty, omegas.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw error(.value, "`omega` must be above 0", argument: "omega")
    }
    return omegas.flatMap { omega in
      intervals.map { SamplingSettings(steps: steps, omega: omega, tMin: $0[0], tMax: $0[1]) }
    }
  }

  private func reference(_ judge: FeatureNetwork, spatial: Bool) throws -> Reference {
    let found: Reference
    switch self["reference"] {
    case .string(let path):
      found = Reference(
        pooled: try FeatureStatistics(contentsOf: path),
        spatial: spatial ? try FeatureStatistics(contentsOf: path, spatial: true) : nil)
    case .record(let record):
      found = Reference(
        pooled: try statistics(of: record, "reference"),
        spatial: spatial ? try statistics(of: record, "reference", ending: "_s") : nil)
    default: found = try reference(of: tensor("reference"), judge, spatial: spatial)
    }
    for (statistics, features) in [(found.pooled, judge.features), (found.spatial ?? found.pooled, found.spatial == nil ? judge.features : Inception.spatialFeatures)]
    where statistics.mu.count != features {
      throw error(
        .value, "the reference statistics are of \(statistics.mu.count) features, those of `net` are \(features)", argument: "reference",
        hint: "statistics must be made with the same network")
    }
    return found
  }

  /// Statistics of images.
  private func reference(of images: Tensor, _ judge: FeatureNetwork, spatial: Bool) throws -> Reference {
    switch judge {
    case .classifier(let net): return Reference(pooled: try FeatureStatistics(features: net(images).features), spatial: nil)
    case .inception(let net):
      let progress = try Ranks.current()?.isFirst ?? true ? Progress("reference", total: images.shape.first) : nil
      defer { progress?.finish() }
      let found = try net(images) { progress?.update($0) }
      return Reference(
        pooled: try FeatureStatistics(features: found.pooled),
        spatial: spatial ? try FeatureStatistics(features: found.spatial.reshaped([images.shape[0], -1])) : nil)
    }
  }

  private func run(_ evaluation: SampleEvaluation, against reference: Reference, state path: String?) throws -> Record {
    let settings = evaluation.settings, sampling = settings.sampling
    let ranks = try Ranks.current()
    let progress = ranks?.isFirst ?? true ? Progress("samples", total: settings.count) : nil
    defer { progress?.finish() }
    let began = Terminal.monotonicSeconds()
    let evaluation = try EvaluationLoop(state: path, ranks: ranks).run(evaluation) {
      progress?.update($0.images, ["omega": sampling.omega, "t_min": sampling.tMin, "t_max": sampling.tMax])
    }
    let result = try evaluation.result(reference.pooled, spatial: reference.spatial)
    var record: Record = [evaluation.distanceName: .number(result.distance)]
    if let distance = result.spatialDistance { record["sfid"] = .number(distance) }
    if let score = result.inceptionScore {
      record["inception_score"] = .number(score.mean)
      record["inception_score_std"] = .number(score.deviation)
    }
    for (field, number) in [
      ("omega", sampling.omega), ("t_min", sampling.tMin), ("t_max", sampling.tMax), ("steps", Double(sampling.steps)),
      ("n", Double(settings.count)), ("seconds", Terminal.monotonicSeconds() - began),
    ] { record[field] = .number(number) }
    record["statistics"] = result.statistics.value
    return record
  }
}
