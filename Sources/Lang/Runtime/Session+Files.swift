// Where a session may write.

import Foundation

extension Session {
  /// The one folder that --safe writes in, where it keeps `path` from being written.
  public func onlyFolder(against path: String) -> String? {
    guard isSafe else { return nil }
    let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath).resolvingSymlinksInPath().path
    let target = Self.resolved(URL(fileURLWithPath: path).standardizedFileURL).path
    return target.hasPrefix(here + "/") ? nil : here
  }

  /// Links are followed in what exists of a path; Foundation lets them be where the file itself is new.
  private static func resolved(_ url: URL) -> URL {
    let exists = (try? FileManager.default.attributesOfItem(atPath: url.path)) != nil
    guard !exists, url.pathComponents.count > 1 else { return url.resolvingSymlinksInPath() }
    return resolved(url.deletingLastPathComponent()).appendingPathComponent(url.lastPathComponent)
  }
}
