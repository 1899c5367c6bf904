// Whole files in and out. Reading maps the file; writing goes to a temporary file beside the target, which takes the
// target's name only once all bytes are on the disk: a file is written whole or not at all.

public import Foundation

enum File {
  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// A file's bytes, mapped.
  static func bytes(_ path: String) throws -> Data {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FormatError(.io, path, "there is no such file", hint: nearby(path))
    }
    guard !isFolder.boolValue else { throw FormatError(.io, path, "is a folder, not a file") }
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
      throw FormatError(.io, path, "cannot be read", hint: "have you permission to read it?")
    }
  }

  /// A file of the same folder whose name differs in case or ending only.
  private static func nearby(_ path: String) -> String? {
    let url = URL(fileURLWithPath: path)
    let folder = url.deletingLastPathComponent()
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
      return "the folder \(folder.path) does not exist"
    }
    let stem = url.deletingPathExtension().lastPathComponent.lowercased()
    let near = names.sorted().first { ($0 as NSString).deletingPathExtension.lowercased() == stem }
    return near.map { "there is \($0)" } ?? "the working folder is \(FileManager.default.currentDirectoryPath)"
  }
}

/// Writing files whole or not at all.
public enum AtomicFile {
  /// Calls `body` with an open temporary file; it becomes `path` when the body returns and the bytes are on disk.
  /// On any error the temporary file is removed and the old file stays as it was.
  /// - Parameter checking: looks at the written bytes before they take the name.
  public static func write(
    to path: String, checking: (Data) throws -> Void = { _ in }, _ body: (FileHandle) throws -> Void
  ) throws {
    let temporary = try temporaryPath(for: path)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw FormatError(.io, path, "cannot be written: \(reason(errno))")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    do {
      try body(handle)
      guard fsync(descriptor) == 0 else { throw FormatError(.io, path, "cannot be written: \(reason(errno))") }
      try checking(File.bytes(temporary))
      close(descriptor)
    } catch {
      close(descriptor)
      unlink(temporary)
      if error is FormatError { throw error }
      if let error = error as? Malformed { throw unread(path, error) }
      throw FormatError(.io, path, "cannot be written: \(error.localizedDescription)")
    }
    try take(temporary, path)
  }

  /// What was written does not read back.
  private static func unread(_ path: String, _ error: Malformed) -> FormatError {
    FormatError(.io, path, "was not written: it reads back damaged (\(error.what))", hint: "is the disk full, or the file system failing?")
  }

  private static func take(_ temporary: String, _ path: String) throws {
    guard rename(temporary, path) == 0 else {
      let why = reason(errno)
      unlink(temporary)
      throw FormatError(.io, path, "cannot be written: \(why)")
    }
    // The name, too, must outlive a loss of power; file systems that cannot say so are not worse off.
    let folder = (path as NSString).deletingLastPathComponent
    let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
  }

  /// Removes what processes that died while they wrote left in a folder that nobody else writes to.
  public static func sweep(_ folder: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.contains(mark) {
      unlink(folder + "/" + name)
    }
  }

  private static let mark = ".writing-"

  private static func temporaryPath(for path: String) throws -> String {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw FormatError(.io, path, "is a folder; a file's name is needed")
    }
    let folder = (path as NSString).deletingLastPathComponent
    // What took an hour to compute must not be lost to a missing folder: it is made.
    if !folder.isEmpty, !FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) {
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw FormatError(.io, path, "cannot be written: the folder \(folder) cannot be made")
      }
    } else if !folder.isEmpty, !isFolder.boolValue {
      throw FormatError(.io, path, "cannot be written: \(folder) is a file, not a folder")
    }
    return path + mark + "\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}

extension FileHandle {
  /// Writes memory without a copy: `Data` looks at it and does not outlive the call.
  func write(viewing bytes: UnsafeRawBufferPointer) throws {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return }
    try write(contentsOf: Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: bytes.count, deallocator: .none))
  }
}
