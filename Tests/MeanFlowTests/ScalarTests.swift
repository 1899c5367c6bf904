// The small functions of the method against scalars.npz.

import Tensor
import Testing

@testable import MeanFlow

@Suite struct ScalarTests {
  private let g: Golden
  init() throws { g = try Golden("scalars") }

  @Test(arguments: [256, 16]) func timeEmbedding(_ width: Int) throws {
    try expectClose(Embedding.sinusoid(g["temb_t"], width: width), g["temb_\(width)"], 3e-7, "width \(width)")
  }

  @Test func rotaryTables() throws {
    for (d, tokens) in [(12, 36), (64, 276)] {
      let table = try RotaryTable(tokens: tokens, headDim: d)
      let pairs = try table.cosine.reshaped([tokens, d / 2, 2]).narrowed(axis: 2, 0..<1).squeezed(2)
      let sines = try table.signedSine.reshaped([tokens, d / 2, 2]).narrowed(axis: 2, 1..<2).squeezed(2)
      try expectClose(pairs, g["rope_cos_\(d)_\(tokens)"], 2e-5, "cosine \(tokens)")
      try expectClose(sines, g["rope_sin_\(d)_\(tokens)"], 2e-5, "sine \(tokens)")
    }
    let turned = try RotaryTable(tokens: 36, headDim: 12).rotated(g["rope_x_12_36"])
    try expectClose(turned, g["rope_y_12_36"], 5e-6, "rotated")
  }

  @Test func normalisation() throws {
    try expectClose(rmsNorm(g["rms_x"], weight: g["rms_kernel"]), g["rms_y"], 5e-6, "rms_y")
  }

  @Test func gatedLayer() throws {
    let x = try g["swiglu_x"]
    let y = try matmul(silu(matmul(x, g["swiglu_w1"])) * matmul(x, g["swiglu_w3"]), g["swiglu_w2"])
    try expectClose(y, g["swiglu_y"], 5e-6, "swiglu_y")
  }

  @Test func patches() throws {
    try expectClose(
      Embedding.patches(g["patch_x"], kernel: g["patch_kernel"], bias: g["patch_bias"]), g["patch_y"], 5e-6, "patch_y")
    let image = try Embedding.unpatchify(g["unpatch_tokens"], patchSize: 2, channels: 3)
    #expect(try image.scalars(Float.self) == g["unpatch_image"].scalars(Float.self))
  }

  @Test(arguments: [1.0, 2.0, 0.5, 1.5]) func guidanceScales(_ beta: Double) throws {
    try expectClose(guidanceScale(g["cfg_u"], beta: beta), g["cfg_omega_beta\(beta)"], 2e-6, "omega")
    try expectClose(guidanceScale(g["cfg_u"], beta: beta, range: 3), g["cfg_omega_beta\(beta)_smax3"], 2e-6, "omega to 4")
  }

  @Test(arguments: [0, 1]) func times(_ set: Int) throws {
    let numbers = try g["tr\(set)_cfg"].scalars(Double.self)
    var settings = ObjectiveSettings()
    (settings.pMean, settings.pStd) = (numbers[0], numbers[1])
    let isFlow = try g["tr\(set)_fm_mask"].cast(to: .bool)
    let (t, r) = try sampleTimes(g["tr\(set)_normals_1"], g["tr\(set)_normals_2"], isFlow, settings)
    try expectClose(t, g["tr\(set)_t"], 1e-6, "t")
    try expectClose(r, g["tr\(set)_r"], 1e-6, "r")
  }

  @Test(arguments: [(1.0, 0.01), (0.75, 0.001), (0.5, 0.05), (0.0, 0.01)]) func adaptiveWeights(_ p: Double, _ eps: Double) throws {
    var settings = ObjectiveSettings()
    (settings.normP, settings.normEps) = (p, eps)
    let loss = try g["adp_loss"]
    try expectClose(adaptivelyWeighted(loss, settings), g["adp_p\(p)_eps\(eps)"], 2e-6, "weighted")
    let slope = try grad({ try sum(adaptivelyWeighted($0[0], settings)) }, at: [loss])[0]
    try expectClose(slope, g["adp_p\(p)_eps\(eps)_dloss"], 2e-6, "slope")
  }
}
