// A report as a Jupyter notebook, nbformat 4.5. Reading one back is in JupyterFile+Reading.
// https://nbformat.readthedocs.io/en/latest/format_description.html

import Formats
import Lang
import OrderedCollections

struct JupyterFile {
  let text: String

  /// What the notebook's kernel is called; `--jupyter-install` installs it under this name.
  static let kernel = (name: "imf", language: "imf", displayName: "imf-repl")

  init(_ report: Report) throws {
    var names = CellIdentifiers()
    let cells = try report.parts.map { part -> FileValue in
      switch part {
      case .prose(let text):
        [
          "cell_type": "markdown", "id": .string(names.identifier(for: text)), "metadata": [:], "source": .lines(text),
        ]
      case .cell(let cell):
        [
          "cell_type": "code", "execution_count": cell.number.map { .number(Double($0)) } ?? .none, "id": .string(names.identifier(for: cell.text)),
          "metadata": Self.metadata(cell), "outputs": .list(try Self.outputs(cell)), "source": .lines(cell.text),
        ]
      }
    }
    let notebook: FileValue = [
      "cells": .list(cells),
      "metadata": [
        "kernelspec": ["display_name": .string(Self.kernel.displayName), "language": .string(Self.kernel.language), "name": .string(Self.kernel.name)],
        "language_info": [
          "file_extension": ".imf", "mimetype": "text/x-imf", "name": .string(Self.kernel.language), "pygments_lexer": "text", "version": .string(ProgramOptions.version),
        ],
        "title": .string(report.title),
      ],
      "nbformat": 4, "nbformat_minor": 5,
    ]
    text = try notebook.json()
  }

  /// The title of a cell, whose absence means something to a script, is ours alone.
  private static func metadata(_ cell: ReportCell) -> FileValue {
    var fields: OrderedDictionary<String, FileValue> = [:]
    if let title = cell.title { fields["imf"] = ["title": .string(title)] }
    if cell.ending == .notRun, cell.note != nil { fields["tags"] = ["not-run"] }
    return .record(fields)
  }

  private static func outputs(_ cell: ReportCell) throws -> [FileValue] {
    try cell.outputs.map { output in
      switch output {
      case .text(let text): ["name": "stdout", "output_type": "stream", "text": .lines(text)]
      case .value(let text, let number):
        [
          "data": ["text/plain": .lines(text)], "execution_count": (number ?? cell.number).map { .number(Double($0)) } ?? .none, "metadata": [:],
          "output_type": "execute_result",
        ]
      case .error(let error):
        [
          "ename": .string(error.kind.rawValue), "evalue": .string(error.message), "output_type": "error",
          "traceback": .list(error.rendered(coloured: true).split(separator: "\n", omittingEmptySubsequences: false).map { .string(String($0)) }),
        ]
      case .picture, .plot, .animation:
        ["data": try data(of: output), "metadata": try sizes(of: output), "output_type": "display_data"]
      }
    }
  }

  private static func data(of output: Output) throws -> FileValue {
    guard let figure = try Figure.of(output) else { return [:] }
    return ["image/png": .string(figure.image.base64), "text/plain": .string(figure.caption)]
  }

  /// Small pictures are shown large, as squares.
  private static func sizes(of output: Output) throws -> FileValue {
    guard let figure = try Figure.of(output), figure.isPixelated else { return [:] }
    return ["image/png": ["height": .number(Double(figure.height)), "width": .number(Double(figure.width))]]
  }
}

/// Names of cells: by their text, so that a notebook written twice is the same and a new cell renames no other.
private struct CellIdentifiers {
  private var counts: [String: Int] = [:]

  mutating func identifier(for text: String) -> String {
    let hash = text.fingerprint(radix: 16)
    let count = counts[hash, default: 0] + 1
    counts[hash] = count
    return "imf-" + hash + (count == 1 ? "" : "-\(count)")
  }
}

extension FileValue {
  /// A text as notebooks keep it: a string a line, so that differences are lines.
  fileprivate static func lines(_ text: String) -> FileValue {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) + "\n" }
    if let last = lines.popLast(), last != "\n" { lines.append(String(last.dropLast())) }
    return .list(lines.map { .string($0) })
  }
}
