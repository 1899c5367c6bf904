// What a reader is given: the file's bytes, and what of it is wanted.

import Foundation

/// A file to be read.
struct Source: Sendable {
  let path: String
  /// The whole file, mapped. Empty where the path is a folder.
  let data: Data
  let options: LoadOptions

  init(path: String = "", data: Data, options: LoadOptions = LoadOptions()) {
    self.path = path
    self.data = data
    self.options = options
  }

  func wants(_ name: String) -> Bool { !options.headersOnly && options.keys?.matches(name) ?? true }
}

/// What reading is busy with.
public enum LoadStage: String, Sendable {
  /// Members of an archive are decompressed or checked.
  case unpack
  /// Arrays are made.
  case load
}

/// Hears how far a stage has come: bytes that are done, and all. Calls come from several threads, one at a time.
public typealias LoadProgress = @Sendable (_ stage: LoadStage, _ done: Int, _ total: Int) -> Void

/// Which arrays are wanted, and who hears how far reading has come.
struct LoadOptions: Sendable {
  var keys: KeyPattern?
  /// Whether all is checked and nothing read: how a file is looked at that was just written.
  var headersOnly = false
  var progress: LoadProgress?
}
