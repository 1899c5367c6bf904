// Where an export goes: the ending of its name says in which form.

import Formats
import Foundation
import Lang

/// A file to write.
struct ExportTarget: Equatable {
  enum Form: String, CaseIterable {
    case html, ipynb, md, imf
  }

  let path: String
  let form: Form

  /// - Throws: `Diagnostic` for a name without one of the endings.
  init(_ path: String) throws(Diagnostic) {
    self.path = path
    let ending = (path as NSString).pathExtension.lowercased()
    guard let form = Form(rawValue: ending) else {
      let what = ending.isEmpty ? "\(path) has no ending that says the form" : "exports of .\(ending) cannot be written"
      throw Diagnostic(.argument, what, hint: "endings are " + Form.allCases.map { ".\($0)" }.joined(separator: " "))
    }
    self.form = form
  }

  /// Writes a report, whole or not at all.
  /// - Parameter folder: where pictures that the prose shows are looked for.
  func write(_ report: Report, folder: String) throws(Diagnostic) {
    try saying {
      switch form {
      case .html: try write(try HTMLPage(report, folder: folder).text)
      case .ipynb: try write(try JupyterFile(report).text)
      case .imf: try write(report.document.text)
      case .md:
        let stem = ((path as NSString).deletingPathExtension) + "_files"
        let page = try MarkdownPage(report, folder: (stem as NSString).lastPathComponent)
        // Pictures first: the text never names one that is not there.
        for picture in page.pictures { try Self.write(picture.image.data, to: stem + "/" + picture.name) }
        try write(page.text)
      }
    }
  }

  /// Writes a script.
  func write(_ document: Document) throws(Diagnostic) { try saying { try write(document.text) } }

  private func saying(_ body: () throws -> Void) throws(Diagnostic) {
    do { try body() } catch let error as FormatError {
      throw Diagnostic(.io, error.message, hint: error.hint)
    } catch {
      throw Diagnostic(.io, "\(path) cannot be written: \(error)")
    }
  }

  private func write(_ text: String) throws { try Self.write(Data(text.utf8), to: path) }

  private static func write(_ data: Data, to path: String) throws { try AtomicFile.write(to: path) { try $0.write(contentsOf: data) } }
}
