// Self-attention of a block: per-head RMS norm on queries and keys, rotary positions over the whole sequence.
// B batch, T tokens, D width, H heads, d head width.

import Glibc
import Tensor

/// Rotary position table: cosines and sines of position x frequency, interleaved pairs.
///
/// Made in float32 step by step as the reference makes it; a table made in float64 differs by 9e-6 at position 275.
struct RotaryTable: Sendable {
  /// Each angle's cosine twice, [T, 1, d].
  let cosine: Tensor
  /// Each angle's sine as (-sin, sin), [T, 1, d].
  let signedSine: Tensor

  init(tokens T: Int, headDim d: Int) throws {
    var cosine: [Float] = [], sine: [Float] = []
    for position in 0..<T {
      for i in 0..<(d / 2) {
        let exponent = Float(2 * i) / Float(d)
        let frequency = 1 / Glibc.powf(10000, exponent)
        let angle = Float(position) * frequency
        cosine += [Glibc.cosf(angle), Glibc.cosf(angle)]
        sine += [-Glibc.sinf(angle), Glibc.sinf(angle)]
      }
    }
    self.cosine = try Tensor(cosine, shape: [T, 1, d])
    self.signedSine = try Tensor(sine, shape: [T, 1, d])
  }

  /// Each pair (a, b) turned by its angle: (a cos - b sin, b cos + a sin).  [B, T, H, d]
  func rotated(_ x: Tensor) throws -> Tensor {
    try rotary(x, cosine: cosine, signedSine: signedSine)
  }
}

extension Network {
  /// Attention of a block on its normed input.  [B, T, D] -> [B, T, D]
  func attend(_ x: Tensor, _ block: String) throws -> Tensor {
    let (B, T, D) = (x.shape[0], x.shape[1], x.shape[2])
    let H = configuration.numHeads, d = configuration.headDim
    func project(_ name: String) throws -> Tensor {
      try matmul(x, p[block + "attn/\(name)_proj/_flax_linear/kernel"]).reshaped([B, T, H, d])  // [B, T, H, d]
    }
    let q = try rotary.rotated(rmsNorm(project("q"), weight: p[block + "attn/q_norm/kernel"]))
    let k = try rotary.rotated(rmsNorm(project("k"), weight: p[block + "attn/k_norm/kernel"]))
    let heads = try attention(
      q.permuted([0, 2, 1, 3]), k.permuted([0, 2, 1, 3]), project("v").permuted([0, 2, 1, 3]))  // [B, H, T, d]
    return try matmul(
      heads.permuted([0, 2, 1, 3]).reshaped([B, T, D]), p[block + "attn/out_proj/_flax_linear/kernel"])
  }
}
