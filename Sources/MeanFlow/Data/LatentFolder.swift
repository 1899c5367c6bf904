// The authors' latents: one torch file an image with its moments and label, ROOT/train/00000000.pt (method.md, section 5).

import Formats
import Foundation
import OrderedCollections
public import Tensor

/// A folder of latent files, read as they are needed.
public struct LatentFolder: FileDataSet {
  private let files: [String]
  private let reading: FileReading
  /// Of one file's moments, [8, H, W]: mean, then deviation.
  private let momentShape: [Int]
  public let readsAhead = 2
  public let isLabelled = true
  public let knownLabels: Tensor? = nil

  /// - Parameter path: the data set's root, or the folder of the files.
  /// - Throws: `FormatError` where there are none, or the first one is no latent.
  public init(_ path: String, unreadable: UnreadablePolicy = .stop) throws {
    let folder = FileManager.default.fileExists(atPath: path + "/train") ? path + "/train" : path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    files = names.filter { $0.hasSuffix(".pt") }.sorted().map { folder + "/" + $0 }
    guard let first = files.first else {
      throw FormatError(
        .io, path, "there are no latents: neither train/00000000.pt nor latents-00000.npy",
        hint: "`prepare` makes both from pictures, the authors' prepare_data.sh the former, pack_latents the latter of it")
    }
    reading = FileReading(unreadable)
    momentShape = try Self.moments(first).image.shape
  }

  public var count: Int { files.count }
  public var imageShape: [Int] { [momentShape[1], momentShape[2], momentShape[0] / 2] }
  /// What was wrong with files that were passed over.
  public var problems: [String] { reading.problems }

  public func read(_ rows: [Int]) throws -> Rows {
    let items = try reading.rows(rows, of: count) { row in
      let item = try Self.moments(files[row])
      guard item.image.shape == momentShape else {
        throw FormatError(.format, files[row], "its moments are \(item.image.shape), those of the first file \(momentShape)")
      }
      return item
    }
    return Rows(images: try stack(items.map(\.image)), labels: try stack(items.map(\.label)))
  }

  public func images(_ rows: Rows, _ random: RowRandom) throws -> Tensor {
    try LatentMoments.images(rows.images, random)
  }

  private static func moments(_ path: String) throws -> (image: Tensor, label: Tensor) {
    guard case .record(let fields) = try load(path), case .tensor(let image)? = fields["image"] else {
      throw FormatError(.format, path, "this is no latent: {image: [8, H, W], label} is needed")
    }
    guard image.rank == 3, image.shape[0] == 8, image.dtype == .float32 else {
      throw FormatError(.format, path, "its image is \(image); moments float32[8, H, W] are needed")
    }
    switch fields["label"] {
    case .tensor(let label)? where label.count == 1: return (image, try label.reshaped([]).cast(to: .int32))
    case .number(let number)?: return (image, Tensor(number, dtype: .int32))
    default: throw FormatError(.format, path, "it has no label")
    }
  }
}

/// What every form of latents has in common.
enum LatentMoments {
  /// A draw from moments [B, 8, H, W], normalised.  [B, H, W, 4]
  static func images(_ channels: Tensor, _ random: RowRandom) throws -> Tensor {
    let moments = try channels.permuted([0, 2, 3, 1])  // [B, H, W, 8]
    let shape = Array(moments.shape.dropFirst().dropLast()) + [4]
    return try LatentNormalisation.normalised(moments: moments, noise: random.normals(shape))
  }
}
