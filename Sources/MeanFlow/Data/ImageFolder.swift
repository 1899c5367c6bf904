// Pictures in folders, one a class (ImageTree), or in one folder without classes; read and prepared as they are needed.

import Formats
public import Tensor

/// A folder of picture files.
public struct ImageFolder: FileDataSet {
  private let files: [ImageTree.Item]
  private let reading: FileReading
  private let size: Int
  private let flips: Bool
  /// The classes' names, in the order of their labels; empty where pictures have none.
  public let classes: [String]
  public let readsAhead = 2

  /// - Parameters:
  ///   - size: width and height of the images.
  ///   - flips: every second image of a batch is mirrored.
  /// - Throws: `FormatError` where there are no pictures.
  public init(_ path: String, size: Int, flips: Bool = false, unreadable: UnreadablePolicy = .stop) throws {
    let tree = try ImageTree(path, allowsNone: true)
    files = tree.items
    classes = tree.classes
    self.size = size
    self.flips = flips
    reading = FileReading(unreadable)
  }

  public var count: Int { files.count }
  public var imageShape: [Int] { [size, size, 3] }
  public var isLabelled: Bool { !classes.isEmpty }
  public var knownLabels: Tensor? { get throws { isLabelled ? try Tensor(classes.indices.map { Int32($0) }) : nil } }
  public var problems: [String] { reading.problems }

  public func read(_ rows: [Int]) throws -> Rows {
    let items = try reading.rows(rows, of: count) { row in
      (bytes: try image(files[row].path).centerCropped(to: size).bytes, label: Int32(files[row].label))
    }
    let bytes = items.flatMap(\.bytes)
    return Rows(
      images: try Tensor(bytes, shape: [rows.count, size, size, 3]), labels: isLabelled ? try Tensor(items.map(\.label)) : nil)
  }

  public func images(_ rows: Rows, _ random: RowRandom) throws -> Tensor {
    let x = try imageValues(rows.images)
    return flips ? try random.flipped(x) : x
  }
}
