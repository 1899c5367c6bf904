// Batches of a data set, shuffled anew each epoch. The order depends on the seed alone, so that step n of a resumed
// run sees the images that step n of an unbroken one saw.

public import Tensor

/// Shuffled batches of images and labels.
public struct Batches: Sendable {
  private let images: Tensor
  private let labels: Tensor?
  public let size: Int
  /// How many batches there are.
  public let steps: Int
  private let key: RandomKey
  private let perEpoch: Int
  private let dropLast: Bool

  /// - Parameters:
  ///   - images: [N, ...]; uint8 images become float32 in [-1, 1], everything else stays.
  ///   - labels: [N], or nil.
  ///   - steps: nil goes once through the data.
  ///   - dropLast: leave out an epoch's last batch where it is smaller than the others.
  /// - Throws: `ConfigurationError` where the sizes do not fit.
  public init(
    images: Tensor, labels: Tensor?, size: Int, steps: Int? = nil, seed: Int = 0, dropLast: Bool = true
  ) throws {
    guard let count = images.shape.first, count > 0 else {
      throw ConfigurationError(field: "x", reason: "\(images) holds no data")
    }
    if let labels, labels.shape != [count] {
      throw ConfigurationError(field: "y", reason: "is \(labels); expected \(count) labels, one an image")
    }
    guard size >= 1, size <= count || !dropLast else {
      throw ConfigurationError(field: "size", reason: "is \(size); expected 1 to \(count), as many as there are images")
    }
    guard steps ?? 1 >= 0 else { throw ConfigurationError(field: "steps", reason: "cannot be \(steps ?? 0)") }
    self.images = try images.evaluated()
    self.labels = try labels.map { try $0.dtype.isInteger ? $0 : $0.cast(to: .int32) }
    self.size = min(size, count)
    self.dropLast = dropLast
    perEpoch = dropLast ? count / size : (count + size - 1) / size
    self.steps = steps ?? perEpoch
    key = RandomKey(seed: seed)
  }

  /// Walks the batches from a step on.
  public func walk(from first: Int = 0) -> Walk { Walk(self, from: first) }

  /// A walk through the batches, with the present epoch's order.
  public final class Walk {
    private let batches: Batches
    private var step: Int
    private var epoch = -1
    private var order: Tensor

    fileprivate init(_ batches: Batches, from first: Int) {
      self.batches = batches
      step = first
      order = Tensor(0, dtype: .int32)
    }

    /// x [B, ...] and, where there are labels, y [B]; nil after the last step.
    public func next() throws -> (x: Tensor, y: Tensor?)? {
      guard step < batches.steps else { return nil }
      let count = batches.images.shape[0]
      if step / batches.perEpoch != epoch {
        epoch = step / batches.perEpoch
        order = try permutation(batches.key.folded(in: epoch), count).evaluated()
      }
      let start = step % batches.perEpoch * batches.size
      let rows = try order.narrowed(axis: 0, start..<min(start + batches.size, count))
      step += 1
      let x = try imageValues(take(batches.images, rows)).evaluated()
      return (x, try batches.labels.map { try take($0, rows).evaluated() })
    }
  }
}
