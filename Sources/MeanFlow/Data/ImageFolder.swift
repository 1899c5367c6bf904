// Pictures in folders, one a class, as torchvision's ImageFolder has them; read and prepared as they are needed.

import Formats
import Foundation
public import Tensor

/// A folder of picture files.
public struct ImageFolder: FileDataSet {
  private let files: [(path: String, label: Int32)]
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
    func pictures(_ folder: String) -> [String] {
      let endings: Set = ["png", "jpg", "jpeg"]
      return Self.names(folder).filter { endings.contains(($0 as NSString).pathExtension.lowercased()) }.map { folder + "/" + $0 }
    }
    let all = Self.names(path).map { (name: $0, pictures: pictures(path + "/" + $0)) }.filter { !$0.pictures.isEmpty }
    classes = all.map(\.name)
    files =
      all.isEmpty
      ? pictures(path).map { ($0, 0) }
      : all.enumerated().flatMap { label, folder in folder.pictures.map { ($0, Int32(label)) } }
    guard !files.isEmpty else {
      throw FormatError(.io, path, "there are no pictures in it: .png, .jpg or .jpeg, in one folder a class")
    }
    self.size = size
    self.flips = flips
    reading = FileReading(unreadable)
  }

  private static func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
  }

  public var count: Int { files.count }
  public var imageShape: [Int] { [size, size, 3] }
  public var isLabelled: Bool { !classes.isEmpty }
  public var knownLabels: Tensor? { get throws { isLabelled ? try Tensor(classes.indices.map { Int32($0) }) : nil } }
  public var problems: [String] { reading.problems }

  public func read(_ rows: [Int]) throws -> Rows {
    let items = try reading.rows(rows, of: count) { row in
      (bytes: try image(files[row].path).centerCropped(to: size).bytes, label: files[row].label)
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
