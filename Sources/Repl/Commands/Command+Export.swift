// The session for others to read: pages, notebooks, transcripts.

import FoundationEssentials
import Lang

extension Command {
  static let exports = [
    Command(":export file", "the cells as they ran, with all that they showed: page.html, notebook.ipynb, page.md; .imf as :save") { prompt, argument in
      guard !argument.isEmpty else { throw Failure("expected a file: :export session.html") }
      let target = try ExportTarget(argument)
      let notebook = prompt.notebook
      try OutputPath.check(argument, prompt.interpreter.session)
      if target.form == .imf { try target.write(notebook.script) } else { try target.write(Report(notebook, title: "Session"), folder: "") }
      prompt.say("\(notebook.cells.count) cell\(notebook.cells.count == 1 ? "" : "s") in \(argument)\n")
    },
    Command(":transcript last lines", "the end of what this session showed, or of the last one: what scrolled away or was lost with a connection") { prompt, argument in
      var words = argument.split(separator: " ")
      let isLast = words.first == "last"
      if isLast { words.removeFirst() }
      guard words.count < 2, let count = words.first.map({ Int($0) }) ?? 60, count > 0 else {
        throw Failure("expected :transcript, :transcript last, :transcript 200 or :transcript last 200")
      }
      let present = prompt.notebook.transcript?.path
      guard let path = isLast ? TranscriptFolder.standard()?.last(before: present) : present else {
        throw Failure(isLast ? "no transcript of an earlier session is kept" : "no transcript is kept of this session")
      }
      guard let data = FileManager.default.contents(atPath: path) else { throw Failure("\(path) cannot be read") }
      let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      // Shown without being kept: the transcript would hold itself.
      if lines.count > count { prompt.console.write("[... \(lines.count - count) lines before]\n") }
      prompt.console.write(lines.suffix(count).joined(separator: "\n").trimming(\.isNewline) + "\n[\(path)]\n")
    },
  ]
}
