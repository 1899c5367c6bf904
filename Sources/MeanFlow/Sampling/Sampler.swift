// Images from noise in one step or a few, drawn exactly as the reference draws them (method.md, section 4).

public import Tensor

/// What to sample and how.
public struct SamplingSettings: Sendable {
  /// Euler steps on linspace(1, 0, steps + 1).
  public var steps = 1
  /// Guidance scale, and the interval of t on which it acts.
  public var omega = 1.0
  public var tMin = 0.0
  public var tMax = 1.0

  public init(steps: Int = 1, omega: Double = 1, tMin: Double = 0, tMax: Double = 1) {
    (self.steps, self.omega, self.tMin, self.tMax) = (steps, omega, tMin, tMax)
  }
}

/// The reference's starting noise and labels: key fold_in(99, sampleIndex) split in three, the second draws.
///
/// - Returns: noise [n, H, W, C] and labels (0 ..< n + sampleIndex n) mod classes.
public func samplingStart(
  _ net: Network, n: Int, seed: Int = 99, sampleIndex: Int = 0
) throws -> (noise: Tensor, labels: Tensor) {
  let c = net.configuration
  let keys = RandomKey(seed: seed).folded(in: sampleIndex).split(3)
  let labels = (0..<n).map { Int32(($0 + sampleIndex * n) % max(c.numClasses, 1)) }
  return (try normal(keys[1], [n, c.inputSize, c.inputSize, c.inChannels]), try Tensor(labels))
}

/// Images from noise: z <- z - (t - r) u(z, r, t), from t = 1 to 0.
///
/// - Parameters:
///   - noise: z at t = 1, [n, H, W, C]; labels [n].
/// - Returns: [n, H, W, C], computed.
public func sample(
  _ net: Network, noise: Tensor, labels: Tensor, _ settings: SamplingSettings = .init()
) throws -> Tensor {
  guard settings.steps >= 1, settings.steps <= 100_000 else {
    throw ConfigurationError(field: "steps", reason: "must be at least 1, not \(settings.steps)")
  }
  guard settings.omega > 0 else {
    throw ConfigurationError(field: "omega", reason: "must be above 0, not \(settings.omega)")
  }
  let n = noise.shape.first ?? 0
  guard labels.shape == [n] else {
    throw TensorError(
      .shape, "sample", [Operand(shape: noise.shape, dtype: noise.dtype), Operand(shape: labels.shape, dtype: labels.dtype)],
      "needs one label an image")
  }
  // Many images go in portions, so that memory depends on the model and not on n.
  let portion = max(1, (1 << 24) / (net.configuration.tokens * net.configuration.hiddenSize))
  var parts: [Tensor] = []
  for start in stride(from: 0, to: n, by: portion) {
    let rows = start..<min(n, start + portion)
    parts.append(try run(net, noise.narrowed(axis: 0, rows), labels.narrowed(axis: 0, rows), settings).evaluated())
  }
  return parts.isEmpty ? noise : try concat(parts).evaluated()
}

private func run(_ net: Network, _ noise: Tensor, _ labels: Tensor, _ settings: SamplingSettings) throws -> Tensor {
  let times = try Tensor.linspace(1, 0, settings.steps + 1).scalars(Float.self).map(Double.init)
  var z = noise
  for (t, r) in zip(times, times.dropFirst()) {
    let u = try net(
      z,
      .init(
        t: Tensor(t), h: Tensor(t - r), omega: Tensor(settings.omega), tMin: Tensor(settings.tMin),
        tMax: Tensor(settings.tMax), y: labels)
    ).u
    z = try z - u * (t - r)
    if settings.steps > 1 { try z.evaluated() }
  }
  return z
}
