// The normalisation of latents between the autoencoder and the network, by channel (method.md, section 5).

public import Tensor

/// Stable Diffusion's four channels brought to mean 0 and deviation 1, with the reference's numbers over ImageNet.
public enum LatentScaling {
  static let mean = [0.86488, -0.27787343, 0.21616915, 0.3738409]
  static let deviation = [4.85503674, 5.31922414, 3.93725398, 3.9870003]

  private static func row(_ numbers: [Double]) throws -> Tensor { try Tensor(numbers.map { Float($0) }) }

  /// Latents [..., 4] as the network is trained on them.
  public static func normalised(_ z: Tensor) throws -> Tensor { try (z - row(mean)) / row(deviation) }

  /// The reverse: samples [..., 4] as the autoencoder decodes them.
  public static func raw(_ z: Tensor) throws -> Tensor { try z * row(deviation) + row(mean) }
}
