// Zip archives over mapped bytes. The central directory is read and checked whole, members on demand: stored ones are
// slices of the file, deflated ones are inflated once. Facts: PKWARE's APPNOTE 6.3.

import Foundation
import OrderedCollections
import Synchronization
import Tensor

final class ZipArchive: Container {
  static let magic: [UInt8] = [0x50, 0x4B]

  /// What the directory says of a member.
  struct Member {
    var isDeflated: Bool
    var checksum: UInt32
    /// Bytes in the archive, and unpacked.
    var packedSize: Int
    var size: Int
    /// Bytes that are walked to read it: each is inflated, if need be, and counted in the checksum.
    var work: Int { isDeflated ? 2 * size : size }
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
    if let ready = ready(path, verify) { return ready }
    return try read(path, verify) { _ in }
  }

  func prepare(_ paths: [String], verify: Bool, _ progress: LoadProgress?) throws {
    // The largest first: what is left for the end is short.
    let todo = paths.compactMap { path in members[path].map { (path: path, member: $0) } }
      .filter { ready($0.path, verify) == nil && (verify || $0.member.isDeflated) }.sorted { $0.member.size > $1.member.size }
    let total = todo.reduce(0) { $0 + $1.member.work }
    let state = Mutex<(done: Int, failure: (any Error)?)>((0, nil))
    try Threads.forEach(todo.count) { index in
      do {
        _ = try read(todo[index].path, verify) { bytes in
          try Interrupt.check()
          try state.withLock { state in
            if let failure = state.failure { throw failure }
            state.done += bytes
            progress?(.unpack, state.done, total)
          }
        }
      } catch {
        state.withLock { $0.failure = $0.failure ?? error }
      }
    }
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  /// What needs no more work.
  private func ready(_ path: String, _ verify: Bool) -> Data? {
    guard let member = members[path] else { return nil }
    return cache.withLock { cache in
      member.isDeflated ? cache.inflated[path] : !verify || cache.verified.contains(path) ? packed(member) : nil
    }
  }

  private func packed(_ member: Member) -> Data {
    data[data.startIndex + member.start..<data.startIndex + member.start + member.packedSize]
  }

  private func read(_ path: String, _ verify: Bool, tick: (Int) throws -> Void) throws -> Data {
    guard let member = members[path] else { throw Malformed("the archive has no member \(path)") }
    let packed = packed(member)
    do {
      let contents =
        member.isDeflated
        ? try Scratch.data(member.size) { output in
          try packed.withUnsafeBytes { try Deflate.unpack($0, .bare, into: output, tick: tick) }
        } : packed
      guard verify || member.isDeflated else { return contents }
      guard try contents.withUnsafeBytes({ try Deflate.checksum($0, tick: tick) }) == member.checksum else {
        throw Malformed("is damaged: its checksum differs", hint: "download or copy the file again")
      }
      cache.withLock { cache in
        if member.isDeflated { cache.inflated[path] = contents } else { cache.verified.insert(path) }
      }
      return contents
    } catch let error as Malformed {
      throw Malformed("the member \(path): \(error.what)", hint: error.hint)
    }
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
