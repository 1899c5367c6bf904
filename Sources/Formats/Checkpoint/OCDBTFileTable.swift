// The data files that an OCDBT node refers to by number, and its references into them.

/// Where a node lies.
struct Reference {
  var file: String
  /// What paths below that node begin with.
  var transitive: [UInt8]
  var offset: Int
  var count: Int
}

struct FileTable {
  struct File {
    var path: String
    var transitive: [UInt8]
  }

  private let files: [File]

  /// Reads the table. Its paths are relative to the manifest's folder and may not lead out of it.
  init(_ reader: inout ByteReader, below transitive: [UInt8]) throws {
    let count = try reader.count("data files", bytesEach: 2)
    let (paths, bases) = try reader.sharedStrings(count, "a data file's path") { try $0.lengths(count, "a base path's length") }
    files = try zip(paths, bases).map { path, base in
      guard base <= path.count else { throw Malformed("has a data file whose base is longer than its path") }
      return File(path: try Self.checked(transitive + path), transitive: Array(try Self.checked(transitive + path[..<base]).utf8))
    }
  }

  /// An empty path is legal: an empty database refers to it.
  private static func checked(_ bytes: [UInt8]) throws -> String {
    guard let path = String(validating: bytes, as: UTF8.self), !path.utf8.contains(0) else {
      throw Malformed("has a data file without a proper path")
    }
    guard !path.hasPrefix("/"), !path.split(separator: "/").contains(".."), path.utf8.count < 4096 else {
      throw Malformed("has a data file whose path leads out of the checkpoint: \(JSON.quoted(String(path.prefix(200))))")
    }
    return path
  }

  func file(_ id: UInt64) throws -> File {
    guard id < UInt64(files.count) else { throw Malformed("refers to data file \(id) of \(files.count)") }
    let file = files[Int(id)]
    guard !file.path.isEmpty else { throw Malformed("refers to a data file without a path") }
    return file
  }

  /// Columns of file numbers, offsets and lengths. An offset and length of all ones stand for nothing.
  func references(_ reader: inout ByteReader, _ count: Int) throws -> [Reference?] {
    let ids = try reader.varints(count, "a file's number")
    let offsets = try reader.varints(count, "an offset")
    let lengths = try reader.varints(count, "a length")
    return try (0..<count).map { index in
      if offsets[index] == .max, lengths[index] == .max { return nil }
      let file = try file(ids[index])
      guard offsets[index] < 1 << 62, lengths[index] < 1 << 62 else {
        throw Malformed("refers to byte \(offsets[index]) with \(lengths[index]) bytes, which no file can hold")
      }
      return Reference(file: file.path, transitive: file.transitive, offset: Int(offsets[index]), count: Int(lengths[index]))
    }
  }
}

extension ByteReader {
  /// Nothing may remain.
  func finish() throws {
    guard remaining == 0 else { throw Malformed("has \(remaining) bytes too many") }
  }
}
