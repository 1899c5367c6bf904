// The texts that an editor has open, and files that they import.

import Foundation
import Lang

/// A text as the editor has it, saved or not.
final class OpenDocument {
  let uri: String
  private(set) var version: Int?
  private(set) var text: String
  private(set) var lines: LineTable
  /// Whether it changed since it was checked.
  var isUnchecked = true
  fileprivate var knownAnalysis: Analysis?

  init(uri: String, version: Int?, text: String) {
    self.uri = uri
    self.version = version
    self.text = text
    lines = LineTable(text)
  }

  /// Where it lies, if in a file.
  var path: String? { Workspace.path(ofURI: uri) }

  func apply(_ changes: [LSP.ContentChange], version: Int?) {
    for change in changes {
      if let range = change.range {
        let start = lines.offset(range.start)
        let end = max(lines.offset(range.end), start)
        var bytes = Array(text.utf8)
        bytes.replaceSubrange(start..<end, with: change.text.utf8)
        text = String(decoding: bytes, as: UTF8.self)
      } else {
        text = change.text
      }
      lines = LineTable(text)
    }
    self.version = version ?? self.version
    isUnchecked = true
    knownAnalysis = nil
  }
}

final class Workspace {
  private let interpreter: Interpreter
  /// In the order in which they were opened.
  private(set) var documents: [OpenDocument] = []
  /// The folder that the editor works in.
  var root: String?
  private var files: [String: (modified: Date, analysis: Analysis)] = [:]

  init(_ interpreter: Interpreter) { self.interpreter = interpreter }

  func document(_ uri: String) -> OpenDocument? { documents.first { $0.uri == uri } }

  /// Opens a text; one that is open already is replaced.
  func open(_ document: OpenDocument) {
    close(document.uri)
    documents.append(document)
  }

  func close(_ uri: String) { documents.removeAll { $0.uri == uri } }

  func analysis(of document: OpenDocument) -> Analysis {
    if let known = document.knownAnalysis { return known }
    let path = document.path
    let source = Source(name: path.map { ($0 as NSString).lastPathComponent } ?? document.uri, text: document.text, path: path)
    let made = analysis(of: source)
    document.knownAnalysis = made
    return made
  }

  /// An imported file's, as it is in the editor if it is open there.
  private func analysis(ofFile path: String) -> Analysis? {
    if let document = documents.first(where: { $0.path == path }) { return analysis(of: document) }
    guard let modified = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date else { return nil }
    if let known = files[path], known.modified == modified { return known.analysis }
    guard let text = try? SourceFile(path).moduleText() else { return nil }
    let made = analysis(of: Source(name: (path as NSString).lastPathComponent, text: text, path: path))
    files[path] = (modified, made)
    return made
  }

  private func analysis(of source: Source) -> Analysis {
    Analysis(source, interpreter) { [unowned self] in analysis(ofFile: $0) }
  }

  // MARK: places

  /// The path of a `file:` address, nil for others.
  static func path(ofURI uri: String) -> String? {
    guard let url = URL(string: uri), url.isFileURL, !url.path.isEmpty else { return nil }
    return (url.path as NSString).standardizingPath
  }

  /// The address of a source; nil where it is neither open nor in a file.
  func uri(of source: Source) -> String? {
    guard let path = source.path else { return documents.first { $0.knownAnalysis?.source === source }?.uri }
    return documents.first { $0.path == path }?.uri ?? URL(fileURLWithPath: path).absoluteString
  }

  func location(_ range: Range<Int>, of source: Source) -> LSP.Location? {
    uri(of: source).map { LSP.Location(uri: $0, range: LineTable(source.text).range(range)) }
  }
}

extension LineTable {
  func offset(_ position: LSP.Position) -> Int { offset(line: position.line, column: position.character) }

  func range(_ range: Range<Int>) -> LSP.Range {
    let (start, end) = (position(of: range.lowerBound), position(of: range.upperBound))
    return LSP.Range(
      start: LSP.Position(line: start.line, character: start.column), end: LSP.Position(line: end.line, character: end.column))
  }
}
