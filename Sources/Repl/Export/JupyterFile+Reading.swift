// Jupyter notebooks as scripts: their cells, without what they showed. Cells in another language are refused.

import Formats
import Lang
import OrderedCollections

extension JupyterFile {
  /// The cells of a notebook.
  /// - Parameter name: what errors call it.
  /// - Throws: `Diagnostic`, `.format` where the text is no notebook or one of another language.
  static func document(from text: String, name: String) throws(Diagnostic) -> Document {
    let notebook: FileValue
    do { notebook = try FileValue(json: text) } catch {
      throw Diagnostic(.format, "\(name) is no notebook: \((error as? FormatError)?.message ?? "\(error)")")
    }
    guard case .number(let format)? = notebook["nbformat"] else {
      throw Diagnostic(.format, "\(name) is no notebook: it has no nbformat", hint: "Jupyter writes one into each .ipynb")
    }
    guard format == 4, case .list(let cells)? = notebook["cells"] else {
      throw Diagnostic(.format, "\(name) is a notebook of nbformat \(Int(exactly: format).map { "\($0)" } ?? "\(format)"); 4 can be read", hint: "Jupyter converts it: jupyter nbconvert --to notebook")
    }
    let language = notebook["metadata"]?["kernelspec"]?["language"]?.text ?? notebook["metadata"]?["language_info"]?["name"]?.text
    if let language, language != kernel.language {
      throw Diagnostic(.format, "\(name) is a notebook in \(language); its cells are no cells of imf-repl")
    }
    var sections: [Document.Section] = []
    for (index, cell) in cells.enumerated() {
      guard let source = cell["source"]?.text ?? cell["source"]?.joinedLines else {
        throw Diagnostic(.format, "\(name): cell \(index + 1) has no source")
      }
      switch cell["cell_type"]?.text {
      case "code": sections.append(.code(title: title(of: cell, after: sections.last), text: source))
      case "markdown", "raw": sections.append(.prose(source))
      case let type: throw Diagnostic(.format, "\(name): cell \(index + 1) is of type \(type ?? "none"); expected code, markdown or raw")
      }
    }
    return Document(sections: sections)
  }

  /// Where a script could not tell a cell from the one before without a mark, it gets one.
  private static func title(of cell: FileValue, after last: Document.Section?) -> String? {
    if let title = cell["metadata"]?["imf"]?["title"]?.text { return title.split(separator: "\n").joined(separator: " ") }
    return switch last {
    case nil, .prose: nil
    case .code: ""
    }
  }
}

extension FileValue {
  fileprivate subscript(field: String) -> FileValue? { if case .record(let fields) = self { fields[field] } else { nil } }

  fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }

  /// A list of strings as one.
  fileprivate var joinedLines: String? {
    guard case .list(let lines) = self else { return nil }
    let texts = lines.compactMap(\.text)
    return texts.count == lines.count ? texts.joined() : nil
  }
}
