// Batches of a data set, shuffled anew each epoch or as they lie. The order depends on the seed alone, so that step n of a
// resumed run sees the images that step n of an unbroken one saw.

public import Tensor

/// Batches of images and labels, shuffled unless it is not wished.
public struct Batches: Sendable {
  public let data: any DataSet
  public let size: Int
  /// How many batches there are.
  public let steps: Int
  /// Batches of one walk through the data.
  public let perEpoch: Int
  private let shuffles: Bool
  private let key: RandomKey
  private let randomKey: RandomKey

  /// - Parameters:
  ///   - steps: nil goes once through the data.
  ///   - shuffles: each epoch in an order of its own; else in the data's.
  ///   - dropLast: leave out an epoch's last batch where it is smaller than the others.
  /// - Throws: `ConfigurationError` where the sizes do not fit.
  public init(_ data: any DataSet, size: Int, steps: Int? = nil, seed: Int = 0, shuffles: Bool = true, dropLast: Bool = true) throws {
    let count = data.count
    guard size >= 1, size <= count || !dropLast else {
      throw ConfigurationError(field: "size", reason: "is \(size); expected 1 to \(count), as many as there are images")
    }
    guard steps ?? 1 >= 0 else { throw ConfigurationError(field: "steps", reason: "cannot be \(steps ?? 0)") }
    self.data = data
    self.size = min(size, count)
    perEpoch = dropLast ? count / size : (count + size - 1) / size
    self.steps = steps ?? perEpoch
    self.shuffles = shuffles
    key = RandomKey(seed: seed)
    randomKey = key.split(2)[1]
  }

  /// Batches of tensors.
  public init(
    images: Tensor, labels: Tensor?, size: Int, steps: Int? = nil, seed: Int = 0, shuffles: Bool = true, dropLast: Bool = true
  ) throws {
    try self.init(
      ArrayDataSet(images: images, labels: labels), size: size, steps: steps, seed: seed, shuffles: shuffles, dropLast: dropLast)
  }

  /// Walks the batches from a step on, or a share of each.
  public func walk(from first: Int = 0, share: Share = .whole) -> Walk { Walk(self, from: first, share) }

  /// A walk through the batches, with the present epoch's order. The batches to come are read beside the work on the
  /// present one, no more of them than the data set says.
  public final class Walk {
    private let batches: Batches
    private let share: Share
    private var step: Int
    private var epoch = -1
    private var order: [Int32] = []
    private var reading: [(reading: Reading, random: RowRandom)] = []

    fileprivate init(_ batches: Batches, from first: Int, _ share: Share) {
      self.batches = batches
      self.share = share
      step = first
    }

    /// x [B, ...] and, where there are labels, y [B]; nil after the last step.
    public func next() throws -> (x: Tensor, y: Tensor?)? {
      while step < batches.steps, reading.count <= batches.data.readsAhead { try readNext() }
      guard !reading.isEmpty else { return nil }
      let (first, random) = reading.removeFirst()
      let rows = try first.result()
      return (try batches.data.images(rows, random).evaluated(), try rows.labels?.evaluated())
    }

    private func readNext() throws {
      let count = batches.data.count
      if step / batches.perEpoch != epoch {
        epoch = step / batches.perEpoch
        order = try batches.shuffles ? permutation(batches.key.folded(in: epoch), count).scalars(Int32.self) : (0..<count).map { Int32($0) }
      }
      let start = step % batches.perEpoch * batches.size
      let whole = order[start..<min(start + batches.size, count)]
      let rows = share.rows(of: whole.count).map { Int(whole[start + $0]) }
      let random = RowRandom(key: batches.randomKey.folded(in: step), batch: whole.count, share: share)
      reading.append((Reading(batches.data, rows), random))
      step += 1
    }
  }
}
