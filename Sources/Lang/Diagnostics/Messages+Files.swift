// Texts about files, and about programs that import each other.

extension Messages {
  /// - Parameters:
  ///   - near: a file in the same folder whose name is nearly that.
  ///   - instead: what stands in the folder.
  static func noFile(_ path: String, near: String?, instead: String?) -> Diagnostic {
    Diagnostic(.io, "there is no file \(path)", hint: near.map { "did you mean `\($0)`?" } ?? instead)
  }

  static func unreadableFile(_ path: String) -> Diagnostic {
    Diagnostic(.io, "\(path) cannot be read", hint: "is it a folder, or without permission?")
  }

  /// - Parameter line: the first that is no text.
  static func notText(_ path: String, line: Int) -> Diagnostic {
    Diagnostic(.format, "\(path) is not UTF-8 text: line \(line) has bytes that are no characters")
  }

  static func importsItself(_ path: String, _ chain: [String]) -> Diagnostic {
    // From the file on that is met again; folders that all have in common say nothing.
    let ring = chain.last.flatMap { chain.firstIndex(of: $0) }.map { Array(chain[$0...]) } ?? chain
    var parts = ring.map { $0.split(separator: "/") }
    while let first = parts.first, first.count > 1, parts.allSatisfy({ $0.count > 1 && $0[0] == first[0] }) {
      parts = parts.map { Array($0.dropFirst()) }
    }
    return Diagnostic(
      .name, "\"\(path)\" imports itself", notes: [parts.map { $0.joined(separator: "/") }.joined(separator: " -> ")])
  }
}
