// A small classifier trained on the data at hand. It gives the class accuracy of samples, and features for a
// Frechet distance where no Inception network is. Not Inception: distances compare within one classifier only.

public import Tensor

/// Two hidden layers; the second one's activations are the features. They are few, so that a thousand images estimate
/// their covariance well.
public struct Classifier: Sendable {
  public let classes: Int
  /// Numbers of one image.
  public let inputs: Int
  /// w1 [inputs, hidden], b1, w2 [hidden, features], b2, w3 [features, classes], b3.
  public let parameters: [Tensor]

  public static let hidden = 256
  public static let features = 16

  public struct Output {
    /// [n, classes]
    public let logits: Tensor
    /// [n, 16]
    public let features: Tensor
  }

  /// Trains with AdamW, a cosine schedule, and images moved by up to a pixel, which makes the few thousand images count.
  ///
  /// - Parameters:
  ///   - images: [N, H, W, C], uint8 or in [-1, 1]; labels [N].
  ///   - report: called after each step with its number and loss.
  public init(
    images: Tensor, labels: Tensor, classes: Int? = nil, steps: Int = 1500, seed: Int = 0,
    report: (Int, Double) -> Void = { _, _ in }
  ) throws {
    guard images.rank >= 2, labels.rank == 1, labels.shape[0] == images.shape[0], images.shape[0] > 0 else {
      throw ConfigurationError(
        field: "labels", reason: "\(labels) are no labels for images \(images)", hint: "one label an image")
    }
    let highest = Int(try max(labels).item())
    let count = classes ?? highest + 1
    guard try min(labels).item() >= 0, highest < count else {
      throw ConfigurationError(field: "labels", reason: "labels run to \(highest), there are \(count) classes")
    }
    self.classes = count
    inputs = images.shape.dropFirst().reduce(1, *)
    var settings = TrainingSettings()
    settings.learningRate = 2e-3
    settings.b2 = 0.99
    settings.weightDecay = 1e-3
    settings.schedule = .cosine
    settings.totalSteps = Swift.max(steps, 1)
    var p = try Self.initial(inputs, count, RandomKey(seed: seed))
    var (mu, nu) = (try p.map { try Tensor.zeros($0.shape) }, try p.map { try Tensor.zeros($0.shape) })
    var none: [[Tensor]] = []
    let batches = try Batches(
      images: images, labels: labels, size: Swift.min(128, images.shape[0]), steps: steps, seed: seed)
    let walk = batches.walk()
    var step = 0
    while let batch = try walk.next() {
      guard let y = batch.y else { break }
      let shifted = try Self.moved(batch.x, RandomKey(seed: seed).folded(in: step + 1))
      let (loss, _, gradients) = try valueAndGrad({ p -> (Tensor, Void) in
        (try Self.crossEntropy(Self.forward(p, shifted).logits, y), ())
      }, at: p)
      try evaluate(gradients + [loss])
      try settings.update(at: step).apply(to: &p, mu: &mu, nu: &nu, averages: &none, gradients: gradients)
      step += 1
      report(step, try loss.item())
    }
    parameters = p
  }

  private static func initial(_ inputs: Int, _ classes: Int, _ key: RandomKey) throws -> [Tensor] {
    let widths = [inputs, hidden, features, classes]
    let keys = key.split(3)
    return try (0..<3).flatMap { i in
      [try normal(keys[i], [widths[i], widths[i + 1]]) * (2 / Double(widths[i])).squareRoot(), try Tensor.zeros([widths[i + 1]])]
    }
  }

  /// The whole batch moved by -1, 0 or 1 pixels in each direction, the edge filled with the darkest value.
  private static func moved(_ x: Tensor, _ key: RandomKey) throws -> Tensor {
    guard x.rank == 4, x.shape[1] > 4, x.shape[2] > 4 else { return x }
    let shift = try randomIntegers(key, [2], low: 0, high: 3).scalars(Int32.self).map(Int.init)
    let wide = try x.padded([(0, 0), (1, 1), (1, 1), (0, 0)], value: -1)
    return try wide.narrowed(axis: 1, shift[0]..<shift[0] + x.shape[1])
      .narrowed(axis: 2, shift[1]..<shift[1] + x.shape[2]).evaluated()
  }

  private static func forward(_ p: [Tensor], _ x: Tensor) throws -> (logits: Tensor, features: Tensor) {
    let flat = try x.reshaped([x.shape[0], -1])                       // [B, I]
    let first = try relu(matmul(flat, p[0]) + p[1])                   // [B, 256]
    let second = try relu(matmul(first, p[2]) + p[3])                 // [B, 16]
    return (try matmul(second, p[4]) + p[5], second)                  // [B, K]
  }

  private static func crossEntropy(_ logits: Tensor, _ labels: Tensor) throws -> Tensor {
    let picked = try takeAlong(logits, labels.expanded(-1), axis: -1).squeezed(-1)
    return try mean(logSumExp(logits, axes: [-1]) - picked)
  }

  /// Logits and features of images, uint8 or in [-1, 1].
  public func callAsFunction(_ images: Tensor) throws -> Output {
    guard images.rank >= 2, images.shape.dropFirst().reduce(1, *) == inputs else {
      throw TensorError(
        .shape, "classifier", [Operand(shape: images.shape, dtype: images.dtype)],
        "the classifier was trained on images of \(inputs) numbers each")
    }
    let (logits, features) = try Self.forward(parameters, imageValues(images))
    try evaluate([logits, features])
    return Output(logits: logits, features: features)
  }

  /// The share of images whose largest logit is at their label.
  public func accuracy(_ images: Tensor, _ labels: Tensor) throws -> Double {
    let guessed = try argmax(self(images).logits, axis: -1)
    guard guessed.shape == labels.shape else {
      throw TensorError(
        .shape, "accuracy", [Operand(shape: images.shape, dtype: images.dtype), Operand(shape: labels.shape, dtype: labels.dtype)],
        "needs one label an image")
    }
    return try mean(equal(guessed.cast(to: .int32), labels.cast(to: .int32)).cast(to: .float64)).item()
  }
}
