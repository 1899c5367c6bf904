// Configurations with the authors' keys: layers, spellings, meaning, and what is refused.

import Formats
import Foundation
import OrderedCollections
import Testing

@testable import MeanFlow

private func merged(_ yaml: String...) throws -> RunConfiguration {
  var configuration = RunConfiguration()
  for text in yaml {
    let path = FileManager.default.temporaryDirectory.path + "/imf-\(UUID().uuidString).yml"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    guard case .record(let fields) = try load(path) else { throw FormatError(.format, path, "no record") }
    try configuration.merge(fields)
  }
  return configuration
}

@Suite struct ConfigurationTests {
  /// Keys and values of the authors' B/2 training file.
  private static let theirs = """
    dataset:
        root: DATA_ROOT
    model:
        model_str: MiT_B_2
        cfg_beta: 1.0
    training:
        log_per_step: 100
        checkpoint_per_epoch: 20
        num_epochs: 640
        batch_size: 1024
        learning_rate: 0.0001
        warmup_epochs: 10
        adam_b2: 0.95
        ema_type: 'const'
        sample_per_epoch: 20
        fid_per_epoch: 20
        seed: 42
    fid:
        device_batch_size: 80
        num_samples: 50000
        cache_ref: FID_CACHE_REF
    sampling:
        num_steps: 1
        omega: 7.5
        t_min: 0.4
        t_max: 0.65
    logging:
        wandb_project: 'YOUR PROJECT'
        wandb_entity: 'YOUR ENTITY'
        wandb_tags:
            - YOUR TAGS
        wandb_notes: 'YOUR NOTES'
    load_from: ''
    """

  @Test func theirTrainingFileMeansTheirRun() throws {
    let c = try merged(Self.theirs)
    let network = try c.network()
    #expect(try network == Configuration(named: "B/2"))
    // ImageNet's training images: 1,251 steps an epoch, 800,640 in all, as the authors' checkpoint is numbered.
    let training = try c.training(images: 1_281_167)
    #expect(training.warmupSteps == 12_510 && training.totalSteps == 800_640 && training.learningRate == 1e-4 && training.ema == [0.9999])
    let run = try c.run()
    #expect(run.omega == 7.5 && run.tMin == 0.4 && run.tMax == 0.65 && run.samplePerEpoch == 20 && run.judgePerEpoch == 20)
    #expect(try c.objective() == ObjectiveSettings() && c.batchSize == 1024 && c.seed == 42 && !c.isHalfPrecision)
  }

  @Test func theirEvaluationFileIsRead() throws {
    let c = try merged("""
      model:
          model_str: MiT_B_2 # specify model config
      sampling:
          num_steps: 1
          interval:
              - [0.4, 0.65]
          omegas: [8.0]
      load_from: '' # path
      eval_only: True
      """)
    guard case .list(let intervals)? = c.sections["sampling"]?["interval"], case .list(let pair)? = intervals.first, case .bool(true)? = c.top["eval_only"]
    else { return #expect(Bool(false), "the lists are not there") }
    #expect(pair.count == 2)
  }

  @Test func laterLayersWin() throws {
    let c = try merged(Self.theirs, "training:\n  batch_size: 64", "training.steps: 7\nmethod:\n  cfg_beta: 2\ndata:\n  num_classes: 10\n")
    #expect(try c.batchSize == 64 && c.lastStep(images: 1000) == 7 && c.objective().cfgBeta == 2 && c.network().numClasses == 10)
    let own = try merged("training:\n  ema_val: [0.999, 0.9]\n  loss: meanflow\n  clip_norm: 2\nmodel:\n  sizes: {depth: 4, aux_head_depth: 2}")
    let training = try own.training(images: 1000)
    #expect(training.ema == [0.999, 0.9] && training.loss == .meanflow && training.clipNorm == 2)
    #expect(try own.network().depth == 4)
  }

  @Test(arguments: [("imfDiT_XL_2", "XL/2"), ("MiT_M_2", "M/2"), ("L/2", "L/2"), ("iMF-B-2", "B/2"), ("mine", "mine")])
  func modelsHaveTheirSpellings(_ text: String, _ name: String) { #expect(RunConfiguration.modelName(text) == name) }

  @Test(arguments: [
    ("training:\n  batchsize: 64", "training.batchsize"), ("trainning:\n  batch_size: 64", "trainning"), ("training.epochs: 3", "training.epochs"),
    ("model.loss.kind: 3", "model.loss.kind"), ("use_flip: true", "use_flip"),
  ]) func unknownKeysAreNamed(_ yaml: String, _ name: String) throws {
    let unknown = try #require(throws: RunConfiguration.UnknownKey.self) { try merged(yaml) }
    #expect(unknown.name == name && !unknown.known.isEmpty)
  }

  @Test(arguments: [
    "training:\n  batch_size: many", "training: 3", "dataset:\n  synthetic: 1", "model:\n  sizes: [1]", "eval_only: maybe", "fid:\n  cache_ref: 7",
  ]) func valuesOfTheWrongKindAreErrors(_ yaml: String) { #expect(throws: ConfigurationError.self) { try merged(yaml) } }

  @Test(arguments: [
    "training:\n  batch_size: 0", "training:\n  batch_size: 2000", "training:\n  num_epochs: -1", "training:\n  steps: -5", "training:\n  lr_schedule: linear",
    "training:\n  ema_type: edm", "training:\n  ema_val: 3", "training:\n  batch_size: 2.5",
    "training:\n  num_epochs: 1e300", "training:\n  warmup_epochs: 1e300", "training:\n  steps: 9007199254740992",
  ]) func settingsThatCannotBe(_ yaml: String) throws {
    let c = try merged(yaml)
    #expect(throws: ConfigurationError.self) { try c.training(images: 1000) }
  }

  @Test func networksThatCannotBe() throws {
    for yaml in ["model:\n  model_str: imfDiT_S_2", "model:\n  sizes: {num_heads: 5}", "model:\n  sizes: {depht: 5}", "dataset:\n  image_size: 31"] {
      let c = try merged(yaml)
      #expect(throws: ConfigurationError.self) { try c.network() }
    }
  }

  @Test func yamlReadsBackAsItWas() throws {
    let value: FileValue = .record([
      "a": .record(["true": .string("true"), "n": .number(1e-4), "list": .list([.number(1), .string("x: y"), .none, .list([])])]), "empty": .record([:]),
      "text": .string("two\nlines # no comment"), "word": .string("runs/b2"), "number": .string("12"), "big": .number(1e300), "flag": .bool(false),
    ])
    let path = FileManager.default.temporaryDirectory.path + "/imf-\(UUID().uuidString).yml"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try save(value, to: path)
    #expect(yamlText(of: try load(path)) == yamlText(of: value))
    guard case .record(let fields) = try load(path), case .string("12")? = fields["number"], case .record(let a)? = fields["a"], case .string("true")? = a["true"],
      case .string("two\nlines # no comment")? = fields["text"]
    else { return #expect(Bool(false), "\(yamlText(of: value))") }
  }
}
