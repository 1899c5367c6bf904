// A run on disk: checkpoints by step, previews, logs, and a lock, so that no two processes write one folder.
//
//   lock                           who writes here; the system lets go of it when the process ends, however it ends
//   state_00001000.safetensors     checkpoints, each whole
//   samples/00001000.png           previews
//   log.jsonl, events.out...       RunLog
//   bad_00001234.safetensors       the state and batch of a step that could not be made

import Formats
import Foundation
import OrderedCollections
import Tensor

/// A folder that one run writes to.
public final class RunFolder: Sendable {
  public let path: String
  private let lock: Int32

  /// Makes the folder, takes its lock and removes what a process that died left half written.
  ///
  /// - Throws: `FormatError` where the folder cannot be made, or another process writes to it.
  public init(_ path: String) throws {
    self.path = path
    do {
      try FileManager.default.createDirectory(atPath: path + "/samples", withIntermediateDirectories: true)
    } catch {
      throw FormatError(.io, path, "the folder cannot be made", hint: "is it a file, or have you no permission there?")
    }
    let place = path + "/lock"
    lock = open(place, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard lock >= 0 else { throw FormatError(.io, place, "cannot be written: \(String(cString: strerror(errno)))") }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let owner = (try? String(contentsOfFile: place, encoding: .utf8))?.split(separator: "\n").first.map { " (\($0))" } ?? ""
      close(lock)
      throw FormatError(.io, path, "another run writes to this folder\(owner)", hint: "wait for it, or take another folder")
    }
    let owner = "process \(getpid()) on \(ProcessInfo.processInfo.hostName)\n"
    ftruncate(lock, 0)
    _ = owner.withCString { pwrite(lock, $0, strlen($0), 0) }
    for folder in [path, path + "/samples"] { AtomicFile.sweep(folder) }
  }

  deinit { close(lock) }

  // MARK: checkpoints

  /// Steps and files of a folder's checkpoints, the latest last.
  public static func checkpoints(in path: String) -> [(step: Int, path: String)] { numbered("state_", in: path) }

  private static func numbered(_ prefix: String, in path: String) -> [(step: Int, path: String)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.compactMap { name in
      guard name.hasPrefix(prefix), name.hasSuffix(".safetensors") else { return nil }
      return Int(name.dropFirst(prefix.count).dropLast(".safetensors".count)).map { ($0, path + "/" + name) }
    }.sorted { $0.step < $1.step }
  }

  /// Writes a checkpoint, then removes the oldest beyond so many.
  public func save(_ state: TrainingState, keep: Int) throws {
    try state.save(to: path + "/state_\(Self.number(state.step)).safetensors")
    prune("state_", keep)
  }

  /// Writes the state before a step that cannot be made, and its batch as `batch/x` and `batch/y`.
  /// - Returns: the file.
  func save(bad state: TrainingState, x: Tensor, y: Tensor, keep: Int) throws -> String {
    let file = path + "/bad_\(Self.number(state.step + 1)).safetensors"
    try state.save(to: file, beside: ["batch/x": x, "batch/y": y])
    prune("bad_", keep)
    return file
  }

  /// Writes a preview.
  func save(_ preview: Raster, step: Int) throws {
    try Formats::save(.image(preview), to: path + "/samples/\(Self.number(step)).png")
  }

  private func prune(_ prefix: String, _ keep: Int) {
    for (_, file) in Self.numbered(prefix, in: path).dropLast(keep) { unlink(file) }
  }

  private static func number(_ step: Int) -> String { String(format: "%08d", step) }

  /// Throws where the folder holds a later checkpoint than the state: going on from it would write over another run.
  func admit(_ state: TrainingState) throws {
    guard let latest = Self.checkpoints(in: path).last, latest.step > state.step else { return }
    throw FormatError(
      .io, path, "the folder holds a run at step \(latest.step); this state is at step \(state.step)",
      hint: "resume(\"\(path)\") goes on with it; a new run needs another folder")
  }
}

extension TrainingState {
  /// The latest state of a run's folder, or of a file.
  ///
  /// - Parameter note: hears of checkpoints that could not be read and were passed over.
  /// - Throws: `FormatError` where there is none.
  public init(resuming path: String, note: (String) -> Void = { _ in }) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      self = try TrainingState(contentsOf: path)
      return
    }
    let all = RunFolder.checkpoints(in: path)
    guard !all.isEmpty else {
      throw FormatError(.io, path, "the folder holds no checkpoint of a run", hint: "`train(..., run = \"\(path)\")` writes them")
    }
    var problem: (any Error)?
    for (_, file) in all.reversed() {
      do {
        self = try TrainingState(contentsOf: file)
        return
      } catch let error as FormatError {
        note(error.description)
        problem = problem ?? error
      }
    }
    throw problem ?? FormatError(.io, path, "the folder holds no checkpoint of a run")
  }

  /// Whether a run of another network can go on with this state; throws with the sizes that differ where not.
  public func admit(_ other: Configuration, in path: String) throws {
    let differing = zip(network.configuration.settings, other.settings).filter { $0.0.value != $0.1.value }
    guard !differing.isEmpty else { return }
    let list = differing.map { "\($0.0.name) \($0.0.value), here \($0.1.value)" }.joined(separator: "; ")
    throw FormatError(.value, path, "the checkpoint is of another network: \(list)", hint: "take its configuration, or another folder")
  }
}
