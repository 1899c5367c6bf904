// Notebooks out and in.

import Formats
import Lang
import OrderedCollections
import Testing

@testable import Repl

@Suite struct JupyterFileTests {
  private func document(_ text: String) throws -> Document { try JupyterFile.document(from: text, name: "n.ipynb") }

  @Test func outputsAreInTheFormsOfTheirKinds() throws {
    let text = try JupyterFile(.of("#%% [md]\n# # T\n#%%\nprint(1)\n2\n#%%\ngrid(zeros([1, 1, 1, 1]))\n#%%\nprint(4); none + 1\n#%%\n5\n")).text
    guard case .record(let notebook) = try FileValue(json: text), case .list(let cells)? = notebook["cells"] else { throw Unexpected() }
    #expect(notebook["nbformat"].map { "\($0)" } == "number(4.0)" && notebook["nbformat_minor"].map { "\($0)" } == "number(5.0)")
    let kinds = cells.map { cell -> [String] in
      guard case .record(let cell) = cell, case .list(let outputs)? = cell["outputs"] else { return [] }
      return outputs.map { if case .record(let output) = $0, case .string(let kind)? = output["output_type"] { kind } else { "" } }
    }
    #expect(kinds == [[], ["stream", "execute_result"], ["display_data"], ["stream", "error"], []])
    #expect(text.contains("\"image/png\": \"iVBOR") && text.contains("\"ename\": \"") && text.contains("\"execution_count\": null"))
  }

  @Test(arguments: [
    "x = 1\n", "#%% [md]\n# words\n\nx = 1\n", "#%%\nx = 1\n\n#%% Title: with \"quotes\"\ny = 2\n", "#%% [md]\n# a\n#\n# b\n\n#%% [md]\n# c\n\n#%%\n# comment first\nx = 2\n",
    "#%%\n\n\n#%%\nprint(\"</script> ]]> \\u{1b}\")\n", "x = \"\"\"\n#%% no mark\n\"\"\"\n\n#%%\nx\n",
  ]) func whatIsExportedIsImported(_ script: String) throws {
    let report = Report.of(script)
    let notebook = try JupyterFile(report).text
    let read = try document(notebook)
    #expect(read == Document(text: script))
    #expect(try JupyterFile(.of(read.text)).text == notebook)
  }

  @Test func identifiersFollowTheText() throws {
    func identifiers(_ script: String) throws -> [Substring] { try JupyterFile(.of(script)).text.matches(of: /"id": "([^"]+)"/).map(\.1) }
    let one = try identifiers("#%%\na = 1\n#%%\nb = 2\n#%%\na = 1\n")
    let two = try identifiers("#%%\nnew = 0\n#%%\na = 1\n#%%\nb = 2\n#%%\na = 1\n")
    #expect(Set(one).count == 3 && Array(two.dropFirst()) == one)
  }

  @Test func sourcesMayBeTextOrLines() throws {
    let text = """
      {"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": [
        {"cell_type": "code", "source": "x = 1\\ny = 2"}, {"cell_type": "raw", "source": ["a\\n", "b"]},
        {"cell_type": "code", "source": ["# below prose\\n", "z"], "outputs": [{"output_type": "nonsense"}]}, {"cell_type": "code", "source": []}]}
      """
    #expect(try document(text).sections == [
      .code(title: nil, text: "x = 1\ny = 2"), .prose("a\nb"), .code(title: "", text: "# below prose\nz"), .code(title: "", text: ""),
    ])
  }

  @Test(arguments: [
    ("", "n.ipynb is no notebook: JSON line 1"), ("{", "n.ipynb is no notebook: JSON line 1, column 2"), ("[]", "it has no nbformat"), ("{}", "it has no nbformat"),
    ("{\"nbformat\": 3, \"worksheets\": []}", "of nbformat 3; 4 can be read"), ("{\"nbformat\": 4}", "4 can be read"),
    ("{\"nbformat\": 4, \"cells\": [{}]}", "cell 1 has no source"), ("{\"nbformat\": 4, \"cells\": [7]}", "cell 1 has no source"),
    ("{\"nbformat\": 4, \"cells\": [{\"source\": [1, 2]}]}", "cell 1 has no source"), ("{\"nbformat\": 4, \"cells\": [{\"source\": \"x\"}]}", "cell 1 is of type none"),
    ("{\"nbformat\": 4, \"cells\": [{\"source\": \"x\", \"cell_type\": \"heading\"}]}", "cell 1 is of type heading"),
    ("{\"nbformat\": 4, \"metadata\": {\"kernelspec\": {\"language\": \"python\"}}, \"cells\": []}", "a notebook in python; its cells are no cells of imf-repl"),
    ("{\"nbformat\": 4, \"metadata\": {\"language_info\": {\"name\": \"julia\"}}, \"cells\": []}", "a notebook in julia"),
  ]) func whatIsNoNotebookOfOursIsRefused(_ text: String, _ message: String) throws {
    let error = try #require(throws: Diagnostic.self) { try document(text) }
    #expect(error.kind == .format && error.message.contains(message), "\(error.message)")
  }

  private struct Unexpected: Error {}
}
