// The objectives: improved MeanFlow, and the two it came from.

import Lang
import MeanFlow
import Tensor

extension Library {
  static let objectives = Library("Objectives", [
    Builtin(
      "imf_loss(m, x, y, draws = none, key = none, **settings)",
      """
      the improved MeanFlow objective on images x in [-1, 1] with labels y, and all it is made of

      x is [B, H, W, C], bytes or numbers in [-1, 1]; y has a class for each image. Random numbers come from `key`, else
      from the session's stream; `draws` replaces some of them: normal_t, normal_r, e (the noise), uniform_tmin, uniform_tmax,
      uniform_omega, uniform_drop. Settings, by name:

      - `P_mean = -0.4`, `P_std = 1`: times are sigmoid(normal(P_mean, P_std))
      - `data_proportion = 0.5`: the share of the batch with r = t, which is plain flow matching
      - `cfg_beta = 1`: guidance scales omega in 1 to 8 are drawn with density omega^-cfg_beta
      - `class_dropout_prob = 0.1`: the share of images trained without their class
      - `random_dropout = false`: drop classes at random places; true where "no class" will be sampled
      - `norm_p = 1`, `norm_eps = 0.01`: each image's loss is divided by (loss + norm_eps)^norm_p

      The result's `loss` is what is minimised; with norm_p = 1 it stays near 2, so watch `loss_u` and `loss_v`, the plain
      means of squares. The rest is for looking: V = u + (t - r) du_dt, the guided velocity v_g it is held against, v_c and
      v_u with and without class, z, t, r, omega, draws.
      """,
      given: tinyModel, example: "imf_loss(m, zeros([2, 4, 4, 1]), [0, 1], key = key(0)).loss",
      fails: [
        .shape("imf_loss(m, zeros([2, 8, 8, 1]), [0, 1])", "imf_loss: the network takes images [B, 4, 4, 1], not [B, 8, 8, 1]"),
        .value("imf_loss(m, zeros([2, 4, 4, 1]), [0, 2])", "the label 2 is out of range: the model has the classes 0 to 1"),
        .argument("imf_loss(m, zeros([2, 4, 4, 1]), [0, 1], cfg_omega = 2)", "imf_loss: there is no setting `cfg_omega`"),
        .type("imf_loss(m, zeros([2, 4, 4, 1]), [0, 1], key = 7)", "imf_loss: `key` is a number; expected a key"),
      ],
      options: ObjectiveSettings.settingOptions, see: ["train_step", "meanflow_loss", "flow_matching_loss", "jvp"]
    ) { call in
      let input = try ObjectiveInput(call)
      let r = try improvedMeanFlow(input.network, input.x, input.y, input.draws, input.settings)
      let fields: [(key: String, value: Tensor)] = [
        ("loss", r.loss), ("loss_u", r.lossU), ("loss_v", r.lossV), ("v_g", r.vG), ("v_g_target", r.vGTarget), ("v_c", r.vC),
        ("v_u", r.vU), ("V", r.V), ("u", r.u), ("v", r.v), ("du_dt", r.dudt), ("z", r.z), ("v_t", r.vT), ("t", r.t),
        ("r", r.r), ("omega", r.omega), ("t_min", r.tMin), ("t_max", r.tMax), ("labels", r.labels), ("sq_u", r.squaresU),
        ("sq_v", r.squaresV),
      ]
      var record = Record(fields.map { ($0.key, Value.tensor($0.value)) })
      record["draws"] = .record(Record(Draws.names.compactMap { name in input.draws[name].map { (name, .tensor($0)) } }))
      return .record(record)
    },
    Builtin(
      "meanflow_loss(m, x, y, draws = none, key = none, **settings)",
      """
      the objective of the first MeanFlow, for comparison: {loss, loss_u}

      Arguments, draws and settings as for `imf_loss`. Here the derivative stands in the target, along e - x instead of the
      network's own velocity.
      """,
      given: tinyModel, example: "meanflow_loss(m, zeros([2, 4, 4, 1]), [0, 1], key = key(0)).loss_u",
      fails: [
        .argument("meanflow_loss(m, zeros([2, 4, 4, 1]))", "meanflow_loss needs `y`"),
        .argument("meanflow_loss(m, zeros([2, 4, 4, 1]), [0, 1], draws = {noise: zeros([2, 4, 4, 1])})", "meanflow_loss: there is no draw `noise`"),
      ],
      see: ["imf_loss", "flow_matching_loss"]
    ) { call in
      let input = try ObjectiveInput(call)
      let result = try meanFlow(input.network, input.x, input.y, input.draws, input.settings)
      return .record(["loss": .tensor(result.loss), "loss_u": .tensor(result.lossU)])
    },
    Builtin(
      "flow_matching_loss(m, x, y, draws = none, key = none, **settings)",
      """
      flow matching, for comparison: u at r = t against e - x

      Arguments, draws and settings as for `imf_loss`. Teaches the velocity at a point in time alone: many steps to sample.
      """,
      given: tinyModel, example: "flow_matching_loss(m, zeros([2, 4, 4, 1]), [0, 1], key = key(0))",
      fails: [
        .shape("flow_matching_loss(m, zeros([4, 4]), [0])", "flow_matching_loss: `x` is float32[4, 4]; expected images [B, H, W, C]"),
      ],
      see: ["imf_loss", "meanflow_loss"]
    ) { call in
      let input = try ObjectiveInput(call)
      return .tensor(try flowMatching(input.network, input.x, input.y, input.draws, input.settings))
    },
  ])
}

/// The arguments that all objectives share.
private struct ObjectiveInput {
  let network: Network
  let x: Tensor
  let y: Tensor
  let draws: Draws
  let settings: ObjectiveSettings

  init(_ call: Call) throws {
    network = try call.network("m")
    x = try call.images("x")
    y = try network.configuration.checkedLabels(call.tensor("y"))
    var settings = ObjectiveSettings()
    try call.apply(call.settings, to: &settings)
    self.settings = settings
    let key = try call.optionalKey("key") ?? call.session.nextKey()
    draws = try call.draws("draws", key: key, images: x.shape)
  }
}

extension Call {
  /// Images [B, H, W, C], bytes as numbers in [-1, 1].
  func images(_ name: String) throws -> Tensor {
    let x = try tensor(name)
    guard x.rank == 4 else { throw error(.shape, "`\(name)` is \(x); expected images [B, H, W, C]", argument: name) }
    return try imageValues(x)
  }

  /// Draws from a key, those given in a record taken instead.
  func draws(_ name: String, key: RandomKey, images shape: [Int]) throws -> Draws {
    try draws(optionalRecord(name), key: key, images: shape, argument: name)
  }

  func draws(_ given: Record?, key: RandomKey, images shape: [Int], argument name: String) throws -> Draws {
    var draws = try Draws(key, images: shape)
    guard let given else { return draws }
    for (field, value) in given {
      guard let own = draws[field] else {
        let near = nearestName(to: field, among: Draws.names)
        throw error(
          .argument, "there is no draw `\(field)`", argument: name,
          hint: near.map { "did you mean `\($0)`?" } ?? "draws are \(Draws.names.joined(separator: ", "))")
      }
      guard let tensor = try value.asTensor(), tensor.count == own.count else {
        throw error(
          .shape, "the draw `\(field)` is \(value.typeName == "tensor" ? value.quoted.prefix { $0 != "\n" } : Substring(value.typeName)); expected shape \(own.shape)",
          argument: name)
      }
      draws[field] = try tensor.reshaped(own.shape)
    }
    return draws
  }
}
