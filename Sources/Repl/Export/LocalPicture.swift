// Pictures that prose shows: read from the disk into the page.

import FoundationEssentials

enum LocalPicture {
  /// A page with more in it opens slowly.
  private static let mostBytes = 8 << 20

  /// The contents of a PNG or JPEG file as an address, nil of everything else.
  /// - Parameter folder: of the text that names the file.
  static func address(of path: String, in folder: String) -> String? {
    guard !path.isEmpty, !path.contains(":") else { return nil }
    let file = path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path
    let attributes = try? FileManager.default.attributesOfItem(atPath: file)
    // Of a device or a pipe the end might never come.
    guard attributes?[.type] as? FileAttributeType == .typeRegular, let size = attributes?[.size] as? Int, size <= mostBytes else { return nil }
    guard let data = FileManager.default.contents(atPath: file) else { return nil }
    let kinds: [(kind: String, magic: [UInt8])] = [("png", [0x89, 0x50, 0x4E, 0x47]), ("jpeg", [0xFF, 0xD8, 0xFF])]
    return kinds.first { data.starts(with: $0.magic) }.map { "data:image/\($0.kind);base64," + data.base64EncodedString() }
  }
}
