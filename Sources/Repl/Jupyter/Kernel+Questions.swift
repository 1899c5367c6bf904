// What clients ask about code and about the session. Positions count code points.

import Foundation
import Glibc
import Lang

extension Kernel {
  typealias Question = @Sendable (Kernel, KernelMessage) throws(MalformedMessage) -> any Encodable & Sendable

  static let questions: [String: Question] = [
    "kernel_info_request": { (_, _) throws(MalformedMessage) in KernelContent.KernelInfo() },
    "comm_info_request": { (_, _) throws(MalformedMessage) in KernelContent.Comms() },
    "is_complete_request": { (_, request) throws(MalformedMessage) in isComplete(try request.content(KernelRequest.IsComplete.self).code) },
    "complete_request": { (kernel, request) throws(MalformedMessage) in kernel.complete(try request.content(KernelRequest.Complete.self)) },
    "inspect_request": { (kernel, request) throws(MalformedMessage) in kernel.inspect(try request.content(KernelRequest.Inspect.self)) },
    "history_request": { (kernel, request) throws(MalformedMessage) in kernel.history(try request.content(KernelRequest.History.self)) },
  ]

  // MARK: completion

  private static func isComplete(_ code: String) -> KernelContent.IsComplete {
    if let first = code.first, ":?%!".contains(first) { return KernelContent.IsComplete(status: "complete") }
    return switch Interpreter.completeness(of: code) {
    case .complete: KernelContent.IsComplete(status: "complete")
    case .incomplete(let indent): KernelContent.IsComplete(status: "incomplete", indent: String(repeating: "  ", count: indent))
    case .invalid: KernelContent.IsComplete(status: "invalid")
    }
  }

  private func complete(_ request: KernelRequest.Complete) -> KernelContent.Complete {
    let code = request.code
    let offset = code.offset(ofCodePoint: request.cursorPos)
    let (word, candidates) = candidates(code, offset)
    let typed = String(decoding: code.utf8.prefix(offset).suffix(word), as: UTF8.self)
    let end = code.codePoints(before: offset)
    let start = end - typed.unicodeScalars.count
    var seen: Set<String> = []
    let fitting = candidates.filter { $0.text.hasPrefix(typed) && seen.insert($0.text).inserted }
    return KernelContent.Complete(
      matches: fitting.map(\.text), cursorStart: start, cursorEnd: end,
      metadata: KernelContent.Complete.Metadata(
        types: fitting.map { KernelContent.Complete.Match(text: $0.text, type: $0.type, start: start, end: end, signature: $0.signature) }))
  }

  /// Bytes of the word before the cursor, and what it may become, the nearest first.
  private func candidates(_ code: String, _ offset: Int) -> (word: Int, [(text: String, type: String, signature: String)]) {
    if let first = code.first, ":?!".contains(first) {
      let before = String(decoding: code.utf8.prefix(offset), as: UTF8.self)
      let place = CellCompletion.place(in: before, interpreter, commands: Command.all.map { ($0.name, $0.argument, $0.doc) })
      return (place.word.utf8.count, place.choices.map { ($0.text, "command", $0.note) })
    }
    let found = Analysis(Source(name: "cell", text: code), interpreter).completions(at: offset)
    let sorted = found.candidates.sorted { ($0.kind.rank, $0.name) < ($1.kind.rank, $1.name) }
    return (found.word.count, sorted.map { ($0.insertion, $0.kind.word, $0.kind.isCalled ? $0.detail : "") })
  }

  // MARK: help

  private func inspect(_ request: KernelRequest.Inspect) -> KernelContent.Inspect {
    let code = request.code.withoutQuestionMark
    let offset = code.offset(ofCodePoint: request.cursorPos)
    let analysis = Analysis(Source(name: "cell", text: code), interpreter)
    let path = code.path(at: offset)
    let meaning = analysis.meaning(at: offset)?.meaning
    var markdown = meaning?.markdown
    var plain = meaning?.definition == nil ? interpreter.help(path) : nil
    if markdown == nil, plain == nil, let call = analysis.call(at: offset) {
      markdown = "```imf\n\(call.signature.text)\n```" + (call.documentation.isEmpty ? "" : "\n\n\(call.documentation)")
    }
    if request.detailLevel == 1, case .function(let function)? = interpreter.value(at: path), let text = function.text {
      (markdown, plain) = ("```imf\n\(text)\n```", text)
    }
    guard let shown = markdown ?? plain.map({ "```text\n\($0)\n```" }) else { return KernelContent.Inspect(found: false, data: [:]) }
    let unfenced = shown.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("```") }.joined(separator: "\n")
    return KernelContent.Inspect(found: true, data: ["text/plain": plain ?? unfenced, "text/markdown": shown])
  }

  // MARK: history

  /// Of this session, which has the number 1.
  private func history(_ request: KernelRequest.History) -> KernelContent.History {
    var cells = notebook.cells
    let most = max(0, request.n ?? Int.max)
    switch request.histAccessType {
    case "range":
      guard (0...1).contains(request.session ?? 0) else { return KernelContent.History(history: []) }
      cells = cells.filter { $0.number >= request.start ?? 1 && $0.number < request.stop ?? Int.max }
    case "search":
      cells = cells.filter { fnmatch(request.pattern ?? "*", $0.text, 0) == 0 }
      if request.unique ?? false {
        var seen: Set<String> = []
        cells = cells.reversed().filter { seen.insert($0.text).inserted }.reversed()
      }
      cells = cells.suffix(most)
    default: cells = cells.suffix(most)
    }
    return KernelContent.History(
      history: cells.map { cell in
        KernelContent.History.Line(
          number: cell.number, input: cell.text, output: request.output ?? false ? .some(cell.value.isNone ? nil : cell.value.quoted) : nil)
      })
  }
}

extension String {
  /// `?name` asks about name: blanks in place of the marks, so that positions stay.
  fileprivate var withoutQuestionMark: String {
    let marks = prefix { $0 == "?" }.count
    return String(repeating: " ", count: marks) + dropFirst(marks)
  }

  /// The UTF-8 offset of a code point; what lies beyond an end is that end.
  fileprivate func offset(ofCodePoint position: Int) -> Int {
    unicodeScalars.prefix(max(0, position)).reduce(0) { $0 + UTF8.width($1) }
  }

  fileprivate func codePoints(before offset: Int) -> Int { String(decoding: utf8.prefix(offset), as: UTF8.self).unicodeScalars.count }

  /// The names around an offset, joined by dots: `m.params`.
  fileprivate func path(at offset: Int) -> String {
    func isName(_ character: Character) -> Bool { character.isLetter || character.isNumber || character == "_" }
    let before = String(decoding: utf8.prefix(offset), as: UTF8.self)
    let after = String(decoding: utf8.dropFirst(offset), as: UTF8.self)
    return String(before.reversed().prefix { isName($0) || $0 == "." }.reversed()) + after.prefix(while: isName)
  }
}

extension Completions.Candidate.Kind {
  /// As Jupyter's clients know kinds, who have pictures for them.
  fileprivate var word: String {
    switch self {
    case .definition(.function), .builtin: "function"
    case .argument: "param"
    case .definition(.module): "module"
    case .attribute, .field, .definition(.field): "property"
    case .definition, .value: "instance"
    case .constant, .option: "constant"
    case .keyword: "keyword"
    case .file, .folder: "path"
    }
  }

  fileprivate var isCalled: Bool { word == "function" }
}
