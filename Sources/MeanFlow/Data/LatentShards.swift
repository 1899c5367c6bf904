// Packed latents: the same moments in a few large arrays that stay mapped, so that an epoch in any order costs seeks of
// one kind and no files are opened. index.json names them and is written last: without it there is no set.
//
//   index.json           {"kind": "imf-repl latents 1", "shape": [32, 32, 8], "shards": [{"count": 4096}, ...]}
//   moments_00000.npy    float32 [count, H, W, 8]
//   labels_00000.npy     int32 [count]

import Formats
import Foundation
import OrderedCollections
public import Tensor

/// A folder of packed latents.
public struct LatentShards: DataSet {
  private let moments: [MappedArray]
  private let classes: [Int32]
  /// The first row of each shard, and one past the last.
  private let starts: [Int]
  private let shape: [Int]
  public let readsAhead = 2
  public let isLabelled = true

  private static let kind = "imf-repl latents 1"

  /// Whether a folder holds packed latents.
  public static func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path + "/index.json") }

  /// - Throws: `FormatError` where a shard is missing, or is not what the index says.
  public init(_ path: String) throws {
    let index = path + "/index.json"
    guard case .record(let fields) = try load(index), case .string(Self.kind)? = fields["kind"], case .list(let shards)? = fields["shards"],
      case .list(let sizes)? = fields["shape"]
    else { throw FormatError(.format, index, "this is no index of packed latents") }
    shape = sizes.compactMap { if case .number(let size) = $0 { Int(size) } else { nil } }
    var moments: [MappedArray] = [], classes: [Int32] = [], starts = [0]
    for (number, shard) in shards.enumerated() {
      let (file, labels) = Self.files(path, number)
      let array = try MappedArray(file)
      guard case .record(let fields) = shard, case .number(let count)? = fields["count"], array.shape == [Int(count)] + shape, array.dtype == .float32 else {
        throw FormatError(.format, file, "is \(array.dtype)\(array.shape), which is not what index.json says")
      }
      guard case .tensor(let own) = try load(labels), own.shape == [array.count] else {
        throw FormatError(.format, labels, "does not hold \(array.count) labels")
      }
      moments.append(array)
      classes += try own.scalars(Int32.self)
      starts.append(starts[number] + array.count)
    }
    guard !moments.isEmpty else { throw FormatError(.format, index, "there are no latents in it") }
    (self.moments, self.classes, self.starts) = (moments, classes, starts)
  }

  public var count: Int { classes.count }
  public var imageShape: [Int] { [shape[0], shape[1], shape[2] / 2] }
  public var knownLabels: Tensor? { get throws { try Tensor(classes) } }

  public func read(_ rows: [Int]) throws -> Rows {
    // Row by row: a batch is spread over the shards anyhow.
    let parts = try rows.map { row in
      let shard = (starts.firstIndex { $0 > row } ?? starts.count - 1) - 1
      return try moments[shard].rows([row - starts[shard]])
    }
    return Rows(images: try concat(parts), labels: try Tensor(rows.map { classes[$0] }))
  }

  public func images(_ rows: Rows, _ random: RowRandom) throws -> Tensor { try LatentMoments.images(rows.images, random) }

  private static func files(_ path: String, _ shard: Int) -> (moments: String, labels: String) {
    let number = String(format: "%05d", shard)
    return (path + "/moments_\(number).npy", path + "/labels_\(number).npy")
  }

  /// Packs a folder of latent files.
  ///
  /// - Parameters:
  ///   - perShard: latents of one array.
  ///   - progress: hears how many are done.
  /// - Throws: `FormatError` where one cannot be read, or the disk is full; there is no index then.
  public static func pack(_ source: LatentFolder, to path: String, perShard: Int = 4096, progress: (Int) throws -> Void = { _ in }) throws {
    var shards: [FileValue] = []
    for start in stride(from: 0, to: source.count, by: perShard) {
      let rows = Array(start..<min(start + perShard, source.count))
      var moments: [Tensor] = [], labels: [Tensor] = []
      for part in stride(from: 0, to: rows.count, by: 256) {
        let read = try source.read(Array(rows[part..<min(part + 256, rows.count)]))
        moments.append(try read.images.permuted([0, 2, 3, 1]).evaluated())
        if let own = read.labels { labels.append(try own.evaluated()) }
        try progress(start + min(part + 256, rows.count))
      }
      let (file, classes) = files(path, shards.count)
      try save(.tensor(concat(moments)), to: file)
      try save(.tensor(concat(labels)), to: classes)
      shards.append(.record(["count": .number(Double(rows.count))]))
    }
    let shape = [source.imageShape[0], source.imageShape[1], 2 * source.imageShape[2]]
    try save(
      .record(["kind": .string(kind), "shape": .list(shape.map { .number(Double($0)) }), "shards": .list(shards)]), to: path + "/index.json")
  }
}
