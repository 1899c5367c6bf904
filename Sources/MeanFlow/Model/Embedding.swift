// What goes into the sequence: patches, and the scalars and labels that condition it.
// Method: section 2. Shapes at line end: B batch, N patches, D width, p patch size, C channels.

import Glibc
import Tensor

enum Embedding {
  /// Sinusoids of a scalar: half cosines, half sines.
  static let sinusoids = 256

  /// cos(t f), sin(t f) with f = 10000^(-i / half), i in 0 ..< half; the argument is not scaled.  t [B] -> [B, width]
  static func sinusoid(_ t: Tensor, width: Int = sinusoids) throws -> Tensor {
    let half = width / 2
    let i = try Tensor.arange(half, dtype: .float32)
    let frequencies = try exp(i * (-Glibc.log(10000) / Double(half)))  // [half]
    let angle = try t.cast(to: .float32).reshaped([-1, 1]) * frequencies  // [B, half]
    let waves = try concat([cos(angle), sin(angle)], axis: -1)  // [B, 2 half]
    return width % 2 == 0 ? waves : try waves.padded([(0, 0), (0, 1)])  // odd widths end in 0
  }

  /// A scalar through sinusoids and two layers.  t [B] -> [B, D]
  static func scalar(_ t: Tensor, _ name: String, _ p: Parameters) throws -> Tensor {
    let path = "net/\(name)_embedder/mlp/"
    let hidden = try matmul(sinusoid(t), p[path + "layers_0/_flax_linear/kernel"]) + p[path + "layers_0/_flax_linear/bias"]
    return try matmul(silu(hidden), p[path + "layers_2/_flax_linear/kernel"]) + p[path + "layers_2/_flax_linear/bias"]
  }

  /// Images cut into patches, row by row; a patch's numbers run row, column, channel.  [B, H, W, C] -> [B, N, p p C]
  static func patchify(_ x: Tensor, _ p: Int) throws -> Tensor {
    let (B, H, W, C) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    return try x.reshaped([B, H / p, p, W / p, p, C]).permuted([0, 1, 3, 2, 4, 5])
      .reshaped([B, (H / p) * (W / p), p * p * C])
  }

  /// The reverse of patchify.  [B, N, p p C] -> [B, H, W, C]
  static func unpatchify(_ tokens: Tensor, patchSize p: Int, channels C: Int) throws -> Tensor {
    let B = tokens.shape[0], side = Int(Double(tokens.shape[1]).squareRoot().rounded())
    return try tokens.reshaped([B, side, side, p, p, C]).permuted([0, 1, 3, 2, 4, 5])
      .reshaped([B, side * p, side * p, C])
  }

  /// Patches through the embedding, a convolution of stride p.  [B, H, W, C] -> [B, N, D]
  static func patches(_ x: Tensor, kernel: Tensor, bias: Tensor) throws -> Tensor {
    let p = kernel.shape[0], D = kernel.shape[3]
    return try matmul(patchify(x, p), kernel.reshaped([-1, D])) + bias
  }
}
