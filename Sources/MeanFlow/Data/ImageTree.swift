// Images in class folders, `n01440764/ILSVRC2012_val_00000293.JPEG`, in torchvision's order: classes by name, then files by
// path. A class's number is its place.

import Foundation
import Formats

public struct ImageTree: Sendable {
  public struct Item: Sendable {
    public let path: String
    public let label: Int
  }

  public let classes: [String]
  public let items: [Item]

  /// What torchvision takes for an image.
  private static let endings: Set<String> = ["jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp"]

  /// - Parameter allowsNone: a folder without class folders is one of images without classes.
  /// - Throws: `FormatError` where there is no such folder, no class in it, or no image in any class.
  public init(_ folder: String, allowsNone: Bool = false) throws {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    guard manager.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw FormatError(.io, folder, "there is no such folder", hint: "images lie in folders by class: \(folder)/n01440764/...")
    }
    func contents(_ path: String) throws -> [(name: String, isFolder: Bool)] {
      try manager.contentsOfDirectory(atPath: path).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { name in
        var isFolder: ObjCBool = false
        _ = manager.fileExists(atPath: path + "/" + name, isDirectory: &isFolder)
        return (name, isFolder.boolValue)
      }
    }
    classes = try contents(folder).filter { $0.isFolder && !$0.name.hasPrefix(".") }.map(\.name)
    guard !classes.isEmpty || allowsNone else {
      throw FormatError(
        .value, folder, "holds no class folders, so there are zero classes",
        hint: "images lie in folders by class: \(folder)/n01440764/...; a single class is a single folder")
    }
    var items: [Item] = []
    /// A folder's own files first, then those of the folders in it, as Python's sorted walk gives them.
    func walk(_ path: String, _ label: Int) throws {
      let all = try contents(path)
      for (name, isFolder) in all where !isFolder && Self.endings.contains((name as NSString).pathExtension.lowercased()) {
        items.append(Item(path: path + "/" + name, label: label))
      }
      for (name, isFolder) in all where isFolder { try walk(path + "/" + name, label) }
    }
    if classes.isEmpty { try walk(folder, 0) }
    for (label, name) in classes.enumerated() { try walk(folder + "/" + name, label) }
    guard !items.isEmpty else {
      let what = classes.isEmpty ? "it holds" : "its \(classes.count) class folders hold"
      throw FormatError(.value, folder, "\(what) no images", hint: "jpg, jpeg and png are read")
    }
    self.items = items
  }
}
