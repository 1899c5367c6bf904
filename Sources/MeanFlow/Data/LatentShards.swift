// Packed latents: moments in a few large arrays that stay mapped, so that an epoch in any order costs seeks of one kind
// and no files are opened. What `prepare(format = "npy")` writes, and `pack` makes of the authors' files:
//
//   latents-00000.npy    float32 [count, 8, H, W]
//   labels-00000.npy     whole numbers [count]

import Formats
import Foundation
public import Tensor

/// A folder of packed latents.
public struct LatentShards: DataSet {
  private let moments: [MappedArray]
  private let classes: [Int32]
  /// The first row of each shard, and one past the last.
  private let starts: [Int]
  /// Of one image's moments, [8, H, W].
  private let shape: [Int]
  public let readsAhead = 2
  public let isLabelled = true

  /// Whether a folder, or the folder `train` in it, holds packed latents.
  public static func isThere(_ path: String) -> Bool { !names(folder(path)).isEmpty }

  private static func folder(_ path: String) -> String {
    FileManager.default.fileExists(atPath: path + "/train") ? path + "/train" : path
  }

  private static func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasPrefix("latents-") && $0.hasSuffix(".npy") }.sorted()
  }

  /// - Throws: `FormatError` where a shard is missing, or does not fit the others or its labels.
  public init(_ path: String) throws {
    let folder = Self.folder(path), count = Self.names(folder).count
    guard count > 0 else { throw FormatError(.io, path, "there are no packed latents: latents-00000.npy is the first of them") }
    var moments: [MappedArray] = [], classes: [Int32] = [], starts = [0]
    for number in 0..<count {
      let (file, labels) = Self.files(folder, number)
      let array = try MappedArray(file)
      let row = Array(array.shape.dropFirst())
      guard array.dtype == .float32, row.count == 3, row[0] == 8, row == moments.first.map({ Array($0.shape.dropFirst()) }) ?? row else {
        throw FormatError(.format, file, "is \(array.dtype)\(array.shape); moments float32[n, 8, H, W] of one size are needed")
      }
      guard case .tensor(let own) = try load(labels), own.shape == [array.count], own.dtype.isInteger else {
        throw FormatError(.format, labels, "does not hold \(array.count) labels")
      }
      moments.append(array)
      classes += try own.scalars(Int32.self)
      starts.append(starts[number] + array.count)
    }
    shape = Array(moments[0].shape.dropFirst())
    (self.moments, self.classes, self.starts) = (moments, classes, starts)
  }

  public var count: Int { classes.count }
  public var imageShape: [Int] { [shape[1], shape[2], 4] }
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

  private static func files(_ folder: String, _ shard: Int) -> (moments: String, labels: String) {
    let number = String(format: "%05d", shard)
    return (folder + "/latents-\(number).npy", folder + "/labels-\(number).npy")
  }

  /// Packs a folder of latent files. The new folder takes its name once it is whole.
  ///
  /// - Parameters:
  ///   - perShard: latents of one array.
  ///   - progress: hears how many are done.
  /// - Throws: `FormatError` where one cannot be read, the disk is full, or the folder is there already.
  public static func pack(_ source: LatentFolder, to path: String, perShard: Int = 4096, progress: (Int) throws -> Void = { _ in }) throws {
    guard names(folder(path)).isEmpty, !FileManager.default.fileExists(atPath: path) else {
      throw FormatError(.io, path, "is there already", hint: "take another folder, or remove this one")
    }
    let making = path + ".packing"
    try? FileManager.default.removeItem(atPath: making)
    var shard = 0
    for start in stride(from: 0, to: source.count, by: perShard) {
      let rows = Array(start..<min(start + perShard, source.count))
      var moments: [Tensor] = [], labels: [Tensor] = []
      for part in stride(from: 0, to: rows.count, by: 256) {
        let read = try source.read(Array(rows[part..<min(part + 256, rows.count)]))
        moments.append(try read.images.evaluated())
        if let own = read.labels { labels.append(try own.evaluated()) }
        try progress(start + min(part + 256, rows.count))
      }
      let (file, classes) = files(making, shard)
      try save(.tensor(concat(moments)), to: file)
      try save(.tensor(concat(labels)), to: classes)
      shard += 1
    }
    guard rename(making, path) == 0 else { throw FormatError(.io, path, "cannot be made: \(String(cString: strerror(errno)))") }
  }
}
