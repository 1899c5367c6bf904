// Zip archives over mapped bytes. The central directory is read and checked whole, members on demand: stored ones are
// slices of the file, deflated ones are inflated once. Facts: PKWARE's APPNOTE 6.3.

import Foundation
import OrderedCollections
import Synchronization

final class ZipArchive: Container {
  static let magic: [UInt8] = [0x50, 0x4B]

  /// What the directory says of a member.
  struct Member {
    var isDeflated: Bool
    var checksum: UInt32
    /// Bytes in the archive, and unpacked.
    var packedSize: Int
    var size: Int
    /// Where its local header begins, and its data.
    var offset: Int
    var start: Int
  }

  private let data: Data
  /// Files in the archive's order.
  private let members: OrderedDictionary<String, Member>
  private let tree: NameTree
  /// Members that were inflated, and those whose checksum was compared.
  private let cache = Mutex<(inflated: [String: Data], verified: Set<String>)>(([:], []))

  /// Throws `Malformed` where the directory is damaged, or any member hostile: then nothing of the archive is read.
  init(_ data: Data) throws {
    self.data = data
    members = try data.withUnsafeBytes { try ZipDirectory($0).members() }
    tree = NameTree(members.keys)
  }

  var names: OrderedSet<String> { members.keys }
  func files(in folder: String) -> [String] { tree.files[folder] ?? [] }
  func folders(in folder: String) -> [String] { tree.folders[folder] ?? [] }
  func exists(_ path: String) -> Bool { members[path] != nil }

  /// The contents of a member. Stored ones are slices, aligned as they are in the file.
  func bytes(_ path: String, verify: Bool = true) throws -> Data {
    guard let member = members[path] else { throw Malformed("the archive has no member \(path)") }
    let packed = data[data.startIndex + member.start..<data.startIndex + member.start + member.packedSize]
    return try cache.withLock { cache in
      if let inflated = cache.inflated[path] { return inflated }
      let contents: Data
      do {
        contents = member.isDeflated ? try Self.inflated(packed, member.size) : packed
      } catch let error as Malformed {
        throw Malformed("the member \(path): \(error.what)", hint: error.hint)
      }
      if (verify || member.isDeflated) && !cache.verified.contains(path) {
        guard contents.withUnsafeBytes({ Deflate.checksum($0) }) == member.checksum else {
          throw Malformed("the member \(path) is damaged: its checksum differs", hint: "download or copy the file again")
        }
        cache.verified.insert(path)
      }
      if member.isDeflated { cache.inflated[path] = contents }
      return contents
    }
  }

  private static func inflated(_ packed: Data, _ size: Int) throws -> Data {
    try Scratch.data(size) { output in try packed.withUnsafeBytes { try Deflate.unpack($0, .bare, into: output) } }
  }
}

/// Which names lie in which folder.
struct NameTree: Sendable {
  private(set) var files: [String: [String]] = [:]
  private(set) var folders: [String: [String]] = [:]

  init(_ names: some Sequence<String>) {
    var known: Set<String> = [""]
    for name in names {
      let parts = name.split(separator: "/", omittingEmptySubsequences: false)
      var folder = ""
      for part in parts.dropLast() {
        let inner = folder.isEmpty ? String(part) : folder + "/" + part
        if known.insert(inner).inserted { folders[folder, default: []].append(String(part)) }
        folder = inner
      }
      files[folder, default: []].append(String(parts.last ?? ""))
    }
  }
}
