// Between bytes and the numbers a network sees, and images side by side.

public import Tensor

/// uint8 images as float32 in [-1, 1], x / 127.5 - 1; other tensors as they are.
public func imageValues(_ images: Tensor) throws -> Tensor {
  images.dtype == .uint8 ? try images.cast(to: .float32) / 127.5 - 1 : images
}

/// Numbers in [-1, 1] as bytes, truncated: clip(127.5 x + 128, 0, 255).
public func toImage(_ x: Tensor) throws -> Tensor {
  if x.dtype == .uint8 { return x }
  return try minimum(maximum(x * 127.5 + 128, 0), 255).cast(to: .uint8)
}

/// The latent distribution's mean and standard deviation a channel (method.md, section 5).
public enum LatentNormalisation {
  public static let mean = [0.86488, -0.27787343, 0.21616915, 0.3738409]
  public static let deviation = [4.85503674, 5.31922414, 3.93725398, 3.9870003]

  /// A draw from moments [.., 8] (mean, std), normalised.  noise [.., 4] -> [.., 4]
  public static func normalised(moments: Tensor, noise: Tensor) throws -> Tensor {
    guard moments.shape.last == 8 else {
      throw TensorError(
        .shape, "latents", [Operand(shape: moments.shape, dtype: moments.dtype)], "moments have 8 channels, mean and std")
    }
    let parts = try moments.split(sizes: [4, 4], axis: moments.rank - 1)
    return try (parts[0] + parts[1] * noise - row(mean)) / row(deviation)
  }

  /// Undoes the normalisation, for the decoder.  [.., 4] -> [.., 4]
  public static func denormalised(_ z: Tensor) throws -> Tensor { try z * row(deviation) + row(mean) }

  private static func row(_ numbers: [Double]) throws -> Tensor { try Tensor(numbers).cast(to: .float32) }
}
