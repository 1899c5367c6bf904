// What a run learns from, wherever it lies: arrays in memory, files in folders, mapped shards. Batches ask for rows by
// number; which rows belong to which step is their affair.

public import Tensor

/// Images, with labels or without.
public protocol DataSet: Sendable {
  var count: Int { get }
  /// What the network sees of one image, [H, W, C].
  var imageShape: [Int] { get }
  var isLabelled: Bool { get }
  /// Labels that are known without reading: all of them, or each class once; nil where none is.
  var knownLabels: Tensor? { get throws }
  /// How many batches may be read ahead of the step that needs them: 0 where reading costs nothing.
  var readsAhead: Int { get }

  /// Fetches rows from where they are. Called on any thread, beside a step that computes: builds tensors, but reads none,
  /// for whoever reads waits for the computation to end.
  func read(_ rows: [Int]) throws -> Rows

  /// The network's images of rows that were read, [B, H, W, C]; lazy.
  func images(_ rows: Rows, _ random: RowRandom) throws -> Tensor
}

/// A data set of single files, of which some may be damaged.
public protocol FileDataSet: DataSet {
  /// What was wrong with the files that were passed over.
  var problems: [String] { get }
}

/// Rows as a data set reads them.
public struct Rows: Sendable {
  /// In the form that the data set keeps.
  public let images: Tensor
  /// [B]
  public let labels: Tensor?

  public init(images: Tensor, labels: Tensor?) {
    self.images = images
    self.labels = labels
  }
}

/// The random numbers of a batch: drawn for the whole of it, so that shares of it get what is theirs.
public struct RowRandom: Sendable {
  let key: RandomKey
  /// Images of the whole batch.
  let batch: Int
  let share: Share

  public init(key: RandomKey, batch: Int, share: Share = .whole) {
    self.key = key
    self.batch = batch
    self.share = share
  }

  /// Standard normals for images of a shape, [rows of the share] + shape.
  func normals(_ shape: [Int]) throws -> Tensor { try share.taken(of: normal(key.split(2)[0], [batch] + shape)) }

  /// Every second image, by chance, from right to left.  [B, H, W, C]
  func flipped(_ images: Tensor) throws -> Tensor {
    let coins = try share.taken(of: less(uniform(key.split(2)[1], [batch, 1, 1, 1]), Tensor(0.5)))
    return try select(coins, images.flipped(axes: [2]), images)
  }
}

/// Images and labels that are tensors: in memory, or mapped from a file.
public struct ArrayDataSet: DataSet {
  private let values: Tensor
  public let labels: Tensor?
  private let flips: Bool
  public let readsAhead = 0

  /// - Parameters:
  ///   - images: [N, ...]; uint8 images become float32 in [-1, 1], everything else stays.
  ///   - labels: [N], or nil.
  ///   - flips: every second image of a batch is mirrored.
  /// - Throws: `ConfigurationError` where the sizes do not fit.
  public init(images: Tensor, labels: Tensor?, flips: Bool = false) throws {
    guard let count = images.shape.first, count > 0 else {
      throw ConfigurationError(field: "x", reason: "\(images) holds no data")
    }
    if let labels, labels.shape != [count] {
      throw ConfigurationError(field: "y", reason: "is \(labels); expected \(count) labels, one an image")
    }
    guard !flips || images.rank == 4 else {
      throw ConfigurationError(field: "flip", reason: "mirrors images [N, H, W, C]; here is \(images)")
    }
    values = try images.evaluated()
    self.labels = try labels.map { try $0.dtype.isInteger ? $0.evaluated() : $0.cast(to: .int32).evaluated() }
    self.flips = flips
  }

  public var count: Int { values.shape[0] }
  public var imageShape: [Int] { Array(values.shape.dropFirst()) }
  public var isLabelled: Bool { labels != nil }
  public var knownLabels: Tensor? { labels }

  public func read(_ rows: [Int]) throws -> Rows {
    let places = try Tensor(rows.map { Int32($0) })
    return Rows(images: try take(values, places), labels: try labels.map { try take($0, places) })
  }

  public func images(_ rows: Rows, _ random: RowRandom) throws -> Tensor {
    let x = try imageValues(rows.images)
    return flips ? try random.flipped(x) : x
  }
}
